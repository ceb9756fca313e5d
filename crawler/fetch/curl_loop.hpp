#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <curl/curl.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace crawler {

// Transfers of libcurl under way at once on one thread's io_context. curl's sockets are watched by
// an epoll of their own, which is one descriptor for Asio: an event costs neither a handler nor a
// system call of its own.
class CurlLoop {
public:
    using Done = std::function<void(CURL*, CURLcode)>;

    // done() is called from the io_context, for each transfer that came to its end; it removes the
    // transfer. Throws base::Error if no descriptor is left.
    CurlLoop(const boost::asio::any_io_executor& executor, Done done);
    // All transfers have to be removed before.
    ~CurlLoop();
    CurlLoop(const CurlLoop&) = delete;

    void add(CURL* easy);
    void remove(CURL* easy);

private:
    using Clock = std::chrono::steady_clock;
    static constexpr auto never = Clock::time_point::max();

    static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void* known);
    static int on_timer(CURLM*, long millis, void* self);
    void wait();
    void arm(long millis);
    void kick();
    void set_alarm();
    void act(curl_socket_t fd, int events);
    void collect();

    Done done_;
    boost::asio::posix::stream_descriptor ready_;
    boost::asio::steady_timer timer_;
    Clock::time_point due_ = never;    // when curl wants to be called
    Clock::time_point alarm_ = never;  // when timer_ ends
    bool kicked_ = false;
    CURLM* multi_ = nullptr;
    std::size_t transfers_ = 0;  // with none, nothing is waited for
    bool waiting_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace crawler
