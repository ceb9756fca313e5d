// Takes hosts and addresses from the frontier, keeps their leases, gives them back.
#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/run/log.hpp"
#include "crawler/frontier/canonical_store.hpp"
#include "crawler/frontier/holder.hpp"
#include "crawler/frontier/round_store.hpp"
#include "crawler/frontier/worker_store.hpp"
#include "crawler/run/engine.hpp"
#include "formats/url/canonical.hpp"
#include "schema/sources/source_store.hpp"

namespace crawler {

namespace {

constexpr std::size_t hosts_at_once = 64;

}  // namespace

awaitable<void> Crawl::open() {
    struct Found {
        Round round;
        int column_set = 0;
        std::vector<CrawlWorker> others;
        std::uint64_t granted = 0;
    };
    auto job = [this](base::Tx& tx) {
        auto now = wall_clock();
        for (const auto& other : other_holders(tx, holder_))
            if (is_dead(other)) free_holder(tx, other, now + scheduler_.delay());
        auto source = options_.source_id;
        lock_crawl(tx, source);
        Found found;
        found.others =
            other_workers(tx, source, holder_, now - options_.lease, now + scheduler_.delay());
        bool joined = !found.others.empty();  // another has begun the round
        if (options_.rules)
            found.column_set = schema::ensure_columns(tx, source, options_.rules->columns(), now);
        found.round = look_at_round(tx, source, joined);
        // A round that goes on goes on by its rules: the next one sees that they are others.
        found.round.other_rules =
            !found.round.resumed &&
            change_rules(tx, source, options_.run_id, options_.rules_version, now);
        open_round(tx, scheduler_, options_, found.round, now);
        seen_worker(tx, source, own_state(), now);
        if (options_.max_pages) {
            auto kept = found.round.budgets[Budget::pages];
            found.granted =
                share_of_pages(options_.max_pages, kept, 0, true, shares_of(found.others));
            set_grant(tx, source, holder_, found.granted);
        }
        return found;
    };
    auto found = co_await database_.run(job);
    column_set_ = found.column_set;
    scheduler_.count(found.round.budgets);
    scheduler_.grant(found.granted);
    others_ = std::move(found.others);
    if (options_.max_pages) report_.kept_before = scheduler_.pages_kept();
    report_.resumed = found.round.resumed;
    report_.revisit = found.round.is_later();
    scheduler_.begin_round(report_.revisit);
}

awaitable<void> Crawl::take() {
    auto& hosts = scheduler_.hosts();
    if (hosts.empty() || Steady::now() >= next_claim_) co_await claim();
    std::vector<std::string> names;  // the map may change while we wait
    for (const auto& [name, host] : hosts) names.push_back(name);
    for (const auto& name : names) {
        auto found = hosts.find(name);
        if (found != hosts.end() && scheduler_.wants_more(*found->second))
            co_await load(*found->second);
    }
}

awaitable<void> Crawl::claim() {
    next_claim_ = Steady::now() + std::chrono::milliseconds(500);
    co_await drop_finished_hosts();
    const auto share = share_of_hosts(scheduler_.hosts().size(), hosts_at_once, shares_of(others_));
    if (share.take == 0) {
        note_hunger(false);
        co_return;
    }
    auto job = [this, &share](base::Tx& tx) {
        auto now = wall_clock();
        return claim_hosts(
            tx,
            options_.source_id,
            holder_,
            now,
            now + options_.lease,
            static_cast<int>(share.take),
            scheduler_.takes_only_media(),
            share.only_own_servers
        );
    };
    auto leases = co_await database_.run(job);
    note_hunger(leases.size() < share.take);
    for (auto& lease : leases) {
        auto& placed = scheduler_.add(std::move(lease), Steady::now());
        if (scheduler_.limits_servers()) {
            start(seat(placed));
        } else {
            placed.ready = true;
        }
    }
}

// Others act by it, so they hear of it soon.
void Crawl::note_hunger(bool hungry) {
    if (std::exchange(hungry_, hungry) != hungry) next_beat_ = {};
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
            scheduler_.seat(host, address, found->second, Steady::now());
        } else {
            host.may_have_more = false;  // dropped with the next claim
        }
    }
    --host.preparing;
    preparing.end();
    wake();
}

awaitable<void> Crawl::leave_pages() {
    auto job = [this](base::Tx& tx) {
        return close_queue(tx, options_.source_id, options_.run_id, SkipReason::budget, true);
    };
    co_await database_.run(job);
    scheduler_.leave_pages();
}

// Hosts with nothing left go back when there are others that may need the place or another worker
// may need them.
awaitable<void> Crawl::drop_finished_hosts() {
    if (storing_) co_return;
    auto finished = scheduler_.take_finished();
    if (finished.empty()) co_return;
    auto job = [this, &finished](base::Tx& tx) {
        for (const auto& [host, last] : finished) release(tx, *host, wall_clock(), last);
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
    auto except = scheduler_.begin_load(host);
    auto job = [this, &host, &except](base::Tx& tx) {
        return next_urls(
            tx, options_.source_id, host.lease.host, wall_clock(), Scheduler::urls_at_once, except
        );
    };
    auto targets = co_await database_.run(job);
    bool more = targets.size() == static_cast<std::size_t>(Scheduler::urls_at_once);
    scheduler_.load(host, std::move(targets), more);
}

CrawlWorker Crawl::own_state() const {
    return {
        .run = options_.run_id,
        .holder = holder_,
        .part = options_.part,
        .queued = queued_,
        .share = {scheduler_.hosts().size(), hungry_, 0}};
}

// Keeps the leases, however long nothing is stored; learns what others found out, and parts the
// work with them.
awaitable<void> Crawl::beat() {
    next_beat_ = Steady::now() + std::min<Millis>(options_.lease / 3, Millis(5000));
    struct Heard {
        std::vector<HostLease> held;
        std::vector<std::string> shut;
        std::uint64_t queued = 0;
        BudgetCounts budgets;
        std::vector<CrawlWorker> others;
        std::uint64_t granted = 0;
    };
    // What is in hand may not change while it is reckoned with: no page is begun, none is stored.
    const bool asks = options_.max_pages && !storing_ && !will_store_;
    if (asks) scheduler_.await_grant();
    const auto used = scheduler_.granted_used();
    const bool wants = scheduler_.waiting() > 0;
    auto own = own_state();
    std::vector<std::pair<HostLease, HostState>> states;
    for (const auto& [name, host] : scheduler_.hosts())
        states.emplace_back(host->lease, state_of(*host));
    auto job = [this, &states, &own, asks, used, wants](base::Tx& tx) {
        auto now = wall_clock();
        Heard heard;
        heard.held = renew_hosts(tx, holder_, now + options_.lease);
        for (const auto& [lease, state] : states) note_host(tx, lease, state);
        heard.queued = count_queued(tx, options_.source_id);
        heard.shut = shut_patterns(tx, options_.source_id);
        if (asks) lock_crawl(tx, options_.source_id);
        // Grants are read before what is kept: a page stored in between counts twice, never not at
        // all.
        heard.others = other_workers(
            tx, options_.source_id, holder_, now - options_.lease, now + scheduler_.delay()
        );
        if (scheduler_.counts_budgets()) heard.budgets = load_budgets(tx, options_.source_id);
        own.queued = heard.queued;
        seen_worker(tx, options_.source_id, own, now);
        if (asks) {
            auto kept = heard.budgets[Budget::pages];
            heard.granted =
                share_of_pages(options_.max_pages, kept, used, wants, shares_of(heard.others));
            set_grant(tx, options_.source_id, holder_, heard.granted);
        }
        return heard;
    };
    auto heard = co_await database_.run(job);
    queued_ = heard.queued;
    scheduler_.shut(heard.shut);
    scheduler_.count(heard.budgets);
    part_work(std::move(heard.others), heard.granted);
    for (const auto& [lease, state] : states) {
        auto host = scheduler_.hosts().find(lease.host);
        if (host == scheduler_.hosts().end() || host->second->lease.token != lease.token) continue;
        bool is_held =
            std::any_of(heard.held.begin(), heard.held.end(), [&lease = lease](const auto& mine) {
                return mine.host == lease.host && mine.token == lease.token;
            });
        if (!is_held) scheduler_.lose(*host->second);
    }
}

void Crawl::part_work(std::vector<CrawlWorker> others, std::uint64_t granted) {
    others_ = std::move(others);
    if (scheduler_.awaits_grant()) scheduler_.grant(granted);
    beat_soon_without_grant();
    if (!scheduler_.hosts().empty() || !hungry_) had_hosts_ = Steady::now();
    const bool useless = Steady::now() >= had_hosts_ + options_.lease / 4;
    if (options_.part == CrawlPart::help && (useless || !owner_of(others_))) stop();
    scheduler_.give_back(
        share_of_hosts(scheduler_.hosts().size(), hosts_at_once, shares_of(others_)).give_back
    );
}

// Others give back what they do not need with their next beat.
void Crawl::beat_soon_without_grant() {
    if (!options_.max_pages || others_.empty() || scheduler_.has_room()) return;
    next_beat_ = std::min(next_beat_, Steady::now() + std::chrono::milliseconds(500));
}

// How long until something may be due; nothing if the frontier holds nothing more.
awaitable<std::optional<Millis>> Crawl::until_due() {
    auto job = [this](base::Tx& tx) {
        auto now = wall_clock();
        auto wait = next_due(tx, options_.source_id, now);
        if (wait) return wait;
        CanonicalQuestion rest{
            .source = options_.source_id, .source_name = options_.source_name, .now = now};
        return end_waiting(tx, rest).empty() ? wait : next_due(tx, options_.source_id, now);
    };
    auto wait = co_await database_.run(job);
    if (wait && scheduler_.hosts().size() >=
                    hosts_at_once) {  // what is due may be others': make room for them
        co_await drop_finished_hosts();
        next_claim_ = {};
        co_return std::min(*wait, Millis(100));
    }
    if (wait) scheduler_.look_again();
    if (wait && *wait < Millis(50)) co_return Millis(scheduler_.hosts().empty() ? 200 : 20);
    co_return wait;
}

awaitable<void> Crawl::finish() {
    while (!batch_.empty()) co_await store();
    bool spent = scheduler_.is_spent();
    bool complete = !spent && !stopping_;
    struct Left {
        std::vector<ReasonCount> urls;
        std::optional<Obstacle> obstacle;
    };
    auto job = [this, spent, complete](base::Tx& tx) {
        auto source = options_.source_id;
        if (spent) close_queue(tx, source, options_.run_id, SkipReason::budget, false);
        auto now = wall_clock();
        for (const auto& [name, host] : scheduler_.hosts()) release(tx, *host, now, true);
        drop_worker(tx, source, holder_);
        if (complete) mark_orphans(tx, source, options_.run_id, now);
        return Left{skip_reasons(tx, source), find_obstacle(tx, source)};
    };
    auto left = co_await database_.run(job);
    report_.urls = std::move(left.urls);
    if (report_.counts.read == 0) report_.obstacle = std::move(left.obstacle);
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
