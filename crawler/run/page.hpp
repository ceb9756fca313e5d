#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crawler/extract/media.hpp"
#include "crawler/fetch/fetch.hpp"
#include "crawler/frontier/frontier.hpp"
#include "crawler/policy/consent.hpp"
#include "crawler/policy/retry.hpp"
#include "crawler/policy/scope.hpp"
#include "crawler/policy/site_files.hpp"
#include "crawler/policy/trap.hpp"
#include "crawler/scrape/rules.hpp"
#include "formats/robots/robots.hpp"
#include "schema/records/record_store.hpp"

namespace crawler {

struct CrawlOptions;

// A page that is stored names another address as the real one. It gives way to it only if that is
// stored as well and leaves out nothing of this text.
struct CanonicalHint {
    std::string url;
    std::string pattern;      // of the page's own address
    std::string title, body;  // of the page, or of all its items
};

struct PageOutcome {
    Ending ending = Ending::failed;
    std::optional<SkipReason> reason;  // nothing if stored, unchanged or listed
    std::string detail;
    Millis retry_in{0};
    std::vector<schema::Sealed> records;
    std::vector<schema::Reject> rejects;  // of a page or file, or of items on it
    bool ruled = false;                   // scraping rules were asked what the page gives
    bool itemised = false;                // they look for items: the records are not the page alone
    std::vector<Discovery> found;  // links of the page that were not sent to the frontier lately
    std::size_t links = 0;
    std::string etag, last_modified, body_sha256;
    std::optional<Sighting> sighting;  // what the page says of addresses of its form
    std::optional<CanonicalHint> hint;
};

// What the pages of one crawl are judged and made into records by. Read-only while pages are
// digested.
struct PageRules {
    std::string source_name;
    std::string user_agent;
    const Scope* scope = nullptr;
    const schema::Blobs* blobs = nullptr;
    const Rules* rules = nullptr;       // scraping rules; null: the main text alone
    const MediaRules* media = nullptr;  // images and files to fetch; null: none
    ExamineImage examine_image;         // needed for images
    // Gets each page that rules were applied to and what they took out of it; any thread.
    std::function<void(const std::string& url, const Response&, const Scrape&)> record_scrape;
    const RecentUrls* recent = nullptr;  // null: every link is reported
    bool honour_consent = true;          // false: signals are recorded, pages kept
    RetryPolicy retry;
    int hop_limit = 10;
    bool believe_canonical = true;  // false: pages stay whatever they name as the real one
    bool follow_links = true;
    bool feeds = true;
    bool watch_traps = true;
};

// How a crawl with these options judges pages. `options`, `scope` and `blobs` have to outlive it.
PageRules page_rules(const CrawlOptions& options, const Scope& scope, const schema::Blobs& blobs);

// Makes an answer into a record, new addresses, and a verdict. Touches neither network nor
// database; any thread. `site` is what the page's origin says.
PageOutcome digest_page(
    const PageRules& rules,
    const Target& target,
    const SitePolicy& site,
    Response response,
    Time fetched_at
);

}  // namespace crawler
