#pragma once

#include <string>
#include <string_view>

#include "crawler/run/page.hpp"

namespace crawler {

// The page that items were found on, as their records and rejects remember it.
struct ItemPage {
    std::string url;
    std::string licence;
    std::string consent;   // JSON
    std::string language;  // of the page; empty: each item's is guessed
    Time fetched_at;
    const Response* response = nullptr;
};

// An item's bytes.
struct ItemBytes {
    std::string_view html;
    std::int64_t offset = -1;  // in the page as received
    bool as_received = true;   // false: `html` is UTF-8, whatever the page was
};

// Adds the item to the outcome as a record, or as a reject that holds its bytes: file is the page's
// URL, member "#" and the item's number.
void add_item(
    const PageRules& rules,
    const ItemPage& page,
    Item item,
    const ItemBytes& bytes,
    PageOutcome& outcome
);

// Puts what was scraped into the draft: numbers, categories, group, time.
void fill_draft(Scraped scraped, schema::Draft& draft);

// Reads the bytes of a reject again, by the rules of now: the records it gives, or rejects with the
// reason why not. `site` is what the origin says now. No network, no database.
PageOutcome digest_reject(
    const PageRules& rules,
    const schema::Reject& reject,
    const SitePolicy& site,
    Time now
);

}  // namespace crawler
