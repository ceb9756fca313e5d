// HTTP by Boost.Beast; its messages, parsers and errors end here.
//
// The time that a client may take is set anew for each step: long for the next request of an open
// connection, shorter for the body of one that has begun, so that slow ones do not hold a place.
#include "api/server/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

#include "base/run/spool.hpp"

namespace api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::awaitable;

namespace {

constexpr std::size_t file_part = std::size_t{1} << 16;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
using Parser = http::request_parser<http::string_body>;

Request request_of(Parser::value_type&& message) {
    Request request;
    request.method = method_of(message.method_string());
    std::string_view target = message.target();
    auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != target.npos) request.query = target.substr(mark + 1);
    for (const auto& field : message) {
        std::string name(field.name_string());
        for (char& c : name)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        request.headers.emplace_back(std::move(name), field.value());
    }
    request.body = std::move(message.body());
    return request;
}

// Nothing for silence, a timeout and the end.
std::optional<Problem> problem_in(const beast::error_code& error) {
    bool ours = error.category() == http::make_error_code(http::error::bad_method).category();
    if (!ours || error == http::error::end_of_stream || error == http::error::partial_message)
        return std::nullopt;
    if (error == http::error::header_limit)
        return Problem(431, "Header too large", "the request's header is over the limit");
    if (error == http::error::body_limit)
        return Problem(
            413, "Body too large", "the request's body is over the limit; send it in parts"
        );
    return Problem(400, "Bad request", "this is not HTTP: " + error.message());
}

// RFC 9112, 3.2: a request names its host, once.
bool names_one_host(const Parser::value_type& message) {
    auto hosts = message.count(http::field::host);
    if (hosts == 0) return message.version() < 11;
    auto host = std::string_view(message[http::field::host]);
    return hosts == 1 && host.find_first_of(" \t,/@\\?#") == host.npos;
}

// What RFC 9112 and 9110 want of a header beyond what the parser looks at.
std::optional<Problem> fault_of(const Parser::value_type& message) {
    if (!names_one_host(message))
        return Problem(400, "Bad request", "a request has one Host header that names one host");
    auto encodings = message.count(http::field::transfer_encoding);
    if (encodings > 0 && message.version() < 11)
        return Problem(400, "Bad request", "Transfer-Encoding is not of HTTP/1.0");
    auto encoding = std::string_view(message[http::field::transfer_encoding]);
    if (encodings > 1 || (encodings == 1 && !beast::iequals(encoding, "chunked")))
        return Problem(501, "Not implemented", "of transfer encodings only 'chunked' is known");
    auto expect = std::string_view(message[http::field::expect]);
    if (!expect.empty() && !beast::iequals(expect, "100-continue"))
        return Problem(417, "Not to be expected", "of expectations only '100-continue' is known");
    return std::nullopt;
}

}  // namespace

struct Connection::Head {
    Parser parser;
};

// The wait for the first byte is long on a connection that has been of use; the header itself must
// come soon, so that a client that drips it holds no place.
awaitable<bool> Connection::read_head(Head& head, Message& message) {
    auto& parser = head.parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.max_header));
    parser.body_limit(options_.max_body);
    busy_ = false;
    beast::error_code error;
    std::size_t size = 0;
    if (!is_first_ && buffer_.size() == 0) {
        stream_.expires_after(options_.idle);
        std::tie(error, size) =
            co_await stream_.async_read_some(buffer_.prepare(options_.max_header), no_throw);
        if (error) co_return false;
        buffer_.commit(size);
    }
    is_first_ = false;
    stream_.expires_after(std::min(options_.header, options_.idle));
    std::tie(error, size) = co_await http::async_read_header(stream_, buffer_, parser, no_throw);
    busy_ = true;
    auto fault = error ? problem_in(error) : fault_of(parser.get());
    if (fault) message.refused = problem(*fault, "");
    if (error || fault) co_return false;
    message.version = parser.get().version();
    message.keep = parser.get().keep_alive();
    co_return true;
}

awaitable<Connection::Message> Connection::read(const BeforeBody& before_body) {
    Head head;
    Message message;
    if (!co_await read_head(head, message)) co_return message;
    auto& parser = head.parser;
    if (!parser.is_done()) {
        std::optional<std::uint64_t> length;
        if (auto told = parser.content_length()) length = *told;
        auto asked =
            request_of(Parser::value_type(Parser::value_type::header_type(parser.get().base())));
        asked.address = address_;
        message.refused = co_await before_body(asked, length);
        if (message.refused) {
            message.keep = false;
            co_return message;
        }
        if (!parser.get()[http::field::expect].empty()) {
            http::response<http::empty_body> go_on(http::status::continue_, 11);
            co_await http::async_write(stream_, go_on, no_throw);
        }
        co_await read_body(head, message);
        if (!parser.is_done()) {
            message.keep = false;
            co_return message;
        }
    }
    message.request = request_of(parser.release());
    message.request->address = address_;
    work_ = {};
    message.request->left = work_.get_token();
    awaited_ = true;
    may_be_asked_ = message.version >= 11;  // before, there was no 100
    co_return message;
}

// Ends before the body does if it breaks the rules or finds no room.
awaitable<void> Connection::read_body(Head& head, Message& message) {
    auto& parser = head.parser;
    message.held = std::make_unique<Bodies::Share>(bodies_, address_);
    stream_.expires_after(options_.read);
    for (std::size_t read = 0; !parser.is_done();) {
        auto [error, size] = co_await http::async_read_some(stream_, buffer_, parser, no_throw);
        auto fault = error ? problem_in(error) : std::nullopt;
        auto all = parser.get().body().size();
        if (!error) fault = message.held->grow(all - std::exchange(read, all));
        if (fault) message.refused = problem(*fault, "");
        if (error || fault) co_return;
    }
}

awaitable<void> Connection::hear_out() {
    constexpr std::size_t at_most = 64 << 20;
    char ignored[8192];
    shut_down();
    stream_.expires_after(options_.hear_out);
    for (std::size_t heard = 0; heard < at_most;) {
        auto [error, size] = co_await stream_.async_read_some(asio::buffer(ignored), no_throw);
        if (error) co_return;
        heard += size;
    }
}

awaitable<bool> Connection::send(const Response& response, const Message& message) {
    awaited_ = false;
    http::response<http::span_body<const char>> answer;
    answer.version(message.version);
    answer.result(static_cast<unsigned>(response.status));
    for (const auto& [name, value] : response.headers) answer.insert(name, value);
    if (!response.media_type.empty()) answer.set(http::field::content_type, response.media_type);
    auto bytes = response.bytes();
    bool head = message.request && message.request->method == Method::head;
    answer.keep_alive(message.keep);
    bool bodiless = response.status == 204 || response.status == 304;
    const auto* file = response.file.get();
    auto part = response.part.value_or(FilePart{.from = 0, .size = file ? file->size() : 0});
    if (!bodiless) answer.content_length(file ? part.size : bytes.size());
    if (!bodiless && !head) answer.body() = {bytes.data(), bytes.size()};
    stream_.expires_after(options_.write);
    beast::error_code error;
    std::size_t size = 0;
    if (head || bodiless || file) {
        http::response_serializer<http::span_body<const char>> serializer(answer);
        std::tie(error, size) = co_await http::async_write_header(stream_, serializer, no_throw);
        if (!error && file && !head && !co_await send_file(*file, part)) co_return false;
    } else {
        std::tie(error, size) = co_await http::async_write(stream_, answer, no_throw);
    }
    co_return !error && message.keep;
}

awaitable<bool> Connection::send_file(const base::Spool& file, FilePart wanted) {
    std::vector<char> part(file_part);
    for (std::uint64_t sent = 0; sent < wanted.size;) {
        auto left = std::min<std::uint64_t>(part.size(), wanted.size - sent);
        auto got = file.read(wanted.from + sent, std::span(part).first(left));
        if (got == 0 || !co_await send_part({part.data(), got})) co_return false;
        sent += got;
    }
    co_return true;
}

awaitable<bool> Connection::send_part(std::string_view bytes) {
    awaited_ = false;
    stream_.expires_after(options_.write);
    auto [error, size] =
        co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), no_throw);
    stream_.expires_never();
    co_return !error;
}

void Connection::close_if_idle() {
    if (!busy_) stream_.cancel();
}

bool Connection::is_left() {
    char next = 0;
    auto got = recv(stream_.socket().native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool Connection::is_refused() {
    pollfd socket{.fd = stream_.socket().native_handle(), .events = 0, .revents = 0};
    return poll(&socket, 1, 0) == 1 && (socket.revents & (POLLERR | POLLHUP)) != 0;
}

// The end of what a client sends may be all of it (RFC 9293, 3.6: half-closed), and an end looks
// the same from one who is gone, but that refuses what is sent. So a 100 is, which says nothing to
// who waits (RFC 9110, 15.2).
bool Connection::stop_if_left() {
    constexpr std::string_view still_here = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!awaited_ || work_.stop_requested()) return false;
    if (is_refused()) return work_.request_stop();
    if (!is_left() || !std::exchange(may_be_asked_, false)) return false;
    auto sent = ::send(
        stream_.socket().native_handle(),
        still_here.data(),
        still_here.size(),
        MSG_DONTWAIT | MSG_NOSIGNAL
    );
    return std::cmp_not_equal(sent, still_here.size()) && work_.request_stop();
}

void Connection::shut_down() {
    beast::error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace api
