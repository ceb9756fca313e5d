// Who crawls a source is noted in the database: a second process joins the run under way instead of
// beginning one, and the last that leaves ends it. crawl_options() reads every setting once and the
// check makes the same scraping, so a source that was accepted can be run.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/figures.hpp"
#include "crawler/archive/warc_writer.hpp"
#include "crawler/frontier/holder.hpp"
#include "crawler/frontier/worker_store.hpp"
#include "crawler/run/crawl.hpp"
#include "crawler/run/settings.hpp"
#include "crawler/scrape/fixture.hpp"
#include "schema/sources/run_stop_store.hpp"
#include "service/config.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/preview/look.hpp"
#include "service/gather/preview/previewed.hpp"
#include "service/gather/scraping.hpp"
#include "service/gather/secret.hpp"

namespace service {

using Clock = std::chrono::system_clock;

namespace {

// "12 of about 340 pages, 3 min left": what is queued now may still grow.
std::string outlook(const crawler::CrawlProgress& progress) {
    if (progress.seconds < 1 || progress.fetched == 0) return "";
    auto rate = static_cast<double>(progress.fetched) / progress.seconds;
    auto text =
        fmt::format(", {:.1f}/s, {:.1f} MB", rate, static_cast<double>(progress.bytes) / 1e6);
    if (progress.failing_hosts > 0)
        text += fmt::format(", {} hosts failing", progress.failing_hosts);
    if (progress.longest_delay >= 5)
        text += fmt::format(", delay {:.0f} s", progress.longest_delay);
    if (progress.queued == 0) return text;
    auto left = static_cast<double>(progress.queued) / rate;
    return text + (left < 90
                       ? fmt::format(", {:.0f} s for {} queued", left, progress.queued)
                       : fmt::format(", {:.0f} min for {} queued", left / 60, progress.queued));
}

constexpr auto silent_for = std::chrono::minutes(2);

crawler::CrawlPart part_of(Company company) {
    switch (company) {
        case Company::helped:
            return crawler::CrawlPart::job;
        case Company::help:
            return crawler::CrawlPart::help;
        default:
            return crawler::CrawlPart::own;
    }
}

// Begins a run of a crawl, or joins the one under way. A second crawl of a source would ask for the
// same pages in the same rounds, so it is refused unless it was meant. Those that only help leave
// when they hear that nobody else is at it, so their run is gone on with.
struct Beginning {
    std::int64_t run = 0;  // 0: there is nothing to help
    bool joined = false;
};
Beginning begin_crawl(
    base::Database& database,
    const schema::Source& source,
    const std::string& holder,
    Company company
) {
    return database.call([&](base::Tx& tx) {
        auto now = Clock::now();
        crawler::lock_crawl(tx, source.id);
        auto others = crawler::other_workers(tx, source.id, holder, now - silent_for);
        const auto* owner = crawler::owner_of(others);
        if (owner && (company == Company::none || company == Company::helped))
            throw base::Error(
                fmt::format("source '{}'", source.name),
                fmt::format("run {} is crawling it now", owner->run),
                fmt::format(
                    "wait for it, or join it with 'tilth crawl .. --source {} --share'", source.name
                )
            );
        Beginning beginning;
        if (company == Company::help && !owner) return beginning;
        beginning.joined = !others.empty();
        beginning.run = beginning.joined ? others.front().run
                                         : schema::begin_run(tx, source.id, source.spec, now);
        crawler::seen_worker(
            tx,
            source.id,
            {.run = beginning.run,
             .holder = holder,
             .part = part_of(company),
             .share = {.hungry = company != Company::help}},
            now
        );
        return beginning;
    });
}

// Whether the site answered, and what it answered is not kept.
bool is_answer(crawler::SkipReason reason) {
    using enum crawler::SkipReason;
    switch (reason) {
        case address:
        case network:
        case proxy:
        case signed_out:
        case robots_unreachable:
        case http:
        case redirect:
            return false;
        default:
            return true;
    }
}

GotNothing told(const std::string& source, const crawler::Obstacle& obstacle) {
    using enum crawler::SkipReason;
    GotNothing nothing{
        obstacle.url, obstacle.detail, fmt::format("see 'tilth source urls {}'", source)};
    auto meaning = std::string(base::meaning_of(obstacle.reason));
    switch (obstacle.reason) {
        case address:
            nothing.mend = "use --allow-private";
            break;
        case network:
            if (obstacle.detail.find("certificate") != std::string::npos)
                nothing.mend = "name its authority with --ca FILE";
            break;
        case robots_unreachable:
            nothing.mend = "it is asked again in some minutes, or at once with --refresh-robots";
            break;
        case http:
            nothing.reason = "status " + obstacle.detail;
            break;
        default:
            nothing.reason = obstacle.detail.empty() ? meaning : meaning + ": " + obstacle.detail;
    }
    if (nothing.reason.empty()) nothing.reason = meaning;
    return nothing;
}

GatherResult gather_crawl(const Gathering& run) {
    const auto& here = run.here;
    const auto& source = run.source;
    auto settings = crawler::CrawlSettings::settings.read(base::Document::json(source.spec));
    auto options = crawl_options(here.config, source);
    options.stop = run.stop;
    auto& database = here.database;
    options.holder = crawler::make_holder();
    options.part = part_of(run.company);
    auto beginning = begin_crawl(database, source, options.holder, run.company);
    if (beginning.run == 0) return {};
    options.run_id = beginning.run;
    std::unique_ptr<crawler::WarcWriter> archive;
    if (!settings.warc.empty()) {
        archive = std::make_unique<crawler::WarcWriter>(
            settings.warc, "tilth-" + source.name, options.fetch.user_agent
        );
        options.archive = [&](const auto& request, const auto& response, auto at) {
            archive->write(request, response, at);
        };
    }
    options.progress = [&](const crawler::CrawlProgress& progress) {
        if (!run.events.progress) return;
        schema::Counts counts;
        counts.read = progress.kept;
        run.events.progress(
            counts,
            0,
            fmt::format(
                "{} fetched, {} in flight, {} waiting, {} hosts{}",
                progress.fetched,
                progress.in_flight,
                progress.waiting,
                progress.hosts,
                outlook(progress)
            )
        );
    };
    // The last of those that share a run ends it, but none that only helps.
    auto is_last = [&](base::Tx& tx, schema::Time now) {
        if (run.company == Company::help) return false;
        crawler::lock_crawl(tx, source.id);
        return !crawler::owner_of(
            crawler::other_workers(tx, source.id, options.holder, now - silent_for)
        );
    };
    auto close = [&](const std::string& state, const std::string& why) {
        database.call([&](base::Tx& tx) {
            crawler::drop_worker(tx, source.id, options.holder);
            auto now = Clock::now();
            if (is_last(tx, now)) schema::end_run(tx, options.run_id, state, why, now);
        });
    };
    base::OnStop marked(run.stop, [&] {
        database.call([&](base::Tx& tx) {
            auto now = Clock::now();
            if (is_last(tx, now)) schema::interrupt_run(tx, options.run_id, now);
        });
    });
    try {
        auto report = crawler::crawl(database, here.blobs, options);
        GatherResult result{
            options.run_id,
            report.interrupted ? "interrupted" : "done",
            report.counts,
            report.bytes,
            report.seconds,
            report.resumed,
            {},
            std::nullopt};
        if (run.company == Company::helped)
            result.counts =
                database.call([&](base::Tx& tx) { return schema::run_counts(tx, options.run_id); });
        if (report.kept_before > 0)
            result.notes.emplace_back(fmt::format(
                "{} of the {} pages that it may keep were kept before",
                base::grouped(report.kept_before),
                base::grouped(options.max_pages)
            ));
        if (beginning.joined) result.notes.emplace_back("joined a crawl that was under way");
        if (report.revisit)
            result.notes.emplace_back(fmt::format(
                "crawled before: {} pages not modified by their server's word", report.not_modified
            ));
        if (report.retries > 0)
            result.notes.emplace_back(fmt::format("{} retries", report.retries));
        for (const auto& line : report.urls)
            if (!line.reason.empty())
                result.notes.emplace_back(
                    fmt::format("{} URLs {}: {}", base::grouped(line.urls), line.state, line.reason)
                );
        if (report.obstacle && !report.interrupted) {
            result.nothing = told(source.name, *report.obstacle);
            result.state = is_answer(report.obstacle->reason) ? "empty" : "failed";
        }
        close(result.state, result.nothing ? result.nothing->reason : "");
        return result;
    } catch (const std::exception& failure) {
        close("failed", failure.what());
        throw;
    }
}

void check_crawl(const base::Document& document) {
    auto settings = crawler::CrawlSettings::settings.read(document);
    crawler::make_scraping(settings.scrape, document);
}

std::optional<crawler::CrawlSettings> pages_of(const base::Document& document) {
    return crawler::CrawlSettings::settings.read(document);
}

}  // namespace

crawler::CrawlOptions crawl_options(const Config& config, const schema::Source& source) {
    auto document = base::Document::json(source.spec);
    auto settings = crawler::CrawlSettings::settings.read(document);
    if (settings.user_agent.empty()) settings.user_agent = config.crawl.user_agent;
    auto scraping = crawler::make_scraping(settings.scrape, document);
    auto options = crawler::crawl_options(settings, scraping, secret_of);
    options.source_id = source.id;
    options.source_name = source.name;
    options.examine_image = examine_image();
    if (!settings.record.empty())
        options.record_scrape = [folder = settings.record](
                                    const auto& url, const auto& response, const auto& scrape
                                ) { crawler::write_fixture(folder, url, response, scrape); };
    return options;
}

std::string crawl_user_agent(const Config& config, const schema::Source& source) {
    auto settings = crawler::CrawlSettings::settings.read(base::Document::json(source.spec));
    return settings.user_agent.empty() ? config.crawl.user_agent : settings.user_agent;
}

std::vector<crawler::Decision>
plan_crawl(const Environment& here, const std::string& name, const std::string& spec) {
    check_crawl(base::Document::json(spec));
    auto found =
        here.database.call([&](base::Tx& tx) { return find_of_kind(tx, name, crawl_kind.name); });
    auto source = found.value_or(schema::Source());
    source.name = name;
    source.spec = spec;
    return crawler::plan_crawl(here.database, crawl_options(here.config, source));
}

namespace {

constexpr std::size_t addresses_of_a_look = 200;

// Asks for as many pages as records are wanted, by the plan of a crawl that begins now.
bool look_at_pages(const Opening& opening, std::size_t records, SourcePreview& seen) {
    auto options = crawl_options(opening.here.config, opening.source);
    options.stop = opening.stop;
    options.fetch.limits.total = std::min(options.fetch.limits.total, opening.look->time);
    auto columns = options.rules ? options.rules->columns() : std::vector<schema::Column>();
    crawler::PlanLimits limits{
        .pages = static_cast<int>(records), .listings = 3, .decisions = addresses_of_a_look};
    for (const auto& one : crawler::plan_crawl(opening.here.database, options, limits)) {
        auto reason = std::string(crawler::name_of(one.reason));
        seen.urls.push_back({one.url, one.fetch, std::move(reason), one.detail});
        for (const auto& draft : one.records)
            if (seen.records.size() < records) seen.records.push_back(previewed(draft, columns));
        for (const auto& reject : one.rejects)
            if (seen.rejects.size() < records) seen.rejects.push_back(previewed(reject));
    }
    seen.ended = seen.urls.size() < addresses_of_a_look && seen.records.size() < records;
    return true;
}

}  // namespace

const SourceKind crawl_kind{
    .name = "crawl",
    .words = "pages of the web, by their links",
    .example =
        R"({"urls": ["https://example.org/"], "scope": "host", "max_pages": 100, "delay": "1s"})",
    .shape = base::shape_of<crawler::CrawlSettings>,
    .check = check_crawl,
    .gather = gather_crawl,
    .look = look_at_pages,
    .pages = pages_of,
    .crawls = true,
};

}  // namespace service
