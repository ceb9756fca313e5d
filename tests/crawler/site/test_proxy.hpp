#pragma once

#include <memory>
#include <string>
#include <vector>

namespace test {

// A proxy on a free loopback port: HTTP (absolute addresses and CONNECT) or SOCKS5. It remembers
// what it was asked for and leads to 127.0.0.1 whatever the name.
class TestProxy {
public:
    enum class Kind { http, socks5 };
    // With a login ("user:password") it refuses who does not bring it.
    explicit TestProxy(Kind kind, std::string login = {});
    ~TestProxy();
    TestProxy(const TestProxy&) = delete;

    std::string url() const;
    // "GET example.test:80", "CONNECT 127.0.0.1:443"; in order.
    std::vector<std::string> asked() const;

private:
    struct Server;
    std::unique_ptr<Server> server_;
};

}  // namespace test
