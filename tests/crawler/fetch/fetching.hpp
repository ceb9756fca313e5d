#pragma once

#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "crawler/fetch/fetch.hpp"

namespace test {

inline boost::asio::awaitable<void>
get_into(crawler::Fetcher& fetcher, std::string url, crawler::Response& response) {
    crawler::Request request;
    request.url = std::move(url);
    response = co_await fetcher.get(std::move(request));
}

inline boost::asio::awaitable<void> get_in_turn(
    crawler::Fetcher& fetcher,
    const std::vector<std::string>& urls,
    std::vector<crawler::Response>& responses
) {
    for (std::size_t i = 0; i < urls.size(); ++i) co_await get_into(fetcher, urls[i], responses[i]);
}

inline void rethrow(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
}

// All at once, by one fetcher.
inline std::vector<crawler::Response>
get_all(const std::vector<std::string>& urls, crawler::FetchOptions options = {}) {
    boost::asio::io_context io{1};
    crawler::Fetcher fetcher(io.get_executor(), std::move(options));
    std::vector<crawler::Response> responses(urls.size());
    for (std::size_t i = 0; i < urls.size(); ++i)
        boost::asio::co_spawn(io, get_into(fetcher, urls[i], responses[i]), rethrow);
    io.run();
    return responses;
}

// One after the other, by one fetcher.
inline std::vector<crawler::Response>
get_each(const std::vector<std::string>& urls, crawler::FetchOptions options = {}) {
    boost::asio::io_context io{1};
    crawler::Fetcher fetcher(io.get_executor(), std::move(options));
    std::vector<crawler::Response> responses(urls.size());
    boost::asio::co_spawn(io, get_in_turn(fetcher, urls, responses), rethrow);
    io.run();
    return responses;
}

inline crawler::FetchOptions local() {
    crawler::FetchOptions options;
    options.allow_private = true;
    return options;
}

}  // namespace test
