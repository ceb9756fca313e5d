// The dry run: the crawl's Scheduler on a copy of the frontier that nobody else sees, under a clock
// that jumps to the next turn. So its answer is the crawl's, by the same code and the same queries,
// down to revisits that are not due and budgets that an earlier run used up.
//
// Only what the first pages and the listings say can be known without crawling: these are asked
// for, as politely as ever. Any other page counts as kept and leads nowhere. A look asks for so
// many pages wherever they are, and keeps what they would be stored as.
#include <unordered_map>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/database/database.hpp"
#include "crawler/frontier/round_store.hpp"
#include "schema/blobs/blobs.hpp"

namespace crawler {

namespace {

namespace asio = boost::asio;
using asio::awaitable;

constexpr int every_host = 1'000'000;
const std::string holder = "rehearsal";

Time wall_clock() {
    return std::chrono::system_clock::now();
}

class Rehearsal {
public:
    Rehearsal(
        base::Database& database,
        base::Tx& tx,
        const CrawlOptions& options,
        const PlanLimits& limits
    )
        : options_(options),
          limits_(limits),
          tx_(tx),
          scheduler_(options),
          rules_(page_rules(options, scheduler_.scope(), blobs_)),
          fetcher_(io_.get_executor(), options.fetch),
          files_(
              database,
              fetcher_,
              stopped_,
              false,
              options.refresh_robots ? wall_clock() : Time{}
          ),
          lane_(options.politeness) {
        rules_.record_scrape = {};
    }

    std::vector<Decision> run() {
        std::stop_callback on_stop(options_.stop, [this] {
            asio::post(io_, [this] {
                stopped_ = true;
                fetcher_.stop();
                turn_.cancel();
            });
        });
        std::exception_ptr failure;
        asio::co_spawn(io_, story(), [&](std::exception_ptr error) { failure = error; });
        io_.run();
        if (failure) std::rethrow_exception(failure);
        return std::move(decisions_);
    }

private:
    awaitable<void> story() {
        open();
        while (!is_enough() && !scheduler_.is_over()) {
            if (scheduler_.is_spent() && !scheduler_.takes_only_media()) {
                close_queue(tx_, options_.source_id, options_.run_id, SkipReason::budget, true);
                scheduler_.leave_pages();
            }
            take();
            if (scheduler_.is_idle()) break;
            bool moved = false;
            for (auto& [name, host] : scheduler_.hosts())
                while (!is_enough() && scheduler_.has_room() && co_await step(*host)) moved = true;
            store();
            auto turn = scheduler_.next_turn();
            if (!moved && (!turn || *turn <= now_)) break;
            if (turn) now_ = std::max(now_, *turn);
        }
        if (scheduler_.is_spent())
            close_queue(tx_, options_.source_id, options_.run_id, SkipReason::budget);
        tell_left_out();
    }

    void open() {
        auto source = options_.source_id;
        rehearse(tx_, source);
        auto round = look_at_round(tx_, source, false);
        round.other_rules = !round.resumed && rules_differ(tx_, source, options_.rules_version);
        open_round(tx_, scheduler_, options_, round, wall_clock());
        scheduler_.count(round.budgets);
        scheduler_.grant(share_of_pages(options_.max_pages, scheduler_.pages_kept(), 0, true, {}));
        scheduler_.shut(shut_patterns(tx_, source));
        scheduler_.begin_round(round.is_later());
    }

    void take() {
        auto now = wall_clock();
        auto source = options_.source_id;
        auto until = now + std::chrono::hours(24);
        bool only_media = scheduler_.takes_only_media();
        for (auto& lease : claim_hosts(tx_, source, holder, now, until, every_host, only_media))
            scheduler_.add(std::move(lease), now_).ready = true;
        for (auto& [name, host] : scheduler_.hosts()) {
            if (!scheduler_.wants_more(*host)) continue;
            auto except = scheduler_.begin_load(*host);
            auto targets = next_urls(tx_, source, name, now, Scheduler::urls_at_once, except);
            bool more = targets.size() == static_cast<std::size_t>(Scheduler::urls_at_once);
            scheduler_.load(*host, std::move(targets), more);
        }
    }

    // Does what comes next for the host. False if it has to wait.
    awaitable<bool> step(Host& host) {
        auto next = scheduler_.next(host, now_);
        if (auto* refusal = std::get_if<Refusal>(&next)) {
            batch_.add_refusal(
                refusal->target, refusal->reason, std::move(refusal->detail), wall_clock()
            );
        } else if (auto* learn = std::get_if<Learn>(&next)) {
            co_await learn_site(host, learn->origin);
        } else if (auto* turn = std::get_if<Visit>(&next)) {
            co_await visit(host, std::move(*turn));
        }
        co_return !std::holds_alternative<Wait>(next);
    }

    awaitable<void> learn_site(Host& host, std::string origin) {
        auto before = lane_.due();
        auto site = co_await files_.policy(origin, {&lane_, nullptr}, options_.obey_robots);
        if (lane_.due() != before) {  // it was not known: the crawl would ask, and wait, too
            host.turn().begin(now_);
            scheduler_.answered(host, now_, {});
        }
        if (auto delay = site->robots.crawl_delay(options_.fetch.user_agent))
            lane_.crawl_delay(*delay);
        for (auto& sitemap : scheduler_.learned(host, origin, std::move(site)))
            batch_.found.push_back(std::move(sitemap));
    }

    awaitable<void> visit(Host& host, Visit visit) {
        const auto& target = visit.target;
        Fetched fetched;
        fetched.at = wall_clock();
        PageOutcome outcome;
        Decision decision{target.url, true, {}, {}};
        if (is_asked(target)) {
            auto response = co_await ask(target);
            if (stopped_) co_return;
            fetched.status = response.status;
            decision.detail = response.error == FetchError::none
                                  ? "status " + std::to_string(response.status)
                                  : response.message;
            outcome = digest_page(rules_, target, *visit.site, std::move(response), fetched.at);
            decision.reason = outcome.reason;
            if (outcome.reason && outcome.reason != SkipReason::http && fetched.status > 0)
                decision.detail += ", " + outcome.detail;
            if (limits_.pages) keep(outcome, decision);
        } else {
            outcome.ending = is_listing(target.kind) ? Ending::listed : Ending::stored;
        }
        if (target.kind != Kind::page) {
            std::string kind(base::name_of(target.kind));
            decision.detail = decision.detail.empty() ? kind : kind + ", " + decision.detail;
        }
        scheduler_.answered(host, now_, {});
        outcome.hint.reset();  // what it names is not asked: it counts as kept
        bool kept = scheduler_.end(visit, outcome.ending);
        auto shares = kept ? visit.shares : std::vector<Budget::Share>();
        // One that is tried again takes the place of its first try.
        auto [known, is_new] = asked_.try_emplace(target.id, decisions_.size());
        if (is_new) decisions_.emplace_back();
        decisions_[known->second] = std::move(decision);
        batch_.add(target, fetched, std::move(outcome), wall_clock(), options_.revisit, shares);
    }

    bool is_asked(const Target& target) {
        if (is_listing(target.kind)) return ++listings_ <= limits_.listings;
        if (target.kind != Kind::page) return false;
        return limits_.pages ? ++pages_ <= *limits_.pages : target.depth == 0;
    }

    static void keep(const PageOutcome& outcome, Decision& decision) {
        for (const auto& sealed : outcome.records) decision.records.push_back(sealed.draft);
        decision.rejects = outcome.rejects;
    }

    bool is_enough() const { return stopped_ || decisions_.size() >= limits_.decisions; }

    // Waits for the turn, then asks.
    awaitable<Response> ask(const Target& target) {
        auto now = Lane::Clock::now();
        if (auto due = lane_.next(); due && *due > now) {
            turn_.expires_at(*due);
            co_await turn_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        lane_.begin(Lane::Clock::now());
        Request request;
        request.url = target.url;
        request.etag = target.etag;
        request.last_modified = target.last_modified;
        auto response = co_await fetcher_.get(std::move(request));
        lane_.end(Lane::Clock::now(), {response.elapsed, true, std::nullopt});
        co_return response;
    }

    void store() {
        auto batch = std::move(batch_);
        batch_ = {};
        BatchContext context;
        context.target.source_id = options_.source_id;
        context.target.run_id = options_.run_id;
        context.target.now = wall_clock();
        context.traps = options_.traps;
        auto under_way = batch.budgets;
        write_frontier(tx_, context, batch);
        scheduler_.stored(batch, under_way);
    }

    // What was found and will not be asked for, in order of discovery.
    void tell_left_out() {
        constexpr int step = 1000;
        for (std::int64_t after = 0;;) {
            auto lines = source_urls(tx_, options_.source_id, after, "", "skipped", step);
            for (auto& line : lines) {
                if (decisions_.size() >= limits_.decisions) return;
                after = line.id;
                if (asked_.contains(line.id)) continue;
                decisions_.push_back(
                    {std::move(line.url),
                     false,
                     base::parse<SkipReason>(line.reason),
                     std::move(line.detail)}
                );
            }
            if (lines.size() < static_cast<std::size_t>(step)) return;
        }
    }

    const CrawlOptions& options_;
    const PlanLimits& limits_;
    base::Tx& tx_;
    Scheduler scheduler_;
    schema::Blobs blobs_;  // keeps nothing
    PageRules rules_;
    asio::io_context io_{1};
    Fetcher fetcher_;
    bool stopped_ = false;
    SiteFiles files_;
    Lane lane_;  // of what is really asked for
    asio::steady_timer turn_{io_};
    Lane::Clock::time_point now_ = Lane::Clock::now();
    Batch batch_;
    std::vector<Decision> decisions_;
    std::unordered_map<std::int64_t, std::size_t> asked_;  // places of decisions, by address
    int listings_ = 0, pages_ = 0;                         // asked for
};

}  // namespace

std::vector<Decision>
plan_crawl(base::Database& database, const CrawlOptions& options, const PlanLimits& limits) {
    base::Database apart(database.url(), 1);
    auto job = [&](base::Tx& tx) { return Rehearsal(database, tx, options, limits).run(); };
    return apart.call(job);
}

}  // namespace crawler
