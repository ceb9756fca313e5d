// From a source's stored settings to a run, for the command line and workers alike. crawl_options()
// reads every setting once and check_spec() calls it, so a source that was accepted can be run.
//
// Who crawls a source is noted in the database: a second process joins the run under way instead of
// beginning one, and the last that leaves ends it. Near-duplicates are looked for after each run;
// what fails there is logged, for it must not spoil what was gathered.
#include "service/gather/gather.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/run/progress.hpp"
#include "base/settings/settings.hpp"
#include "base/text/figures.hpp"
#include "crawler/archive/warc_writer.hpp"
#include "crawler/frontier/holder.hpp"
#include "crawler/frontier/watch_store.hpp"
#include "crawler/run/crawl.hpp"
#include "crawler/run/settings.hpp"
#include "crawler/scrape/fixture.hpp"
#include "quality/duplicates/text_clusters.hpp"
#include "schema/jobs/job_store.hpp"
#include "service/gather/gather_archives.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/push.hpp"
#include "service/gather/scraping.hpp"
#include "service/gather/secret.hpp"

namespace service {

namespace json = boost::json;
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

// Begins a run of a crawl, or joins the one under way. A second crawl of a source would ask for the
// same pages in the same rounds, so it is refused unless it was meant.
struct Beginning {
    std::int64_t run = 0;
    bool joined = false;
};
Beginning begin_crawl(
    base::Database& database,
    const schema::Source& source,
    const std::string& holder,
    bool share
) {
    return database.call([&](base::Tx& tx) {
        auto now = Clock::now();
        auto live = crawler::live_run(tx, source.id, holder, now - std::chrono::minutes(2));
        if (live && !share)
            throw base::Error(
                fmt::format("source '{}'", source.name),
                fmt::format("run {} is crawling it now", live),
                fmt::format(
                    "wait for it, or join it with 'tilth crawl .. --source {} --share'", source.name
                )
            );
        Beginning beginning{live, live != 0};
        if (!live) beginning.run = schema::begin_run(tx, source.id, source.spec, now);
        crawler::seen_worker(tx, source.id, beginning.run, holder, 0, now);
        return beginning;
    });
}

GatherResult gather_crawl(
    Context& context,
    const schema::Source& source,
    std::stop_token stop,
    const GatherEvents& events,
    bool share
) {
    auto settings = crawler::CrawlSettings::settings.read(base::Document::json(source.spec));
    auto options = crawl_options(context.config, source);
    options.stop = stop;
    auto& database = context.database();
    options.holder = crawler::make_holder();
    auto beginning = begin_crawl(database, source, options.holder, share);
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
        if (!events.progress) return;
        schema::Counts counts;
        counts.read = progress.kept;
        events.progress(
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
    auto close = [&](const std::string& state, const std::string& why) {
        database.call([&](base::Tx& tx) {
            crawler::drop_worker(tx, source.id, options.holder);
            auto now = Clock::now();
            // The last of those that share a run ends it.
            auto live =
                crawler::live_run(tx, source.id, options.holder, now - std::chrono::minutes(2));
            if (live != options.run_id) schema::end_run(tx, options.run_id, state, why, now);
        });
    };
    try {
        auto report = crawler::crawl(database, context.blobs(), options);
        GatherResult result{
            options.run_id,
            report.interrupted ? "interrupted" : "done",
            report.counts,
            report.bytes,
            report.seconds,
            report.resumed,
            {},
            std::nullopt};
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
        close(result.state, "");
        return result;
    } catch (const std::exception& failure) {
        close("failed", failure.what());
        throw;
    }
}

// Texts that were gathered get their clusters at the end of each run, complete or not. What fails
// here spoils no run: the next one goes on.
void note_duplicates(
    Context& context,
    const schema::Source& source,
    std::stop_token stop,
    GatherResult& result
) {
    try {
        auto found = quality::assign_clusters(context.database(), source.id, stop);
        if (found.near > 0)
            result.notes.push_back(fmt::format(
                "{} of {} texts are near-duplicates of others, {} of them word for word",
                base::grouped(found.near),
                base::grouped(found.texts),
                base::grouped(found.exact)
            ));
    } catch (const base::Error& error) {
        base::log::warning("source '{}': near-duplicates: {}", source.name, error.what());
    }
}

// The source of that name, if there is one. Throws base::Error if it is of another kind.
std::optional<schema::Source>
find_of_kind(base::Tx& tx, const std::string& name, const std::string& kind) {
    auto found = schema::find_source(tx, name);
    if (found && found->kind != kind)
        throw base::Error(
            fmt::format("source '{}'", name),
            fmt::format("is of kind {}, not {}", found->kind, kind),
            "choose another name"
        );
    return found;
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

void check_spec(const std::string& kind, const base::Document& document) {
    if (kind == "crawl") {
        auto settings = crawler::CrawlSettings::settings.read(document);
        crawler::make_scraping(settings.scrape, document);
    } else if (kind == "push") {
        check_push_spec(document);
    } else {
        check_records_spec(kind, document);
    }
}

schema::Source ensure_source(
    Context& context,
    const std::string& name,
    const std::string& kind,
    const json::object& spec
) {
    check_spec(kind, base::Document::of(spec));
    return context.database().call([&](base::Tx& tx) {
        auto text = json::serialize(spec);
        auto found = find_of_kind(tx, name, kind);
        if (!found) found = schema::add_source(tx, {0, name, kind, text, "", ""}, Clock::now());
        if (!found)
            throw base::Error(
                fmt::format("source '{}'", name), "was removed", "choose another name"
            );
        schema::set_source_spec(tx, found->id, text);
        found->spec = text;
        return *found;
    });
}

std::vector<crawler::Decision>
plan_crawl(Context& context, const std::string& name, const json::object& spec) {
    check_spec("crawl", base::Document::of(spec));
    auto find = [&](base::Tx& tx) { return find_of_kind(tx, name, "crawl"); };
    auto found = context.database().call(find);
    auto source = found.value_or(schema::Source{0, name, "crawl", {}, "", ""});
    source.spec = json::serialize(spec);
    return crawler::plan_crawl(context.database(), crawl_options(context.config, source));
}

GatherResult gather(
    Context& context,
    const schema::Source& source,
    std::stop_token stop,
    const GatherEvents& events,
    bool share
) {
    if (source.kind == "push")
        throw base::UsageError(
            fmt::format("source '{}'", source.name),
            "is pushed to, not run",
            fmt::format("let its sender POST to /api/v1/push/{}", source.name)
        );
    auto result = source.kind == "crawl"   ? gather_crawl(context, source, stop, events, share)
                  : holds_archives(source) ? gather_archives(context, source, stop, events)
                                           : gather_records(context, source, stop, events);
    note_duplicates(context, source, stop, result);
    return result;
}

bool queue_source(base::Database& database, const schema::Source& source, schema::Time due) {
    return database.call([&](base::Tx& tx) {
        return schema::add_job(
                   tx,
                   source.kind == "crawl" ? schema::JobKind::crawl : schema::JobKind::ingest,
                   json::serialize(json::object{{"source", source.name}}),
                   "source:" + source.name,
                   due,
                   Clock::now()
        )
            .has_value();
    });
}

}  // namespace service
