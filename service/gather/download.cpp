// A download uses the crawler's fetcher, because every redirect must pass the same check of
// addresses: a public address that redirects into the private network is the oldest trick. The file
// is written beside its place and renamed, so a stop leaves no half of it under a name that the
// next run trusts.
#include "service/gather/download.hpp"
#include "service/config.hpp"

#include <fstream>
#include <optional>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "crawler/fetch/fetch.hpp"
#include "formats/url/url.hpp"
#include "schema/records/record.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/preview/look.hpp"

namespace service {

using namespace std::chrono_literals;

namespace {

constexpr int hops_at_most = 10;
constexpr std::size_t largest = std::size_t{2} << 30;

boost::asio::awaitable<crawler::Response>
fetch(crawler::Fetcher& fetcher, std::string url, std::vector<std::string> headers) {
    for (int hop = 0; hop <= hops_at_most; ++hop) {
        crawler::Request request;
        request.url = url;
        request.headers = headers;
        auto response = co_await fetcher.get(std::move(request));
        auto target = std::string(response.header("location"));
        if (response.status < 300 || response.status >= 400 || target.empty()) co_return response;
        auto from = formats::parse_url(url);
        auto next = formats::parse_url(target, from ? &*from : nullptr);
        if (!next)
            throw base::Error(
                url,
                fmt::format("redirects to '{}', which is no address", target),
                "use the address it means"
            );
        url = next->href();
    }
    throw base::Error(
        url, fmt::format("redirects more than {} times", hops_at_most), "use the address it ends at"
    );
}

// The last part of the path, with what a file name may hold.
std::string name_in(const std::string& url) {
    auto path = url.substr(0, url.find_first_of("?#"));
    auto name = path.substr(path.find_last_of('/') + 1);
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-' && c != '_')
            c = '_';
    return name.empty() ? "index" : name;
}

}  // namespace

bool is_web_address(const std::string& input) {
    return input.starts_with("http://") || input.starts_with("https://");
}

std::filesystem::path
download(const Opening& opening, const std::string& url, const crawler::ReachSettings& reach) {
    const auto& config = opening.here.config;
    const auto* look = opening.look;
    boost::asio::io_context io;
    crawler::FetchOptions options;
    options.user_agent = config.crawl.user_agent;
    crawler::apply(reach, options);
    options.limits.total = look ? look->time : 1h;
    options.limits.body = look ? look->octets : largest;
    std::vector<std::string> headers;
    if (look) headers = {fmt::format("Range: bytes=0-{}", look->octets - 1)};
    std::optional<crawler::Response> response;
    std::exception_ptr failure;
    {
        crawler::Fetcher fetcher(io.get_executor(), options);
        boost::asio::co_spawn(
            io,
            fetch(fetcher, url, headers),
            [&](std::exception_ptr thrown, crawler::Response got) {
                failure = thrown;
                response = std::move(got);
            }
        );
        io.run();
    }
    if (failure) std::rethrow_exception(failure);
    if (look && response->error == crawler::FetchError::too_large)
        throw base::Error(
            url,
            fmt::format(
                "is larger than {} MiB, and its server sends no parts", look->octets >> 20U
            ),
            "run the source to read it whole"
        );
    if (response->status == 0)
        throw base::Error(
            url,
            fmt::format("cannot be fetched: {}", response->message),
            "check the address; --allow-private opens private ones"
        );
    if (response->status != 200 && !(look && response->status == 206))
        throw base::Error(
            url, fmt::format("the server answers {}", response->status), "check the address"
        );
    auto folder = look ? look->folder : config.home / "downloads";
    std::filesystem::create_directories(folder);
    auto file = folder / (base::sha256_hex(url).substr(0, 12) + "-" + name_in(url));
    auto part = file;
    part += ".part";
    std::ofstream out(part, std::ios::binary);
    out << response->body;
    out.flush();
    if (!out)
        throw base::Error(
            part.string(), "cannot be written", "free disk space or choose another --home"
        );
    std::filesystem::rename(part, file);
    return file;
}

}  // namespace service
