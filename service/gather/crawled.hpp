#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crawler/frontier/watch_store.hpp"
#include "service/gather/sources.hpp"

// What a crawled source met, its addresses and its hosts; and what runs told of themselves.
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

enum class RunMoment { began, fetched, rejected, ended };
constexpr auto words_of(RunMoment) {
    return std::to_array<base::Word<RunMoment>>({
        {RunMoment::began, "began", "the run"},
        {RunMoment::fetched, "fetched", "an address was asked, and what came of it"},
        {RunMoment::rejected, "rejected", "records of one code, when the last of them was"},
        {RunMoment::ended, "ended", "the run, and how"},
    });
}

struct ShowRunLog {
    std::string source;
    std::int64_t run = 0;  // 0: the latest
    bool problems = false;
    Paging page;
    static const base::Settings<ShowRunLog> settings;
};
struct RunLogLine {
    base::Time at{};
    RunMoment what = RunMoment::began;
    std::string text;      // what happened, in words
    std::string url = {};  // of what was fetched
    bool problem = false;  // somebody should look at it
};
BOOST_DESCRIBE_STRUCT(RunLogLine, (), (at, what, text, url, problem))
struct RunLog {
    schema::SourceRun run;
    std::vector<RunLogLine> items;  // the newest first
    std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(RunLog, (), (run, items, next))
// How a run goes, or went. Refused if the source has no such run.
RunLog show_run_log(Work& work, const ShowRunLog& request);

}  // namespace service
