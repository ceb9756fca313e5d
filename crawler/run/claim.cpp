// Takes hosts and addresses from the frontier, keeps their leases, gives them back.
#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/run/log.hpp"
#include "crawler/frontier/holder.hpp"
#include "crawler/run/engine.hpp"
#include "formats/url/canonical.hpp"
#include "schema/sources/source_store.hpp"

namespace crawler {

namespace {

constexpr int hosts_at_once = 64;
constexpr int urls_at_once = 1000;

}  // namespace

awaitable<void> Crawl::open() {
    struct Found {
        bool known = false, resumed = false;
        int column_set = 0;
        BudgetCounts budgets;
    };
    auto job = [this](base::Tx& tx) {
        auto now = wall_clock();
        auto soonest = now + std::max(options_.politeness.delay, server_policy_.delay);
        for (const auto& other : other_holders(tx, holder_))
            if (is_dead(other)) free_holder(tx, other, soonest);
        auto source = options_.source_id;
        // Another worker of the same run has begun the round.
        bool joined = live_run(tx, source, holder_, now - options_.lease) != 0;
        Found found;
        found.known = count_known(tx, source) > 0;
        found.resumed = found.known && (joined || count_queued(tx, source) > 0);
        if (options_.rules)
            found.column_set = schema::ensure_columns(tx, source, options_.rules->columns(), now);
        // A round that goes on goes on by its rules: the next one sees that they are others.
        bool others = !found.resumed &&
                      change_rules(tx, source, options_.run_id, options_.rules_version, now);
        if (found.known && !found.resumed) {
            start_round(tx, source, now, options_.revisit.adaptive, others);
            forget_round(tx, source);
            each_left_out(tx, source, [&](std::span<Discovery> left_out) {
                take_in(tx, left_out, now);
            });
        }
        std::vector<Discovery> seeds;
        for (const auto& seed : seeds_) {
            Discovery discovery;
            discovery.url = formats::canonical_url(seed);
            discovery.host = seed.host_and_port();
            discovery.priority = priority::seed;
            seeds.push_back(std::move(discovery));
        }
        add_urls(tx, source, options_.run_id, seeds, now);
        seen_worker(tx, source, options_.run_id, holder_, 0, now);
        if (budget_.any()) found.budgets = load_budgets(tx, source);
        return found;
    };
    auto found = co_await database_.run(job);
    column_set_ = found.column_set;
    for (const auto& [name, kept] : found.budgets) budget_.set(name, kept);
    report_.resumed = found.resumed;
    report_.revisit = found.known && !found.resumed;
}

// What the rules of this crawl let in that those of an earlier one did not.
void Crawl::take_in(base::Tx& tx, std::span<Discovery> left_out, Time now) const {
    std::vector<Discovery> fitting;
    for (auto& address : left_out) {
        auto url = formats::parse_url(address.url);
        if (url && !scope_.refusal(*url, address.url, address.depth))
            fitting.push_back(std::move(address));
    }
    add_urls(tx, options_.source_id, options_.run_id, fitting, now);
}

awaitable<void> Crawl::take() {
    if (hosts_.empty() || Steady::now() >= next_claim_) co_await claim();
    std::vector<std::string> names;  // the map may change while we wait
    for (const auto& [name, host] : hosts_) names.push_back(name);
    for (const auto& name : names) {
        auto found = hosts_.find(name);
        if (found == hosts_.end()) continue;
        auto& host = *found->second;
        bool enough = host.waiting.size() >= static_cast<std::size_t>(urls_at_once) / 4;
        if (host.ready && !enough && host.may_have_more) co_await load(host);
    }
}

awaitable<void> Crawl::claim() {
    next_claim_ = Steady::now() + std::chrono::milliseconds(500);
    co_await drop_finished_hosts();
    if (hosts_.size() >= hosts_at_once) co_return;
    auto job = [this](base::Tx& tx) {
        auto now = wall_clock();
        auto room = hosts_at_once - static_cast<int>(hosts_.size());
        return claim_hosts(
            tx, options_.source_id, holder_, now, now + options_.lease, room, only_media_
        );
    };
    auto leases = co_await database_.run(job);
    for (auto& lease : leases) {
        auto host = std::make_unique<Host>(lease, options_.politeness);
        host->lane.not_before(Steady::now() + lease.wait);
        auto& placed = *(hosts_[lease.host] = std::move(host));
        bool limited = server_policy_.delay > Millis(0) && options_.fetch.proxies.empty();
        if (limited) {
            start(seat(placed));
        } else {
            placed.ready = true;
        }
    }
}

// The smallest address that a host's name leads to, so that names with one set of servers share
// one turn; empty if it leads nowhere.
awaitable<std::string> Crawl::address_of(const std::string& host) {
    auto url = formats::parse_url("http://" + host + "/");
    auto name = url && url->host ? *url->host : host;
    if (name.starts_with('[')) co_return name;
    boost::system::error_code error;
    if (auto literal = asio::ip::make_address(name, error); !error) co_return literal.to_string();
    auto addresses = co_await fetcher_.addresses_of(name);
    std::string least;
    for (const auto& text : addresses)
        if (least.empty() || std::pair(text.size(), text) < std::pair(least.size(), least))
            least = text;
    co_return least;
}

// Finds the server of a host and takes its turn. If another worker has it, the host goes back: it
// is offered again when the server is free.
awaitable<void> Crawl::seat(Host& host) {
    Busy preparing(preparing_);
    ++host.preparing;
    auto address = co_await address_of(host.lease.host);
    if (address.empty()) {  // asking for a page will tell why
        host.ready = true;
    } else {
        auto job = [this, &host, &address](base::Tx& tx) {
            auto now = wall_clock();
            return claim_addresses(
                tx, {{host.lease.host, address}}, holder_, now, now + options_.lease
            );
        };
        auto ours = co_await database_.run(job);
        if (auto found = ours.find(address); found != ours.end()) {
            auto& server = servers_[address];
            if (!server) {
                server = std::make_shared<Server>(address, server_policy_);
                server->lane.not_before(Steady::now() + found->second);
            }
            host.server = server;
            ++server->hosts;
            host.ready = true;
        } else {
            host.may_have_more = false;  // dropped with the next claim
        }
    }
    --host.preparing;
    preparing.end();
    wake();
}

// Enough pages are kept: the others stay away, what those show is still fetched.
awaitable<void> Crawl::leave_pages() {
    only_media_ = true;
    auto job = [this](base::Tx& tx) {
        return close_queue(tx, options_.source_id, options_.run_id, SkipReason::budget, true);
    };
    co_await database_.run(job);
    for (auto& [name, host] : hosts_) {
        std::erase_if(host->waiting, [&](const Target& target) {
            if (is_media(target.kind)) return false;
            host->taken.erase(target.id);
            host->listings.erase(target.id);
            return true;
        });
        host->may_have_more = host->ready && !host->lost;
    }
}

// Hosts with nothing left go back when there are others that may need the place or another worker
// may need them.
awaitable<void> Crawl::drop_finished_hosts() {
    std::vector<std::unique_ptr<Host>> finished;
    for (auto at = hosts_.begin(); at != hosts_.end();) {
        auto& host = *at->second;
        bool done = host.waiting.empty() && host.taken.empty() && !host.may_have_more &&
                    host.lane.in_flight() == 0 && host.preparing == 0;
        if (done && !storing_) {
            finished.push_back(std::move(at->second));
            at = hosts_.erase(at);
        } else {
            ++at;
        }
    }
    if (finished.empty()) co_return;
    std::vector<bool> last(finished.size());
    for (std::size_t i = 0; i < finished.size(); ++i) {
        auto& server = finished[i]->server;
        if (!server || --server->hosts > 0) continue;
        last[i] = true;
        servers_.erase(server->address);
    }
    auto job = [this, &finished, &last](base::Tx& tx) {
        for (std::size_t i = 0; i < finished.size(); ++i)
            release(tx, *finished[i], wall_clock(), last[i]);
    };
    co_await database_.run(job);
}

HostState Crawl::state_of(const Host& host) const {
    return {
        host.lane.failures(),
        host.latency_ms,
        std::chrono::duration<double, std::milli>(host.lane.delay()).count()};
}

void Crawl::release(base::Tx& tx, const Host& host, Time now, bool last_of_server) const {
    auto rest = [now](const Lane& lane) {
        auto left = std::chrono::duration_cast<Millis>(lane.due() - Steady::now());
        return now + std::max(Millis(0), left);
    };
    release_host(tx, host.lease, rest(host.lane), state_of(host));
    if (last_of_server && host.server)
        release_address(tx, host.server->address, holder_, rest(host.server->lane));
}

awaitable<void> Crawl::load(Host& host) {
    host.may_have_more = false;
    std::vector<std::int64_t> except(host.taken.begin(), host.taken.end());
    auto job = [this, &host, &except](base::Tx& tx) {
        return next_urls(
            tx, options_.source_id, host.lease.host, wall_clock(), urls_at_once, except
        );
    };
    auto targets = co_await database_.run(job);
    if (host.lost) co_return;
    if (targets.size() == static_cast<std::size_t>(urls_at_once)) host.may_have_more = true;
    for (auto& target : targets) {
        host.taken.insert(target.id);
        if (!is_listing(target.kind)) {
            host.waiting.push_back(std::move(target));
        } else {  // what it lists may save asking for what waits
            host.listings.insert(target.id);
            host.waiting.push_front(std::move(target));
        }
    }
}

// Keeps the leases, however long nothing is stored; learns what others found out.
awaitable<void> Crawl::beat() {
    next_beat_ = Steady::now() + std::min<Millis>(options_.lease / 3, Millis(5000));
    struct Heard {
        std::vector<HostLease> held;
        std::vector<std::string> shut;
        std::uint64_t queued = 0;
        BudgetCounts budgets;
    };
    std::vector<std::pair<HostLease, HostState>> states;
    for (const auto& [name, host] : hosts_) states.emplace_back(host->lease, state_of(*host));
    auto job = [this, &states](base::Tx& tx) {
        auto now = wall_clock();
        Heard heard;
        heard.held = renew_hosts(tx, holder_, now + options_.lease);
        for (const auto& [lease, state] : states) note_host(tx, lease, state);
        heard.queued = count_queued(tx, options_.source_id);
        heard.shut = shut_patterns(tx, options_.source_id);
        if (budget_.any()) heard.budgets = load_budgets(tx, options_.source_id);
        seen_worker(tx, options_.source_id, options_.run_id, holder_, heard.queued, now);
        return heard;
    };
    auto heard = co_await database_.run(job);
    queued_ = heard.queued;
    shut_.insert(heard.shut.begin(), heard.shut.end());
    for (const auto& [name, kept] : heard.budgets) budget_.set(name, kept);
    for (const auto& [lease, state] : states) {
        auto host = hosts_.find(lease.host);
        if (host == hosts_.end() || host->second->lease.token != lease.token) continue;
        bool is_held = std::any_of(heard.held.begin(), heard.held.end(), [&](const auto& mine) {
            return mine.host == lease.host && mine.token == lease.token;
        });
        if (!is_held) lose(*host->second);
    }
}

// Another worker has it now.
void Crawl::lose(Host& host) {
    host.waiting.clear();
    host.taken.clear();
    host.listings.clear();
    host.may_have_more = false;
    host.lost = true;
}

// How long until something may be due; nothing if the frontier holds nothing more.
awaitable<std::optional<Millis>> Crawl::until_due() {
    auto job = [this](base::Tx& tx) { return next_due(tx, options_.source_id, wall_clock()); };
    auto wait = co_await database_.run(job);
    if (wait && hosts_.size() >= hosts_at_once) {  // what is due may be others': make room for them
        co_await drop_finished_hosts();
        next_claim_ = {};
        co_return std::min(*wait, Millis(100));
    }
    if (wait)
        for (auto& [name, host] : hosts_) host->may_have_more = host->ready && !host->lost;
    if (wait && *wait < Millis(50)) co_return Millis(hosts_.empty() ? 200 : 20);
    co_return wait;
}

awaitable<void> Crawl::finish() {
    while (!batch_.empty()) co_await store();
    bool spent = budget_spent();
    bool complete = !spent && !stopping_;
    auto job = [this, spent, complete](base::Tx& tx) {
        auto source = options_.source_id;
        if (spent) close_queue(tx, source, options_.run_id, SkipReason::budget, false);
        auto now = wall_clock();
        for (const auto& [name, host] : hosts_) release(tx, *host, now, true);
        drop_worker(tx, source, holder_);
        if (complete) mark_orphans(tx, source, options_.run_id, now);
        return skip_reasons(tx, source);
    };
    report_.urls = co_await database_.run(job);
    tell();
}

void Crawl::give_up_hosts() noexcept {
    try {
        auto job = [this](base::Tx& tx) {
            free_holder(tx, holder_, wall_clock() + options_.politeness.delay);
            drop_worker(tx, options_.source_id, holder_);
        };
        database_.call(job);
    } catch (const std::exception& error) {
        base::log::warning(
            "crawl: {}: hosts stay leased for {} s", error.what(), options_.lease.count()
        );
    }
}

}  // namespace crawler
