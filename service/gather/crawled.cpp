// The log of a run is put together from what is stored anyhow, in the transactions of what it tells
// of: requests of crawls, rejects, and the run itself. Lines that are few (how it began and ended,
// rejects by code) stand among the requests of a page by their time.
#include "service/gather/crawled.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/settings/settings.hpp"
#include "base/text/figures.hpp"
#include "base/time/parse.hpp"
#include "ingest/pipeline/store.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

std::optional<base::Fault> check_reason(const std::string& reason) {
    if (reason == "gone" || reason == "orphaned" || base::parse<crawler::SkipReason>(reason))
        return std::nullopt;
    return base::Fault{
        "is no reason", "see docs/reference/skip-reasons.md; or use gone or orphaned"};
}

}  // namespace

const base::Settings<ListUrls> ListUrls::settings{
    {"source", &ListUrls::source, "whose addresses", {.required = true}},
    {"reason",
     &ListUrls::reason,
     "only those of a reason: robots, trap, budget .., gone, orphaned",
     {.check = &check_reason}},
    {"state", &ListUrls::state, "only in this state"},
    {&ListUrls::page},
};

const base::Settings<ListHosts> ListHosts::settings{
    {"source", &ListHosts::source, "whose hosts", {.required = true}},
    {"limit", &ListHosts::limit, "at most so many", {.low = 1, .high = 1000}},
};

namespace {

std::string state_of(const crawler::HostLine& host) {
    if (host.failures > 0) return std::to_string(host.failures) + " failures";
    if (host.held) return "under way";
    return host.queued > 0 ? "waiting" : "done";
}

schema::SourceRun known_run(Work& work, const schema::Source& source, std::int64_t wanted) {
    std::optional<std::int64_t> before;
    if (wanted > 0) before = wanted + 1;
    auto found = schema::list_runs(work.tx, source.id, 1, before);
    if (!found.empty() && (wanted == 0 || found.front().id == wanted)) return found.front();
    throw Refusal(
        Refusal::Kind::not_found,
        wanted == 0 ? fmt::format("source '{}'", source.name) : fmt::format("run {}", wanted),
        wanted == 0 ? "did not run yet" : fmt::format("is none of source '{}'", source.name),
        wanted == 0 ? "see 'tilth source run " + source.name + "'"
                    : "see 'tilth source runs " + source.name + "'"
    );
}

// "<moment> <address>"
std::optional<crawler::LoggedBefore> place_in_log(const std::string& text) {
    if (text.empty()) return std::nullopt;
    auto blank = std::min(text.find(' '), text.size());
    auto at = base::parse_iso_time(text.substr(0, blank));
    if (at && blank < text.size()) return crawler::LoggedBefore{*at, text.substr(blank + 1)};
    throw base::UsageError(
        "'after'", "is not the 'next' of an earlier answer", "leave it out at first"
    );
}

RunLogLine line_of(const crawler::LoggedFetch& fetch) {
    bool problem =
        fetch.outcome == crawler::Ending::failed || fetch.outcome == crawler::Ending::retry;
    auto text = fetch.outcome == crawler::Ending::retry ? std::string("to be tried again")
                                                        : std::string(base::name_of(fetch.outcome));
    if (!fetch.reason.empty()) text += ": " + fetch.reason;
    text += fetch.status == 0 ? ", no answer" : fmt::format(", status {}", fetch.status);
    if (fetch.bytes > 0)
        text += fmt::format(
            ", {} bytes in {} ms",
            base::grouped(static_cast<std::uint64_t>(fetch.bytes)),
            fetch.millis
        );
    return {fetch.at, RunMoment::fetched, std::move(text), fetch.url, problem};
}

RunLogLine end_of(const schema::SourceRun& run) {
    auto text = fmt::format(
        "{}: {} read, {} added, {} changed, {} unchanged, {} rejected",
        run.state,
        base::grouped(run.read),
        base::grouped(run.added),
        base::grouped(run.changed),
        base::grouped(run.unchanged),
        base::grouped(run.rejected)
    );
    if (run.error && !run.error->empty()) text += ". " + *run.error;
    bool problem = run.error.has_value() || run.read == 0;
    return {*run.ended_at, RunMoment::ended, std::move(text), {}, problem};
}

// The lines that are few, the newest first.
std::vector<RunLogLine>
few_lines(Work& work, const schema::Source& source, const schema::SourceRun& run) {
    std::vector<RunLogLine> lines;
    if (run.ended_at) lines.push_back(end_of(run));
    for (const auto& rejects : ingest::rejects_of_run(work.tx, source.id, run.id))
        lines.push_back(
            {.at = rejects.at,
             .what = RunMoment::rejected,
             .text = fmt::format(
                 "{} as {}, for example: {}",
                 base::grouped(static_cast<std::uint64_t>(rejects.count)),
                 rejects.code,
                 rejects.reason
             ),
             .problem = true}
        );
    lines.push_back({run.started_at, RunMoment::began, "began"});
    return lines;
}

}  // namespace

const base::Settings<ShowRunLog> ShowRunLog::settings{
    {"source", &ShowRunLog::source, "whose run", {.required = true}},
    {"run", &ShowRunLog::run, "its number; the latest by default", {.low = 0}},
    {"problems", &ShowRunLog::problems, "of what was fetched only what did not end well"},
    {&ShowRunLog::page},
};

RunLog show_run_log(Work& work, const ShowRunLog& request) {
    auto source = known_source(work, request.source);
    RunLog log{.run = known_run(work, source, request.run), .items = {}, .next = {}};
    auto before = place_in_log(request.page.after);
    auto fetches =
        crawler::fetches_of_run(work.tx, log.run.id, before, request.problems, request.page.limit);
    auto few = few_lines(work, source, log.run);
    bool is_last = fetches.size() < static_cast<std::size_t>(request.page.limit);
    if (!is_last)
        log.next = base::rfc3339(fetches.back().at, base::Precision::microseconds) + " " +
                   fetches.back().url;
    std::erase_if(few, [&](const RunLogLine& line) {
        return (before && line.at >= before->at) || (!is_last && line.at < fetches.back().at);
    });
    log.items = std::move(few);
    for (const auto& fetch : fetches) log.items.push_back(line_of(fetch));
    std::stable_sort(log.items.begin(), log.items.end(), [](const auto& a, const auto& b) {
        return a.at > b.at;
    });
    return log;
}

Page<crawler::UrlLine> list_urls(Work& work, const ListUrls& request) {
    auto id = known_source(work, request.source).id;
    auto after = request.page.after_number().value_or(0);
    return page_of(
        crawler::source_urls(
            work.tx,
            id,
            after,
            request.reason,
            request.state ? std::string(base::name_of(*request.state)) : "",
            request.page.limit
        ),
        request.page,
        [](const auto& line) { return std::to_string(line.id); }
    );
}

Page<CrawledHost> list_hosts(Work& work, const ListHosts& request) {
    auto id = known_source(work, request.source).id;
    Page<CrawledHost> page;
    for (auto& host : crawler::source_hosts(work.tx, id, work.now, request.limit)) {
        auto state = state_of(host);
        page.items.push_back({std::move(host), std::move(state)});
    }
    return page;
}

}  // namespace service
