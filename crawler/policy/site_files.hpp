#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "crawler/fetch/fetch.hpp"
#include "crawler/frontier/store.hpp"
#include "crawler/policy/politeness.hpp"
#include "crawler/policy/skip_reason.hpp"
#include "formats/robots/robots.hpp"

namespace base {
class Database;
}

namespace crawler {

// Why nothing of an origin may be asked: that was found when its robots.txt was.
struct ClosedSite {
    SkipReason reason;
    std::string detail;
};

// What an origin says about being fetched and about machine learning, beside its pages.
struct SitePolicy {
    formats::Robots robots;
    std::optional<ClosedSite> closed;
    std::map<std::string, std::string> files;  // "/ai.txt", "/.well-known/tdmrep.json", if there
};

// robots.txt, ai.txt and tdmrep.json of origins, from the database if they were fetched in the last
// 24 hours, else from the site. What could not be had is asked for again after a minute, and twice
// as long after each further time, up to an hour. Where we are not let out (a private address, a
// certificate that we do not trust) nothing is remembered.
class SiteFiles {
public:
    // `stop` ends waiting for a turn. What is fetched is stored if `keep`; what was fetched before
    // `since` does not count.
    SiteFiles(
        base::Database& database,
        Fetcher& fetcher,
        const bool& stop,
        bool keep = true,
        Time since = {}
    )
        : database_(database), fetcher_(fetcher), stop_(stop), keep_(keep), since_(since) {}

    // Each request waits for the host's turn. Up to five redirects are followed (RFC 9309,
    // 2.3.1.2). ai.txt and tdmrep.json are asked for only if robots.txt could be had. Without
    // `obey_robots` robots.txt counts as empty.
    boost::asio::awaitable<std::shared_ptr<const SitePolicy>>
    policy(std::string origin, Turn turn, bool obey_robots);

private:
    // A file, and why the fetch of it was no use.
    struct Had {
        SiteFile file;
        FetchError error = FetchError::none;
    };
    boost::asio::awaitable<Had> file(std::string origin, std::string path, Turn turn);
    boost::asio::awaitable<Had> fetch_file(std::string address, Turn turn);

    base::Database& database_;
    Fetcher& fetcher_;
    const bool& stop_;
    bool keep_;
    Time since_;
};

}  // namespace crawler
