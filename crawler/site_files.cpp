#include "crawler/site_files.hpp"

#include "base/database.hpp"
#include "crawler/store.hpp"
#include "crawler/url.hpp"

namespace crawler {

namespace {

constexpr std::chrono::hours keep_good{24}, keep_bad{1};
constexpr int redirect_limit = 5;

boost::asio::awaitable<SiteFile> fetch_file(Fetcher& fetcher, Lane& lane, std::string address) {
    SiteFile file;
    for (int hop = 0; hop <= redirect_limit; ++hop) {
        Request request;
        request.url = address;
        lane.begin(Lane::Clock::now());
        auto response = co_await fetcher.get(std::move(request));
        lane.end(Lane::Clock::now(), {response.elapsed, true, std::nullopt});
        file.status = response.status;
        file.detail = response.message;
        if (response.error == FetchError::too_large) file.status = 0;
        file.body = std::move(response.body);
        if (response.status < 300 || response.status >= 400) break;
        auto base = parse_url(address);
        auto next = parse_url(response.header("location"), &*base);
        if (!next || !next->is_web() || hop == redirect_limit) {
            file.status = 404;  // a chain that ends nowhere counts as no file
            break;
        }
        address = next->href(false);
    }
    if (file.status < 200 || file.status >= 300) file.body.clear();
    file.body.resize(std::min<std::size_t>(file.body.size(), 500U << 10U));
    co_return file;
}

}  // namespace

boost::asio::awaitable<std::shared_ptr<const Robots>>
SiteFiles::robots(std::string origin, Lane& lane) {
    const std::string path = "/robots.txt";
    std::optional<SiteFile> file;
    if (database_) {
        auto load = [&](base::Tx& tx) {
            return load_site_file(tx, origin, path, std::chrono::system_clock::now());
        };
        file = co_await database_->run(load);
    }
    if (!file) {
        file = co_await fetch_file(fetcher_, lane, origin + path);
        if (database_ && file->detail != "stopped") {
            bool bad = file->status == 0 || file->status >= 500 || file->status == 429;
            auto save = [&](base::Tx& tx) {
                auto now = std::chrono::system_clock::now();
                save_site_file(tx, origin, path, *file, now, now + (bad ? keep_bad : keep_good));
            };
            co_await database_->run(save);
        }
    }
    co_return std::make_shared<const Robots>(Robots::from_response(file->status, file->body));
}

}  // namespace crawler
