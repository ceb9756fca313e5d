#include "service/gather/crawled.hpp"

#include "base/settings/settings.hpp"

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

}  // namespace

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
