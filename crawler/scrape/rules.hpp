#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "base/settings/document.hpp"
#include "formats/html/document.hpp"
#include "formats/url/url.hpp"
#include "schema/records/record.hpp"

namespace crawler {

struct MediaRules;

// Why a page or an item can not become a record.
struct Fault {
    std::string code;    // field.missing, key.missing, key.duplicate, key.too_long
    std::string column;  // the field
    std::string reason;  // one line for people
};

// What one record was made of.
struct Scraped {
    boost::json::object fields;
    std::vector<double> numbers;  // as schema::Draft has them; empty if the rules have no columns
    std::vector<std::pair<std::size_t, std::string>> categories;
    std::string text;  // the visible text; of a page only if the rules say where it is
    std::string group;
    std::optional<schema::Time> time;
    std::optional<Fault> fault;
};

struct Item {
    Scraped scraped;
    std::string key;         // empty: the rules name none
    std::size_t number = 0;  // on the page, from 1
    formats::NodeId node = 0;
    std::size_t begin = 0,
                end = 0;  // among Document::source(); equal if its bytes are not in a row
};

// What rules take out of a page.
struct Scrape {
    Scraped page;
    bool itemised = false;   // the rules look for items
    bool keeps_page = true;  // the page is a record, too
    std::vector<Item> items;
    std::vector<formats::Url> follow;  // links to go on with
    bool follow_only = false;
    bool has_follow = false;
};

// Declarative scraping rules, from TOML; docs/scraping.md describes them. Safe to use from several
// threads.
class Rules {
public:
    // Throws base::UsageError with file and line for TOML that is none, an unknown key, a selector
    // that does not parse.
    static Rules parse(std::string_view toml, const std::string& file_name);
    static Rules parse(const base::Document& document);
    ~Rules();
    Rules(Rules&&) noexcept;

    // Applies the first set of rules whose `pages` match the URL, and takes what its `remove` names
    // out of the tree. Nothing if none does. Links are relative to `base`.
    std::optional<Scrape>
    scrape(formats::Document& document, std::string_view url, const formats::Url& base) const;

    // Reads one item that stands alone, as rejects keep it; by the first set with items whose
    // `pages` match.
    std::optional<Item> scrape_item(
        std::string_view html,
        std::string_view url,
        const formats::Url& base,
        std::size_t number
    ) const;

    // Whether pages that no rules apply to are kept.
    bool keeps_others() const;
    // Whether a page can give several records.
    bool itemises() const;
    // Of the numeric content of what is scraped.
    const std::vector<schema::Column>& columns() const;
    // Images and files that the rules ask for.
    const MediaRules& media() const;
    // Names these rules: the hash of what they say.
    const std::string& sha256() const;

    struct Parsed;

private:
    explicit Rules(std::unique_ptr<Parsed> parsed);
    std::unique_ptr<Parsed> parsed_;
};

}  // namespace crawler
