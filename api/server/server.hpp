#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "api/route.hpp"
#include "service/config.hpp"

namespace base {
class Database;
}

namespace api {

struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any that is free
    std::string static_dir;  // of the built browser application
    Setting setting;
    service::Config config;

    std::size_t max_header = 16 << 10;  // bytes
    std::size_t max_body = 8 << 20;     // bytes
    std::size_t max_unasked_body = 64
                                   << 10;  // bytes that are read before it is asked whose they are
    std::size_t max_bodies = 128 << 20;    // bytes of all bodies; larger ones beyond get 503
    std::size_t max_bodies_per_address = 64 << 20;  // likewise 429
    std::size_t max_connections = 1024;             // further ones take the place of idle ones
    std::size_t max_per_address = 512;              // likewise
    std::size_t max_waiting = 256;              // requests at the database; further ones get 503
    std::size_t max_reports = 16;               // reports asked for at once; further ones get 503
    std::size_t max_streams = 64;               // open event streams; further ones get 503
    std::size_t max_streams_per_user = 8;       // further ones get 429
    std::size_t failed_sign_ins = 20;           // of an address in a minute; further tries get 429
    std::size_t failed_passwords = 10;          // for a name in a minute; likewise
    std::size_t begun_sign_ins = 60;            // at the provider, of an address; likewise
    std::size_t max_sign_ins = 8;               // that are checked at once; further ones get 503
    std::chrono::milliseconds idle{60'000};     // for the next request on an open connection
    std::chrono::milliseconds header{10'000};   // for a request's header
    std::chrono::milliseconds read{30'000};     // for a request's body
    std::chrono::milliseconds hear_out{5'000};  // of a request that was refused before its end
    std::chrono::milliseconds write{60'000};    // for an answer
    std::chrono::milliseconds drain{5'000};     // for requests under way when asked to stop
};

// The HTTP service. Sockets live on the thread that calls run(), SQL on the database's threads.
class Server {
public:
    // Listens at once, so that port() is known. Throws base::Error if the address is taken or not
    // ours. `database` must outlive the server.
    Server(base::Database& database, Options options);
    ~Server();

    std::uint16_t port() const;

    // Serves until `stop` is asked for: then takes no more connections, ends requests under way,
    // and returns.
    void run(std::stop_token stop);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// A one-time sign-in token that is good for a day, for the page `/sign-in#<token>`. A user who is
// missing is made with `role`; one who is there keeps his. The role's name is that of auth.hpp;
// another throws base::UsageError.
std::string
sign_in_link(base::Database& database, const std::string& user, const std::string& role);
// The same for the administrator `admin`.
std::string first_sign_in(base::Database& database);

// A bearer token of `days` for the user, who is made with `role` when he is missing.
std::string bearer_token(
    base::Database& database,
    const std::string& user,
    const std::string& role,
    int days = 90
);

}  // namespace api
