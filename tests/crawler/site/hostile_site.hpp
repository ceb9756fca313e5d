#pragma once

#include <memory>
#include <set>
#include <string>

namespace test {

// A real web server on a free loopback port that misbehaves in every way we know of: redirect
// loops, an endless calendar, answers that drip, break off, lie about their length or expand
// without end, headers without end, pages nested without end, entities that multiply, connections
// that are reset at every moment, storms of 503 and 429. "/" leads to all of it, and robots.txt to
// its sitemaps. What it sends to one request is bounded only by the client's patience.
class HostileSite {
public:
    HostileSite();
    ~HostileSite();
    HostileSite(const HostileSite&) = delete;

    std::string url(const std::string& path = "/") const;
    // The targets that it was asked for at least once.
    std::set<std::string> asked() const;
    int count(const std::string& target) const;

private:
    struct Server;
    std::unique_ptr<Server> server_;
};

}  // namespace test
