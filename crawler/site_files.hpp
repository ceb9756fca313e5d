#pragma once

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "crawler/fetch.hpp"
#include "crawler/politeness.hpp"
#include "crawler/robots.hpp"

namespace base {
class Database;
}

namespace crawler {

// robots.txt of origins, from the database if it was fetched in the last 24 hours (an hour if that
// failed), else from the site.
class SiteFiles {
public:
    SiteFiles(base::Database& database, Fetcher& fetcher)
        : database_(&database), fetcher_(fetcher) {}
    // Without a database: always from the site.
    explicit SiteFiles(Fetcher& fetcher) : database_(nullptr), fetcher_(fetcher) {}

    // The request goes through the host's lane. Up to five redirects are followed (RFC
    // 9309, 2.3.1.2).
    boost::asio::awaitable<std::shared_ptr<const Robots>> robots(std::string origin, Lane& lane);

private:
    base::Database* database_;
    Fetcher& fetcher_;
};

}  // namespace crawler
