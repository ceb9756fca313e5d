#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "api/server/message.hpp"
#include "api/server/server.hpp"

namespace api {

// One client's connection: requests come in and answers go out one after the other, each within the
// times and sizes of the options, which must outlive it. For the thread that has the sockets.
class Connection {
public:
    Connection(boost::asio::ip::tcp::socket socket, const Options& options)
        : stream_(std::move(socket)), options_(options) {}

    // What was read: a request, or the problem of a message that broke the rules of HTTP or our
    // limits, to be answered before the connection ends; neither after silence, a timeout or the
    // end.
    struct Message {
        std::optional<Request> request;
        std::optional<Problem> broken;
        bool keep = false;  // the client will ask again
        unsigned version = 11;
    };
    boost::asio::awaitable<Message> read();

    // `message` is what was read: a HEAD gets no body. False when nothing more can be sent or read.
    boost::asio::awaitable<bool> send(const Response& response, const Message& message);

    // A part of an answer that has no end. False when the client is gone.
    boost::asio::awaitable<bool> send_part(std::string_view bytes);

    // Ends it if no request is under way.
    void close_if_idle();
    void close() { stream_.close(); }
    // Tells the client that nothing more comes.
    void shut_down();

private:
    boost::beast::tcp_stream stream_;
    boost::beast::flat_buffer buffer_;
    const Options& options_;
    bool busy_ = false;
};

}  // namespace api
