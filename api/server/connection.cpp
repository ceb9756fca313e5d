// HTTP by Boost.Beast; its messages, parsers and errors end here.
//
// The time that a client may take is set anew for each step: long for the next request of an open
// connection, shorter for the body of one that has begun, so that slow ones do not hold a place.
#include "api/server/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>

namespace api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::awaitable;

namespace {

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

}  // namespace

awaitable<Connection::Message> Connection::read() {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.max_header));
    parser.body_limit(options_.max_body);
    busy_ = false;
    stream_.expires_after(options_.idle);
    auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, no_throw);
    busy_ = true;
    if (!error && parser.get()[http::field::expect] == "100-continue") {
        http::response<http::empty_body> go_on(http::status::continue_, 11);
        co_await http::async_write(stream_, go_on, no_throw);
    }
    if (!error) {
        stream_.expires_after(options_.read);
        std::tie(error, size) = co_await http::async_read(stream_, buffer_, parser, no_throw);
    }
    Message message;
    if (error) {
        message.broken = problem_in(error);
        co_return message;
    }
    message.version = parser.get().version();
    message.keep = parser.get().keep_alive();
    message.request = request_of(parser.release());
    co_return message;
}

awaitable<bool> Connection::send(const Response& response, const Message& message) {
    http::response<http::span_body<const char>> answer;
    answer.version(message.version);
    answer.result(static_cast<unsigned>(response.status));
    answer.keep_alive(message.keep);
    for (const auto& [name, value] : response.headers) answer.insert(name, value);
    if (!response.media_type.empty()) answer.set(http::field::content_type, response.media_type);
    auto bytes = response.bytes();
    bool head = message.request && message.request->method == Method::head;
    bool bodiless = response.status == 204 || response.status == 304;
    if (!bodiless) answer.content_length(bytes.size());
    if (!bodiless && !head) answer.body() = {bytes.data(), bytes.size()};
    stream_.expires_after(options_.write);
    beast::error_code error;
    std::size_t size = 0;
    if (head || bodiless) {
        http::response_serializer<http::span_body<const char>> serializer(answer);
        std::tie(error, size) = co_await http::async_write_header(stream_, serializer, no_throw);
    } else {
        std::tie(error, size) = co_await http::async_write(stream_, answer, no_throw);
    }
    co_return !error && message.keep;
}

awaitable<bool> Connection::send_part(std::string_view bytes) {
    stream_.expires_after(options_.write);
    auto [error, size] =
        co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), no_throw);
    stream_.expires_never();
    co_return !error;
}

void Connection::close_if_idle() {
    if (!busy_) stream_.cancel();
}

void Connection::shut_down() {
    beast::error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace api
