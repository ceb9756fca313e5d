#include "service/gather/line.hpp"

#include <exception>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/error.hpp"

namespace app {

struct Line::Impl {
    explicit Impl(crawler::FetchOptions options) : fetcher(io.get_executor(), std::move(options)) {}
    boost::asio::io_context io;
    crawler::Fetcher fetcher;
};

Line::Line(crawler::FetchOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Line::~Line() = default;

ingest::api::Response Line::send(const ingest::api::Request& asked, const std::string& mend) {
    crawler::Request request;
    request.url = asked.url;
    if (asked.method == "POST") request.post = asked.body;
    for (const auto& [name, value] : asked.headers) request.headers.push_back(name + ": " + value);
    std::optional<crawler::Response> response;
    std::exception_ptr failure;
    boost::asio::co_spawn(
        impl_->io,
        impl_->fetcher.get(std::move(request)),
        [&](std::exception_ptr thrown, crawler::Response got) {
            failure = thrown;
            response = std::move(got);
        }
    );
    impl_->io.restart();
    while (!response && !failure && impl_->io.run_one() > 0) {
    }
    if (failure) std::rethrow_exception(failure);
    if (response->error == crawler::FetchError::refused_address)
        throw base::Error(
            asked.url,
            response->message,
            "allow_private = true or a list of addresses opens private ones"
        );
    if (response->error == crawler::FetchError::bad_url)
        throw base::Error(asked.url, response->message, mend);
    return {
        response->status,
        std::move(response->headers),
        std::move(response->body),
        response->message};
}

}  // namespace app
