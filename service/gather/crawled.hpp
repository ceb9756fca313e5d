#pragma once

#include <string>

#include "crawler/frontier/watch_store.hpp"
#include "service/gather/sources.hpp"

// What a crawled source met: its addresses and its hosts.
namespace service {

struct ListUrls {
    std::string source;
    std::string reason;  // a skip reason, "gone" or "orphaned"; empty: all
    std::optional<crawler::UrlState> state;
    Paging page;
    static const base::Settings<ListUrls> settings;
};
// In order of discovery.
Page<crawler::UrlLine> list_urls(Work& work, const ListUrls& request);

struct ListHosts {
    std::string source;
    int limit = 1000;
    static const base::Settings<ListHosts> settings;
};
struct CrawledHost : crawler::HostLine {
    std::string state;  // "3 failures", under way, waiting, done
};
BOOST_DESCRIBE_STRUCT(CrawledHost, (crawler::HostLine), (state))
// Those that were asked most first.
Page<CrawledHost> list_hosts(Work& work, const ListHosts& request);

}  // namespace service
