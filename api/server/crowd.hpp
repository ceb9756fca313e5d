#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/route.hpp"
#include "api/server/connection.hpp"

// Bounds on what one of many may take. For the thread that has the sockets.
namespace api {

// The open connections. Room for a new one is made by closing idle ones, the oldest first: of its
// own address when that has its share, of any when all places are taken.
class Crowd {
public:
    using Place = std::list<Connection>::iterator;

    Crowd(boost::asio::io_context& context, const Options& options, Bodies& bodies)
        : options_(options), bodies_(bodies), next_look_(context) {}

    // False if there is none to be had: all that could be closed are at work.
    bool make_room(const std::string& address);
    // Closes the oldest idle one, when descriptors are short.
    void close_one();
    Place add(boost::asio::ip::tcp::socket socket, std::string address);
    void remove(Place place);

    // Looks at the clients once a second, until it is stopped: what is worked on for those who are
    // gone is asked to stop.
    boost::asio::awaitable<void> watch();
    void stop_watching();
    std::uint64_t left() const { return left_; }  // so many were gone before their answer

    std::size_t size() const { return open_.size(); }
    bool empty() const { return open_.empty(); }
    auto begin() { return open_.begin(); }
    auto end() { return open_.end(); }

private:
    // Of the address, or of any if that is empty.
    bool close_oldest_idle(const std::string& address);

    const Options& options_;
    Bodies& bodies_;
    std::list<Connection> open_;  // the newest first
    std::map<std::string, std::size_t> by_address_;
    std::uint64_t left_ = 0;
    boost::asio::steady_timer next_look_;
    bool watched_ = true;
};

// Connections to the database that requests of one kind wait for.
struct Lane {
    base::Database& database;
    std::size_t at_most;  // that wait
    std::size_t waiting = 0;
};

// Sign-ins that failed, by address, say: too many in a minute, and the address has to wait.
class FailedTries {
public:
    using Clock = std::chrono::steady_clock;

    explicit FailedTries(std::size_t a_minute) : a_minute_(a_minute) {}

    // How long the address has to wait; nothing if it may try.
    std::chrono::seconds wait(const std::string& address, Clock::time_point now);
    void note(const std::string& address, Clock::time_point now);

private:
    void begin_minute(Clock::time_point now);

    const std::size_t a_minute_;
    Clock::time_point since_{};
    std::map<std::string, std::size_t> failed_;
};

// Who guesses waits: an address that fails too often, and whoever tries a name that too many fail
// with, wherever they are.
class SignInGuard {
public:
    explicit SignInGuard(const Options& options)
        : by_address_(options.failed_sign_ins),
          by_name_(options.failed_passwords),
          begun_(options.begun_sign_ins) {}

    // The status of an answer by which somebody learns that a guess was wrong: of a token or
    // password at the door, or of the present password; nothing where there is nothing to guess.
    static std::optional<int> failure_of(const Route& route, const Request& request);
    // What is answered to somebody who has to wait. Counts those who are let go to the provider.
    std::optional<Response> refusal(const Request& request, FailedTries::Clock::time_point now);
    // A sign-in failed.
    void note(const Request& request, FailedTries::Clock::time_point now);

private:
    FailedTries by_address_, by_name_, begun_;
};

}  // namespace api
