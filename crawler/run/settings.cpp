// What a source of kind crawl says: each setting once, and how it becomes an option of the crawl.
//
// Settings are what people write and what is stored; options are what the crawl works with. They
// differ where a word stands for several options, or an option needs what no setting may hold: a
// secret, a compiled expression.
#include "crawler/run/settings.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/settings/settings.hpp"

template <>
struct base::Spelling<crawler::RevisitPolicy> {
    static constexpr std::string_view wanted = "all, adaptive, or MIN..MAX such as 6h..30d";

    static std::optional<crawler::RevisitPolicy> read(std::string_view text) {
        return crawler::parse_revisit(text);
    }
    static std::string write(const crawler::RevisitPolicy& policy) {
        crawler::RevisitPolicy usual;
        if (!policy.adaptive) return "all";
        if (policy.shortest == usual.shortest && policy.longest == usual.longest) return "adaptive";
        return fmt::format("{}s..{}s", policy.shortest.count(), policy.longest.count());
    }
};

template <>
struct base::Spelling<crawler::PathBudget> {
    static constexpr std::string_view wanted = "a number, or PREFIX=NUMBER such as /forum/=500";

    static std::optional<crawler::PathBudget> read(std::string_view text) {
        auto budget = crawler::parse_path_budget(text);
        if (!budget) return std::nullopt;
        return crawler::PathBudget{budget->first, budget->second};
    }
    static std::string write(const crawler::PathBudget& budget) {
        auto pages = std::to_string(budget.pages);
        return budget.prefix.empty() ? pages : budget.prefix + "=" + pages;
    }
};

namespace crawler {

namespace json = boost::json;

namespace {

std::optional<base::Fault> check_seed(const std::string& text) {
    parse_seeds({text});
    return std::nullopt;
}

MediaRules media_of(const ScrapeSettings& settings, const Rules* rules) {
    MediaRules media;
    if (rules) media = rules->media();
    if (const auto* wanted = std::get_if<ImageRules>(&settings.images)) {
        media.images = *wanted;
    } else if (std::get<bool>(settings.images)) {
        media.images = ImageRules();
    }
    if (settings.files) media.files = settings.files;
    return media;
}

}  // namespace

const base::Settings<ScrapeSettings> ScrapeSettings::settings{
    {"rules", &ScrapeSettings::rules, "fields to take out of each page, what to leave out"},
    {"rules_name", &ScrapeSettings::rules_name, "the file that the rules are from"},
    {"images", &ScrapeSettings::images, "also keep the images that pages show"},
    {"files", &ScrapeSettings::files, "also keep linked files"},
};

const base::Settings<CrawlSettings> CrawlSettings::settings{
    {"urls", &CrawlSettings::urls, "where to begin", {.required = true, .check = &check_seed}},
    {"max_pages", &CrawlSettings::max_pages, "stop after so many pages; 0: no limit"},
    {"depth", &CrawlSettings::depth, "links away from the first pages", {.low = 0}},
    {"scope", &CrawlSettings::scope, "which links belong"},
    {"include", &CrawlSettings::include, "regular expressions, one of which an address must match"},
    {"exclude", &CrawlSettings::exclude, "regular expressions, none of which an address may match"},
    {"prefer", &CrawlSettings::prefer, "regular expressions: what matches one is fetched first"},
    {"prefer_shares",
     &CrawlSettings::prefer_shares,
     "only these shares of what each of prefer matches, chosen by address; all of it by default",
     {.low = 0, .high = 1}},
    {"delay",
     &CrawlSettings::delay,
     "between two requests to one host; a number is milliseconds",
     {.alias = "delay_ms", .unit = std::chrono::milliseconds(1)}},
    {"concurrency", &CrawlSettings::concurrency, "requests to one host at once", {.low = 1}},
    {"server_delay",
     &CrawlSettings::server_delay,
     "between two requests to one server behind several names; an eighth of delay by default",
     {.alias = "server_delay_ms", .unit = std::chrono::milliseconds(1)}},
    {"server_concurrency",
     &CrawlSettings::server_concurrency,
     "requests to such a server at once; 0: eight times those of a host",
     {.low = 0}},
    {"max_per_host", &CrawlSettings::max_per_host, "keep at most so many pages of a host"},
    {"max_per_path",
     &CrawlSettings::max_per_path,
     "keep at most so many pages of each first directory, or of those below PREFIX",
     {.scalars = true}},
    {"max_per_depth", &CrawlSettings::max_per_depth, "keep at most so many pages of each depth"},
    {"sitemaps", &CrawlSettings::sitemaps, "whether sitemaps are read"},
    {"feeds", &CrawlSettings::feeds, "read the feeds that pages name"},
    {"canonical",
     &CrawlSettings::canonical,
     "leave out a page that names another address as the real one, once that is kept and gives the "
     "same text"},
    {"traps", &CrawlSettings::traps, "shut parts of a site that only repeat themselves"},
    {"revisit",
     &CrawlSettings::revisit,
     "in a later crawl ask for all pages, or as often as each changes, or so within MIN..MAX"},
    {"obey_robots",
     &CrawlSettings::obey_robots,
     "ask robots.txt: leave it out only for sites of your own",
     {.flag = "!ignore-robots"}},
    {"refresh_robots",
     &CrawlSettings::refresh_robots,
     "ask for robots.txt and its kin at the start of each run, however new what is known of them "
     "is"},
    {"consent", &CrawlSettings::consent, "what becomes of opt-outs from machine learning"},
    {"user_agent", &CrawlSettings::user_agent, "who to say we are"},
    {&CrawlSettings::reach},
    {&CrawlSettings::access},
    {&CrawlSettings::scrape},
    {"warc", &CrawlSettings::warc, "a folder: also write what was asked and got as WARC 1.1 files"},
    {"record",
     &CrawlSettings::record,
     "a folder: also keep each page that rules take apart, and what they take"},
};

Scraping make_scraping(const ScrapeSettings& settings, const base::Document& document) {
    if (settings.rules.text.empty() || settings.rules.text == "\"\"")
        return make_scraping(settings, nullptr);
    auto name = settings.rules_name.empty() ? "rules" : settings.rules_name;
    return make_scraping(
        settings, std::make_shared<const Rules>(Rules::parse(document.embedded("rules", name)))
    );
}

Scraping make_scraping(const ScrapeSettings& settings, std::shared_ptr<const Rules> rules) {
    Scraping made{std::move(rules), {}, {}};
    made.media = media_of(settings, made.rules.get());
    auto given = ScrapeSettings::settings.write(settings).as_object();
    std::string version;
    if (made.rules) version = made.rules->sha256();
    for (const auto* name : {"images", "files"})
        if (const auto* value = given.if_contains(name)) version += json::serialize(*value);
    if (!version.empty()) made.version = base::sha256_hex(version);
    return made;
}

CrawlOptions
crawl_options(const CrawlSettings& settings, const Scraping& scraping, const Secrets& secrets) {
    CrawlOptions options;
    options.seeds = settings.urls;
    options.max_pages = settings.max_pages;
    options.scope.reach = settings.scope;
    options.scope.include = settings.include;
    options.scope.exclude = settings.exclude;
    options.scope.prefer = settings.prefer;
    options.scope.prefer_shares = settings.prefer_shares;
    options.scope.depth = settings.depth;
    options.politeness.delay = settings.delay;
    options.politeness.at_once = settings.concurrency;
    options.server_delay = settings.server_delay;
    options.server_at_once = settings.server_concurrency;
    options.budgets.per_host = settings.max_per_host;
    options.budgets.per_depth = settings.max_per_depth;
    for (const auto& [prefix, pages] : settings.max_per_path) {
        if (prefix.empty()) {
            options.budgets.per_path = pages;
        } else {
            options.budgets.prefixes.emplace_back(prefix, pages);
        }
    }
    options.discovery.sitemaps = settings.sitemaps;
    options.discovery.feeds = settings.feeds;
    options.believe_canonical = settings.canonical;
    options.shut_traps = settings.traps;
    options.revisit = settings.revisit;
    options.obey_robots = settings.obey_robots;
    options.refresh_robots = settings.refresh_robots;
    options.honour_consent = settings.consent == OptOuts::honour;
    options.fetch.user_agent = settings.user_agent;
    apply(settings.reach, options.fetch);
    apply(settings.access, secrets, options.fetch);
    if (options.fetch.sign_in) {
        options.fetch.sign_in->pause = options.politeness.delay;
        // Whoever follows such a link is signed out.
        options.scope.exclude.emplace_back("[/?&=_-]([Ss]ign|[Ll]og)[-_]?([Oo]ut|[Oo]ff)\\b");
    }
    options.rules = scraping.rules;
    options.media = scraping.media;
    options.rules_version = scraping.version;
    return options;
}

}  // namespace crawler
