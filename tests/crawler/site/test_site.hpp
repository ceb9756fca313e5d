#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace test {

struct SiteRequest {
    std::string method;
    std::string path;                            // with its query
    std::map<std::string, std::string> headers;  // names in lower case
    std::chrono::steady_clock::time_point at;
    int at_once = 0;  // requests being answered when this one came, itself included
    int before = 0;   // earlier requests for the same path
    std::string body;
};

struct SiteReply {
    int status = 200;
    std::vector<std::string> headers{"Content-Type: text/html; charset=utf-8"};
    std::string body;
    std::chrono::milliseconds delay{0};
    bool cut = false;   // promises twice the body and closes
    bool drop = false;  // closes without a word
};

// A real web server on a free loopback port with scripted answers, which keeps a list of what it
// was asked. Answers 404 where nothing is scripted.
class TestSite {
public:
    using Script = std::function<SiteReply(const SiteRequest&)>;

    TestSite();
    ~TestSite();

    std::string url(const std::string& path = "/") const;
    void page(const std::string& path, const std::string& body);
    void on(const std::string& path, Script script);
    // Whatever has no script of its own.
    void otherwise(Script script);

    std::vector<SiteRequest> requests() const;
    int count(const std::string& path) const;
    void forget();

private:
    struct Server;
    std::unique_ptr<Server> server_;
};

// "<title>..</title><p>.." with the links.
std::string page_with_links(const std::string& title, const std::vector<std::string>& links);

}  // namespace test
