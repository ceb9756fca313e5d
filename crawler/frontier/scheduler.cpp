// All that a crawl decides about addresses, in one place without network, database or clock. The
// crawl drives it with leases, answers and batches; the dry run with a copy of the frontier and a
// clock that it moves on by itself; tests with nothing at all.
//
// What may change while an address waits (a budget, a trap, robots.txt, the rules of this run) is
// judged when its turn comes, not when it is found. What waits is kept in the frontier's order, so
// that the order does not hang on which batch brought an address.
#include "crawler/frontier/scheduler.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "formats/url/canonical.hpp"

namespace crawler {

namespace {

constexpr std::size_t load_below = Scheduler::urls_at_once / 4;  // waiting addresses of a host

bool comes_before(const Target& a, const Target& b) {
    return a.priority != b.priority ? a.priority > b.priority : a.id < b.id;
}

}  // namespace

Scheduler::Scheduler(const CrawlOptions& options)
    : options_(options),
      seeds_(parse_seeds(options.seeds)),
      scope_(options.scope, seeds_),
      budget_(options.budgets),
      server_policy_(server_policy(options.politeness, options.server_delay, options.server_at_once)
      ),
      granted_(options.max_pages) {
    for (const auto& seed : seeds_) seed_origins_.insert(seed.origin());
}

std::vector<Discovery> Scheduler::seeds() const {
    std::vector<Discovery> found;
    for (const auto& seed : seeds_)
        found.push_back(
            {.url = formats::canonical_url(seed),
             .host = seed.host_and_port(),
             .priority = priority::seed}
        );
    return found;
}

std::vector<Discovery> Scheduler::let_in(std::span<Discovery> left_out) const {
    std::vector<Discovery> fitting;
    for (auto& address : left_out) {
        auto url = formats::parse_url(address.url);
        if (url && !scope_.refusal(*url, address.url, address.depth))
            fitting.push_back(std::move(address));
    }
    return fitting;
}

void Scheduler::count(const BudgetCounts& kept) {
    for (const auto& [name, pages] : kept) budget_.set(name, pages);
}

void Scheduler::shut(std::span<const std::string> patterns) {
    shut_.insert(patterns.begin(), patterns.end());
}

Host& Scheduler::add(HostLease lease, Clock::time_point now) {
    auto host = std::make_unique<Host>(lease, options_.politeness);
    host->lane.not_before(now + lease.wait);
    host.swap(hosts_[lease.host]);
    auto& placed = *hosts_[lease.host];
    if (host) replaced_.push_back(std::move(host));
    return placed;
}

// True if it was the last of its server.
bool Scheduler::leave_server(Host& host) {
    const bool last = host.server && --host.server->hosts == 0;
    if (last) servers_.erase(host.server->address);
    return last;
}

void Scheduler::seat(Host& host, const std::string& address, Millis wait, Clock::time_point now) {
    auto& server = servers_[address];
    if (!server) {
        server = std::make_shared<Server>(address, server_policy_);
        server->lane.not_before(now + wait);
    }
    host.server = server;
    ++server->hosts;
    host.ready = true;
}

std::vector<std::pair<std::unique_ptr<Host>, bool>> Scheduler::take_finished() {
    std::vector<std::pair<std::unique_ptr<Host>, bool>> finished;
    std::erase_if(replaced_, [&](const auto& host) {
        if (host->is_busy()) return false;
        leave_server(*host);
        return true;
    });
    for (auto at = hosts_.begin(); at != hosts_.end();) {
        auto& host = *at->second;
        bool done =
            host.waiting.empty() && host.taken.empty() && !host.may_have_more && !host.is_busy();
        if (!done) {
            ++at;
            continue;
        }
        const bool last = leave_server(host);
        finished.emplace_back(std::move(at->second), last);
        at = hosts_.erase(at);
    }
    return finished;
}

// Another worker has it now.
void Scheduler::lose(Host& host) {
    host.waiting.clear();
    host.taken.clear();
    host.listings.clear();
    host.may_have_more = false;
    host.lost = true;
}

void Scheduler::give_back(std::size_t at_most) {
    std::map<const Server*, std::vector<Host*>> by_server;
    std::vector<std::vector<Host*>> groups;
    for (auto& [name, host] : hosts_) {
        if (!is_open(*host)) continue;
        if (host->server)
            by_server[host->server.get()].push_back(host.get());
        else
            groups.push_back({host.get()});
    }
    for (auto& [server, hosts] : by_server) groups.push_back(std::move(hosts));
    std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
        return a.size() > b.size();
    });
    for (const auto& group : groups) {
        if (group.size() > at_most) continue;
        at_most -= group.size();
        for (auto* host : group) {
            for (const auto& target : host->waiting) {
                host->taken.erase(target.id);
                host->listings.erase(target.id);
            }
            host->waiting.clear();
            host->may_have_more = false;
            host->leaving = true;
        }
    }
}

bool Scheduler::wants_more(const Host& host) const {
    return host.ready && host.may_have_more && host.waiting.size() < load_below;
}

std::vector<std::int64_t> Scheduler::begin_load(Host& host) {
    host.may_have_more = false;  // until somebody finds more, be it while we load
    return {host.taken.begin(), host.taken.end()};
}

void Scheduler::load(Host& host, std::vector<Target> targets, bool more) {
    if (host.lost || host.leaving) return;
    if (more) host.may_have_more = true;
    for (auto& target : targets) {
        host.taken.insert(target.id);
        if (is_listing(target.kind)) host.listings.insert(target.id);
        host.waiting.push_back(std::move(target));
    }
    std::sort(host.waiting.begin(), host.waiting.end(), comes_before);
}

void Scheduler::look_again() {
    for (auto& [name, host] : hosts_) host->may_have_more = is_open(*host);
}

void Scheduler::grant(std::uint64_t pages) {
    granted_ = pages;
    awaits_grant_ = false;
}

bool Scheduler::has_room() const {
    if (!options_.max_pages || only_media_) return true;
    return !awaits_grant_ && granted_used() < granted_;
}

// Why an address is left out, whatever else is known of its site.
std::optional<Scheduler::Verdict> Scheduler::verdict(const Target& target, const formats::Url& url)
    const {
    auto off_unless = [](bool wanted) {
        return wanted ? std::nullopt : std::optional(Verdict{SkipReason::off});
    };
    switch (target.kind) {
        case Kind::image:
            return off_unless(options_.media.images.has_value());
        case Kind::file:
            return off_unless(options_.media.files.has_value());
        case Kind::sitemap:
            return off_unless(options_.discovery.sitemaps != SitemapUse::off);
        case Kind::feed:
            return off_unless(options_.discovery.feeds);
        case Kind::page:
            break;
    }
    if (auto refusal = scope_.refusal(url, target.url, target.depth, target.depth == 0))
        return Verdict{*refusal};
    if (!shut_.empty() && target.depth > 0)
        if (auto pattern = pattern_of(url); shut_.contains(pattern))
            return Verdict{SkipReason::trap, pattern};
    return std::nullopt;
}

Refusal Scheduler::refuse(Host& host, Verdict verdict) {
    Refusal refusal{std::move(host.waiting.front()), verdict.reason, std::move(verdict.detail)};
    host.waiting.pop_front();
    return refusal;
}

Step Scheduler::next(Host& host, Clock::time_point now) {
    if (!host.ready || host.waiting.empty() || !host.turn().open(now)) return Wait{};
    auto& target = host.waiting.front();
    auto url = *formats::parse_url(target.url);
    bool is_page = target.kind == Kind::page;
    if (only_media_ && !is_media(target.kind)) return refuse(host, {SkipReason::budget});
    // In a later round sitemaps may say of a page that it has not changed.
    if (is_page && revisit_ && !host.listings.empty()) return Wait{};
    if (auto wrong = verdict(target, url)) return refuse(host, std::move(*wrong));
    auto shares = is_page ? budget_.shares(url, target.depth) : std::vector<Budget::Share>();
    if (auto spent = budget_.spent(shares); !spent.empty())
        return refuse(host, {SkipReason::budget, spent});
    if (budget_.has_to_wait(shares)) return Wait{};
    auto [site, is_new] = host.sites.try_emplace(url.origin());
    if (is_new) return Learn{url.origin()};
    if (!site->second) return Wait{};
    if (const auto& closed = site->second->closed)
        return refuse(host, {closed->reason, closed->detail});
    const auto& robots = site->second->robots;
    auto allowed = robots.check(options_.fetch.user_agent, url.target());
    if (!allowed.allowed)
        return refuse(
            host,
            {robots.unreachable().empty() ? SkipReason::robots : SkipReason::robots_unreachable,
             allowed.rule}
        );
    if (is_page && options_.max_pages) shares.push_back({Budget::pages, options_.max_pages});
    host.turn().begin(now);
    budget_.begin(shares);
    if (is_page) ++under_way_;
    Visit visit{std::move(target), site->second, std::move(shares)};
    host.waiting.pop_front();
    return visit;
}

std::vector<Discovery>
Scheduler::learned(Host& host, const std::string& origin, std::shared_ptr<const SitePolicy> site) {
    if (auto delay = site->robots.crawl_delay(options_.fetch.user_agent))
        host.lane.crawl_delay(*delay);
    // Of hosts that only pictures come from there is nothing to be listed.
    auto front = *formats::parse_url(origin + "/");
    bool within = options_.scope.reach != ScopeRules::Reach::any &&
                  scope_.media_refusal(front, front.href(), false) != SkipReason::scope;
    bool wanted = options_.discovery.sitemaps != SitemapUse::off &&
                  (within || seed_origins_.contains(origin)) &&
                  site->robots.unreachable().empty() && !site->closed;
    std::vector<Discovery> sitemaps;
    if (wanted) sitemaps = sitemaps_of(origin, site->robots);
    host.sites[origin] = std::move(site);
    return sitemaps;
}

void Scheduler::answered(Host& host, Clock::time_point now, const Lane::Answer& answer) {
    host.turn().end(now, answer);
}

bool Scheduler::end(const Visit& visit, std::optional<Ending> ending) {
    bool kept = ending == Ending::stored || ending == Ending::unchanged;
    const bool is_page = visit.target.kind == Kind::page;
    if (is_page) --under_way_;
    if (kept && is_page && options_.max_pages) ++unstored_;
    if (kept && !is_media(visit.target.kind)) ++kept_;
    if (!kept) budget_.end(visit.shares);
    return kept;
}

bool Scheduler::stored(
    const Batch& batch,
    std::span<const std::pair<std::string, std::string>> budgets
) {
    for (const auto& [host, budget] : budgets) {
        budget_.end({{budget, 0}});
        if (budget == Budget::pages && unstored_ > 0) --unstored_;
    }
    granted_ -= std::min(granted_, batch.counted);
    kept_ -= std::min(kept_, batch.withdrawn);
    std::unordered_set<std::int64_t> ids(batch.ids.begin(), batch.ids.end());
    for (auto& [name, host] : hosts_) {
        std::erase_if(host->taken, [&](std::int64_t id) { return ids.contains(id); });
        bool listing =
            std::erase_if(host->listings, [&](std::int64_t id) { return ids.contains(id); });
        if (listing && host->listings.empty() && revisit_) {  // look again at what waits
            for (const auto& target : host->waiting) host->taken.erase(target.id);
            host->waiting.clear();
            host->may_have_more = is_open(*host);
        }
        if (std::find(batch.lost.begin(), batch.lost.end(), name) != batch.lost.end()) lose(*host);
    }
    shut(batch.shut);
    count(batch.sums);
    bool others = false;
    for (const auto& found : batch.found) {
        if (found.reason) continue;
        auto host = hosts_.find(found.host);
        if (host == hosts_.end()) {
            others = true;
        } else {
            host->second->may_have_more = is_open(*host->second);
        }
    }
    return others;
}

void Scheduler::leave_pages() {
    only_media_ = true;
    for (auto& [name, host] : hosts_)
        std::erase_if(host->waiting, [&host = host](const Target& target) {
            if (is_media(target.kind)) return false;
            host->taken.erase(target.id);
            host->listings.erase(target.id);
            return true;
        });
    look_again();
}

std::size_t Scheduler::waiting() const {
    std::size_t count = 0;
    for (const auto& [name, host] : hosts_) count += host->waiting.size();
    return count;
}

bool Scheduler::is_idle() const {
    return std::all_of(hosts_.begin(), hosts_.end(), [](const auto& entry) {
        return entry.second->waiting.empty() && !entry.second->may_have_more;
    });
}

std::optional<Scheduler::Clock::time_point> Scheduler::next_turn() {
    std::optional<Clock::time_point> soonest;
    for (const auto& [name, host] : hosts_) {
        if (host->waiting.empty() || !host->ready) continue;
        if (auto due = host->turn().next(); due && (!soonest || *due < *soonest)) soonest = due;
    }
    return soonest;
}

}  // namespace crawler
