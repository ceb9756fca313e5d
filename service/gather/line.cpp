#include "service/gather/line.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/error.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/preview/look.hpp"

namespace service {

struct Line::Impl {
    Impl(crawler::FetchOptions options, std::stop_token stop)
        : fetcher(io.get_executor(), std::move(options)),
          on_stop(std::move(stop), [this] { boost::asio::post(io, [this] { fetcher.stop(); }); }) {}
    boost::asio::io_context io;
    crawler::Fetcher fetcher;
    std::stop_callback<std::function<void()>> on_stop;
};

Line::Line(crawler::FetchOptions options, std::stop_token stop)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(stop))) {}
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
    if (response->error == crawler::FetchError::stopped) throw base::Interrupted();
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

std::shared_ptr<Line> line_of(const Opening& opening, crawler::FetchOptions options) {
    const auto* look = opening.look;
    if (!look) return std::make_shared<Line>(std::move(options));
    options.limits.total = std::min(options.limits.total, look->time);
    options.limits.body = std::min(options.limits.body, look->octets);
    return std::make_shared<Line>(std::move(options), opening.stop);
}

}  // namespace service
