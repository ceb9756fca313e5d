#pragma once

#include <memory>
#include <string>
#include <vector>

namespace test {

// A DNS server on a free loopback port: answers every name that it was given, and for all others
// that there is none.
class NameServer {
public:
    NameServer();
    ~NameServer();
    NameServer(const NameServer&) = delete;

    // "127.0.0.1:PORT"
    std::string address() const;
    // What the name leads to from now on (IPv4), for so many seconds.
    void set(const std::string& name, const std::vector<std::string>& addresses, int time_to_live);
    // Lets answers wait.
    void delay(int milliseconds);
    // Questions for the name, of whatever type.
    int count(const std::string& name) const;

private:
    struct Server;
    std::unique_ptr<Server> server_;
};

}  // namespace test
