#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "api/server/bodies.hpp"
#include "api/server/message.hpp"
#include "api/server/server.hpp"

namespace api {

// One client's connection: requests come in and answers go out one after the other, each within the
// times and sizes of the options, which must outlive it. For the thread that has the sockets.
class Connection {
public:
    Connection(
        boost::asio::ip::tcp::socket socket,
        const Options& options,
        Bodies& bodies,
        std::string address
    )
        : stream_(std::move(socket)),
          options_(options),
          bodies_(bodies),
          address_(std::move(address)) {}

    // What was read, with its share of the bodies: a request, or the answer to one whose body was
    // not read or that broke the rules of HTTP or our limits, after which the connection ends;
    // neither after silence, a timeout or the end.
    struct Message {
        std::optional<Request> request;
        std::optional<Response> refused;
        bool keep = false;  // the client will ask again
        unsigned version = 11;
        std::unique_ptr<Bodies::Share> held = {};
    };
    // Asked before a body of that many bytes is read (or of an unknown number), with a request that
    // lacks it: an answer stands in the place of the body.
    using BeforeBody = std::function<boost::asio::awaitable<
        std::optional<Response>>(const Request&, std::optional<std::uint64_t>)>;
    boost::asio::awaitable<Message> read(const BeforeBody& before_body);

    // `message` is what was read: a HEAD gets no body. False when nothing more can be sent or read.
    boost::asio::awaitable<bool> send(const Response& response, const Message& message);
    // Takes what the client still sends, for a while, so that it comes to read the answer.
    boost::asio::awaitable<void> hear_out();

    // A part of an answer that has no end. False when the client is gone.
    boost::asio::awaitable<bool> send_part(std::string_view bytes);

    const std::string& address() const { return address_; }
    // No request is under way.
    bool is_idle() const { return !busy_; }
    // Ends it if no request is under way.
    void close_if_idle();
    void close() {
        work_.request_stop();
        stream_.close();
    }
    // Asks what works on its request to stop, if nobody is there to read the answer. Whether it
    // did. A client that has ended what it sends is asked by a first call, and known by the next.
    bool stop_if_left();
    // Whether the client has closed it already: what is sent finds that out only later.
    bool is_left();
    // Tells the client that nothing more comes.
    void shut_down();

private:
    struct Head;
    boost::asio::awaitable<bool> read_head(Head& head, Message& message);
    boost::asio::awaitable<void> read_body(Head& head, Message& message);
    bool is_refused();
    boost::asio::awaitable<bool> send_file(const base::Spool& file, FilePart wanted);

    boost::beast::tcp_stream stream_;
    boost::beast::flat_buffer buffer_;
    const Options& options_;
    Bodies& bodies_;
    const std::string address_;
    bool busy_ = false;
    bool awaited_ = false;  // a request was read, and nothing of its answer was sent
    bool may_be_asked_ = false;
    std::stop_source work_;  // of the request under way
    bool is_first_ = true;
};

}  // namespace api
