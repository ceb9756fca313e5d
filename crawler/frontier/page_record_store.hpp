#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace base {
class Tx;
}

// Which records pages gave. Each function is one step inside the caller's transaction.
namespace crawler {

// A page that was read whole, and the keys of its records; none if it is the only record itself.
struct PageRecords {
    std::string url_key;
    std::vector<std::string> keys;
};

// Notes what the pages hold now. The records of what they no longer hold stay as they are.
void keep_page_records(
    base::Tx& tx,
    std::int64_t source,
    const std::string& source_name,
    std::span<const PageRecords> pages
);

// Adds to what pages hold.
void add_page_records(
    base::Tx& tx,
    std::int64_t source,
    const std::string& source_name,
    std::span<const PageRecords> pages
);

// The keys of the records that each of the pages gave, those that are still stored. A page that is
// missing in the answer has none but perhaps the one of its own address.
std::map<std::string, std::vector<std::string>>
records_of_pages(base::Tx& tx, std::int64_t source, const std::vector<std::string>& url_keys);

// Which of the keys are those of records that were met after `at`.
std::set<std::string> seen_later(
    base::Tx& tx,
    std::int64_t source,
    const std::string& source_name,
    const std::vector<std::string>& keys,
    std::chrono::system_clock::time_point at
);

// Whether the source was last crawled by other scraping rules than those of this name.
bool rules_differ(base::Tx& tx, std::int64_t source, const std::string& rules);
// The same; notes the name. What earlier rules said of pages' records is forgotten.
bool change_rules(
    base::Tx& tx,
    std::int64_t source,
    std::int64_t run,
    const std::string& rules,
    std::chrono::system_clock::time_point now
);

}  // namespace crawler
