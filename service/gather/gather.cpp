// From a source's stored settings to a run, for the command line and workers alike. crawl_options()
// reads every setting once and check_spec() calls it, so a source that was accepted can be run.
//
// Who crawls a source is noted in the database: a second process joins the run under way instead of
// beginning one, and the last that leaves ends it. Near-duplicates are looked for after each run;
// what fails there is logged, for it must not spoil what was gathered.
#include "service/gather/gather.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/run/progress.hpp"
#include "base/text/figures.hpp"
#include "crawler/archive/warc_writer.hpp"
#include "crawler/frontier/holder.hpp"
#include "crawler/frontier/watch_store.hpp"
#include "crawler/run/crawl.hpp"
#include "crawler/scrape/fixture.hpp"
#include "quality/duplicates/text_clusters.hpp"
#include "schema/jobs/job_store.hpp"
#include "service/gather/credentials.hpp"
#include "service/gather/gather_archives.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/push.hpp"
#include "service/gather/scraping.hpp"
#include "service/gather/spec.hpp"

namespace service {

namespace json = boost::json;
using Clock = std::chrono::system_clock;

namespace {

const std::set<std::string, std::less<>> crawl_keys{
    "urls",         "max_pages",    "depth",         "allow_private",   "scope",
    "include",      "exclude",      "delay_ms",      "concurrency",     "obey_robots",
    "consent",      "rules",        "rules_name",    "user_agent",      "proxy",
    "warc",         "cookies",      "ca_file",       "proxy_login",     "proxy_resolves",
    "credentials",  "sign_in",      "images",        "files",           "record",
    "prefer",       "sitemaps",     "feeds",         "traps",           "revisit",
    "max_per_host", "max_per_path", "max_per_depth", "server_delay_ms", "server_concurrency"};
crawler::SitemapUse sitemaps_of(const std::string& word) {
    if (word == "auto") return crawler::SitemapUse::automatic;
    if (word == "only") return crawler::SitemapUse::only;
    if (word == "off") return crawler::SitemapUse::off;
    throw base::UsageError(fmt::format("sitemaps '{}'", word), "unknown", "use auto, only or off");
}

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

crawler::ScopeRules::Reach reach_of(const std::string& word) {
    using Reach = crawler::ScopeRules::Reach;
    if (word == "host") return Reach::host;
    if (word == "domain") return Reach::domain;
    if (word == "prefix") return Reach::prefix;
    if (word == "any") return Reach::any;
    throw base::UsageError(
        fmt::format("scope '{}'", word), "unknown", "use host, domain, prefix or any"
    );
}

GatherResult gather_crawl(
    Context& context,
    const schema::Source& source,
    std::stop_token stop,
    const GatherEvents& events,
    bool share
) {
    auto options = crawl_options(context.config, source);
    if (options.seeds.empty())
        throw base::UsageError(
            fmt::format("source '{}'", source.name), "has no URLs", "give it some"
        );
    resolve_secrets(options.fetch);
    options.stop = stop;
    auto& database = context.database();
    options.holder = crawler::make_holder();
    auto beginning = begin_crawl(database, source, options.holder, share);
    options.run_id = beginning.run;
    std::unique_ptr<crawler::WarcWriter> archive;
    if (auto folder = Spec(source.spec).text("warc"); !folder.empty()) {
        archive = std::make_unique<crawler::WarcWriter>(
            folder, "tilth-" + source.name, options.fetch.user_agent
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

}  // namespace

crawler::CrawlOptions crawl_options(const Config& config, const schema::Source& source) {
    Spec spec(source.spec);
    crawler::CrawlOptions options;
    options.seeds = spec.texts("urls");
    options.source_id = source.id;
    options.source_name = source.name;
    options.max_pages = static_cast<std::uint64_t>(spec.number("max_pages", 0));
    options.scope.reach = reach_of(spec.text("scope", "host"));
    options.scope.include = spec.texts("include");
    options.scope.exclude = spec.texts("exclude");
    options.scope.depth = static_cast<int>(spec.number("depth", 100));
    options.politeness.delay = std::chrono::milliseconds(spec.number("delay_ms", 1000));
    options.politeness.at_once =
        static_cast<int>(std::max<std::int64_t>(1, spec.number("concurrency", 1)));
    options.scope.prefer = spec.texts("prefer");
    if (spec.has("server_delay_ms"))
        options.server_delay = std::chrono::milliseconds(spec.number("server_delay_ms", 0));
    options.server_at_once = static_cast<int>(spec.number("server_concurrency", 0));
    auto limit = [&](const char* key) { return static_cast<std::uint64_t>(spec.number(key, 0)); };
    options.budgets.per_host = limit("max_per_host");
    options.budgets.per_depth = limit("max_per_depth");
    for (const auto& text : spec.texts("max_per_path")) {
        auto budget = crawler::parse_path_budget(text);
        if (!budget)
            throw base::UsageError(
                fmt::format("max_per_path '{}'", text),
                "is neither a number nor PREFIX=NUMBER",
                "write 500, or /forum/=500"
            );
        if (budget->first.empty()) {
            options.budgets.per_path = budget->second;
        } else {
            options.budgets.prefixes.push_back(*budget);
        }
    }
    options.discovery.sitemaps = sitemaps_of(spec.text("sitemaps", "auto"));
    options.discovery.feeds = spec.truth("feeds", true);
    options.shut_traps = spec.truth("traps", true);
    auto revisit = crawler::parse_revisit(spec.text("revisit", "all"));
    if (!revisit)
        throw base::UsageError(
            fmt::format("revisit '{}'", spec.text("revisit")),
            "unknown",
            "use all, adaptive, or MIN..MAX such as 6h..30d"
        );
    options.revisit = *revisit;
    options.obey_robots = spec.truth("obey_robots", true);
    auto consent = spec.text("consent", "honour");
    if (consent != "honour" && consent != "record")
        throw base::UsageError(
            fmt::format("consent '{}'", consent), "unknown", "use honour or record"
        );
    options.honour_consent = consent == "honour";
    options.fetch.user_agent = spec.text("user_agent", config.crawl.user_agent);
    read_reach(spec, options.fetch);
    read_access(spec, options.fetch);
    if (options.fetch.sign_in) {
        options.fetch.sign_in->pause = options.politeness.delay;
        // Whoever follows such a link is signed out.
        options.scope.exclude.emplace_back("[/?&=_-]([Ss]ign|[Ll]og)[-_]?([Oo]ut|[Oo]ff)\\b");
    }
    auto scraping = read_scraping(spec);
    options.rules = scraping.rules;
    options.media = scraping.media;
    options.rules_version = scraping.version;
    options.examine_image = examine_image();
    if (auto folder = spec.text("record"); !folder.empty())
        options.record_scrape = [folder](
                                    const auto& url, const auto& response, const auto& scrape
                                ) { crawler::write_fixture(folder, url, response, scrape); };
    return options;
}

const std::set<std::string, std::less<>>
    push_keys{"scheme", "secrets", "tolerance_seconds", "key", "rules", "rules_name"};
void check_keys(
    const std::string& kind,
    const std::set<std::string, std::less<>>& known,
    const json::object& spec,
    const std::function<std::string(const std::string& key)>& where
) {
    for (const auto& item : spec) {
        std::string key(item.key());
        if (!known.contains(key))
            throw base::UsageError(
                where(key),
                fmt::format("unknown key '{}' for a source of kind {}", key, kind),
                "remove it or mend its name"
            );
    }
}

void check_spec(
    const std::string& kind,
    const json::object& spec,
    const std::function<std::string(const std::string& key)>& where
) {
    if (kind == "files" || kind == "api" || kind == "database" || kind == "feed")
        return check_records_spec(kind, spec, where);
    const bool crawls = kind == "crawl";
    if (!crawls && kind != "push")
        throw base::UsageError(
            fmt::format("kind '{}'", kind),
            "unknown",
            "use crawl, files, api, database, feed or push"
        );
    check_keys(kind, crawls ? crawl_keys : push_keys, spec, where);
    schema::Source source{0, "checked", kind, json::serialize(spec), "", "active"};
    if (crawls) {
        crawler::parse_seeds(crawl_options({}, source).seeds);
    } else {
        check_push_spec(source.spec);
    }
}

schema::Source ensure_source(
    Context& context,
    const std::string& name,
    const std::string& kind,
    const json::object& spec
) {
    check_spec(kind, spec, [](const std::string& key) { return fmt::format("setting '{}'", key); });
    return context.database().call([&](base::Tx& tx) {
        auto text = json::serialize(spec);
        auto found = schema::find_source(tx, name);
        if (!found) found = schema::add_source(tx, {0, name, kind, text, "", ""}, Clock::now());
        if (!found)
            throw base::Error(
                fmt::format("source '{}'", name), "was removed", "choose another name"
            );
        if (found->kind != kind)
            throw base::Error(
                fmt::format("source '{}'", name),
                fmt::format("is of kind {}, not {}", found->kind, kind),
                "choose another name"
            );
        schema::set_source_spec(tx, found->id, text);
        found->spec = text;
        return *found;
    });
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
