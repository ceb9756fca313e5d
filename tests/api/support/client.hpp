#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

namespace test {

struct Reply {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;

    boost::json::value json() const;
    std::string text(std::string_view member) const;  // of the body's object
};

// HTTP by libcurl against a server on the loopback address.
class Client {
public:
    explicit Client(std::uint16_t port) : base_("http://127.0.0.1:" + std::to_string(port)) {}

    std::string bearer;
    std::string cookie;
    std::string csrf;

    Reply get(const std::string& path, std::vector<std::string> headers = {}) const;
    Reply send(
        const std::string& method,
        const std::string& path,
        const boost::json::value& body,
        std::vector<std::string> headers = {}
    ) const;

    // Bytes as they are, and the whole answer: for what no client library would send.
    // After them the sending side may be ended.
    static std::string raw(
        std::uint16_t port,
        const std::string& bytes,
        std::size_t at_most = SIZE_MAX,
        bool ends = false
    );

private:
    Reply perform(
        const std::string& method,
        const std::string& path,
        const std::string* body,
        std::vector<std::string> headers
    ) const;
    std::string base_;
};

}  // namespace test
