#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json/shape.hpp"
#include "base/settings/document.hpp"
#include "base/settings/fwd.hpp"
#include "base/words.hpp"
#include "crawler/fetch/settings.hpp"
#include "crawler/run/crawl.hpp"

// What a source of kind crawl says, and what the flags of `tilth crawl` are made from.
namespace crawler {

// What becomes of pages whose sites do not want machines to learn from them.
enum class OptOuts : std::uint8_t { honour, record };

constexpr auto words_of(OptOuts) {
    return std::to_array<base::Word<OptOuts>>({
        {OptOuts::honour, "honour", "they are not kept"},
        {OptOuts::record, "record", "they are kept, and what they say beside them"},
    });
}

// How many pages may be kept of each first directory, or of those below a prefix: "500",
// "/forum/=500".
struct PathBudget {
    std::string prefix;
    std::uint64_t pages = 0;
};

// How pages are taken apart; of archives as well.
struct ScrapeSettings {
    base::JsonText rules;    // the text of a TOML file, or a table
    std::string rules_name;  // what messages call that text
    std::variant<bool, ImageRules> images = false;
    std::optional<FileRules> files;

    static const base::Settings<ScrapeSettings> settings;
};

struct CrawlSettings {
    std::vector<std::string> urls;
    ScopeRules::Reach scope = ScopeRules::Reach::host;
    int depth = 100;
    std::vector<std::string> include, exclude, prefer;
    std::vector<double> prefer_shares;
    std::uint64_t max_pages = 0;  // 0: no limit; so below
    std::uint64_t max_per_host = 0;
    std::uint64_t max_per_depth = 0;
    std::vector<PathBudget> max_per_path;
    std::chrono::milliseconds delay{1000};
    int concurrency = 1;
    std::optional<std::chrono::milliseconds> server_delay;
    int server_concurrency = 0;
    SitemapUse sitemaps = SitemapUse::automatic;
    bool feeds = true;
    bool canonical = true;
    bool traps = true;
    RevisitPolicy revisit;
    bool obey_robots = true;
    bool refresh_robots = false;
    OptOuts consent = OptOuts::honour;
    std::string user_agent;  // empty: the configuration's
    std::string warc;        // folders; empty: nothing is written
    std::string record;
    ReachSettings reach;
    AccessSettings access;
    ScrapeSettings scrape;

    static const base::Settings<CrawlSettings> settings;
};

// Rules and media of what is taken apart. Those of the settings outrank those of the rules.
struct Scraping {
    std::shared_ptr<const Rules> rules;
    MediaRules media;
    std::string version;  // names all of it; empty if there is none
};

// `document` is what the settings were read from: faults in its rules are told of with its lines.
// Throws base::UsageError for rules that are none.
Scraping make_scraping(const ScrapeSettings& settings, const base::Document& document);
// The same with other rules.
Scraping make_scraping(const ScrapeSettings& settings, std::shared_ptr<const Rules> rules);

// How to crawl by these settings. The source, the run and what watches it are left to the caller.
// Throws base::Error for a secret that is not there.
CrawlOptions
crawl_options(const CrawlSettings& settings, const Scraping& scraping, const Secrets& secrets);

}  // namespace crawler
