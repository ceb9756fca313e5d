#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "crawler/resolve/name_cache.hpp"

namespace crawler {

struct ResolverOptions {
    std::vector<std::string> servers;          // "127.0.0.1:5300"; empty: the system's
    std::chrono::milliseconds patience{3000};  // with one server, the first time
    int tries = 3;
    NameCache::Bounds cache;
};

// Turns host names into addresses by c-ares on one thread of its own: /etc/hosts, then DNS for IPv4
// and IPv6. However many ask for a name at once, it is looked up once; answers are kept by their
// time to live. Safe to use from several threads.
class Resolver {
public:
    explicit Resolver(ResolverOptions options = {});
    ~Resolver();
    Resolver(const Resolver&) = delete;

    // The one that all of the process share.
    static std::shared_ptr<Resolver> shared();

    // A question under way. The asker keeps it until it is answered, or drops it before; both on
    // the thread of its executor.
    class Question {
    public:
        ~Question();
        Question(const Question&) = delete;
        // Null as long as there is none. Then it has addresses or a fault.
        NameCache::Answer answer() const;
        // Is cancelled when the answer has come: wait for it while there is none.
        boost::asio::steady_timer& timer();

    private:
        friend class Resolver;
        struct Slot;
        Question() = default;
        Resolver* resolver_ = nullptr;
        std::string name_;
        std::shared_ptr<Slot> slot_;  // null if it was answered at once
        NameCache::Answer known_;
    };
    std::unique_ptr<Question>
    ask(const std::string& name, const boost::asio::any_io_executor& executor);

    struct Counts {
        std::uint64_t asked = 0;  // questions
        std::uint64_t looked_up =
            0;  // of them, those that were not answered from memory nor joined
    };
    Counts counts() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace crawler
