#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include <libpq-fe.h>
#include <pqxx/pqxx>

// One connection of the pool. Of the sources beside this file alone.
namespace base {

namespace connection_detail {

// Keeps the PGconn that libpqxx 6 hides, for binary COPY.
class Policy : public pqxx::connect_direct {
public:
    using pqxx::connect_direct::connect_direct;

    handle do_startconnect(handle orig) override {
        return raw_ = pqxx::connect_direct::do_startconnect(orig);
    }
    handle raw() const { return raw_; }

private:
    handle raw_ = nullptr;
};

struct PolicyHolder {
    explicit PolicyHolder(const std::string& url) : policy(url) {}
    Policy policy;
};

// Silences the server's notices; errors arrive as exceptions.
inline void ignore_notice(void*, const char*) {}

}  // namespace connection_detail

class Connection : private connection_detail::PolicyHolder, public pqxx::connection_base {
public:
    explicit Connection(const std::string& url) : PolicyHolder(url), pqxx::connection_base(policy) {
        init();
        // A connection made again in mid-transaction would run the rest of it on its own.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        inhibit_reactivation(true);
#pragma GCC diagnostic pop
        PQsetNoticeProcessor(raw(), connection_detail::ignore_notice, nullptr);
        // A statement ends soon after the program that asked for it.
        PQclear(PQexec(raw(), "SET client_connection_check_interval = '2s'"));
    }
    ~Connection() {
        close();
    }

    PGconn* raw() const {
        return policy.raw();
    }
    std::unordered_map<std::string, std::string> statements;
    std::int64_t round_trips = 0;  // of statements; begin and end of a transaction have their own
};

}  // namespace base
