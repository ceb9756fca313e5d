#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "crawler/fetch/fetch.hpp"
#include "crawler/frontier/store.hpp"
#include "crawler/policy/politeness.hpp"
#include "formats/robots/robots.hpp"

namespace base {
class Database;
}

namespace crawler {

// What an origin says about being fetched and about machine learning, beside its pages.
struct SitePolicy {
    formats::Robots robots;
    std::map<std::string, std::string> files;  // "/ai.txt", "/.well-known/tdmrep.json", if there
};

// robots.txt, ai.txt and tdmrep.json of origins, from the database if they were fetched in the last
// 24 hours (an hour if that failed), else from the site.
class SiteFiles {
public:
    // `stop` ends waiting for a turn. What is fetched is stored if `keep`.
    SiteFiles(base::Database& database, Fetcher& fetcher, const bool& stop, bool keep = true)
        : database_(database), fetcher_(fetcher), stop_(stop), keep_(keep) {}

    // Each request waits for the host's turn. Up to five redirects are followed (RFC 9309,
    // 2.3.1.2). ai.txt and tdmrep.json are asked for only if robots.txt could be had. Without
    // `obey_robots` robots.txt counts as empty.
    boost::asio::awaitable<std::shared_ptr<const SitePolicy>>
    policy(std::string origin, Turn turn, bool obey_robots);

private:
    boost::asio::awaitable<SiteFile> file(std::string origin, std::string path, Turn turn);
    boost::asio::awaitable<SiteFile> fetch_file(std::string address, Turn turn);

    base::Database& database_;
    Fetcher& fetcher_;
    const bool& stop_;
    bool keep_;
};

}  // namespace crawler
