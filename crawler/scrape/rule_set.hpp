#pragma once

// What scraping rules look like inside; for their parser (rules_parse.cpp) and the scraper
// (rules.cpp, field_value.cpp) alone.

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "base/text/pattern.hpp"
#include "crawler/extract/media.hpp"
#include "crawler/scrape/rules.hpp"
#include "crawler/scrape/scraped_value.hpp"
#include "formats/html/select.hpp"
#include "schema/records/record.hpp"

namespace crawler {

struct FieldRule {
    std::string name;
    std::vector<formats::Selector>
        css;  // the first that matches anything; none and no xpath: the scope itself
    std::string xpath;
    std::string attr;
    bool many = false;
    std::optional<int> index;
    ValueType type = ValueType::text;
    char decimal = 0;
    std::string format;                  // of dates
    std::optional<base::Pattern> regex;  // what of the text counts
    std::optional<base::Pattern> truth;  // of booleans: what is true
    std::string pointer;                 // into JSON
    std::optional<std::string> join;
    std::optional<boost::json::value> otherwise;  // the default
    bool required = false;
    bool category = false;
    std::string unit;
    std::optional<std::size_t> column;  // of the numeric content
    std::vector<FieldRule> fields;      // of a nested one
};

// What is made into one record: a page, or an item of it.
struct RecordRules {
    std::vector<FieldRule> fields;
    std::optional<formats::Selector> main;  // the text
    std::string time, group;                // names of fields
};

struct ItemRules {
    std::vector<formats::Selector> css;
    std::string xpath;
    std::vector<std::string> key;  // names of fields
    bool page = false;             // keep the page as a record, too
    RecordRules record;
};

struct RuleSet {
    std::optional<base::Pattern> pages;  // absent: all
    std::vector<formats::Selector> remove;
    RecordRules record;
    std::optional<ItemRules> items;
    std::vector<formats::Selector> follow;
    bool follow_only = false;
};

struct Rules::Parsed {
    std::vector<RuleSet> sets;
    MediaRules media;
    bool keep_others = true;
    std::vector<schema::Column> columns;
    std::string sha256;
};

}  // namespace crawler
