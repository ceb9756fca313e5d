#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "crawler/fetch/fetch.hpp"
#include "crawler/scrape/rules.hpp"

// Pages kept beside what rules take out of them, so that a change of the rules shows what it does.
namespace crawler {

// {"fields"} or {"items":[{"key","fields"}]}, with "text" where the rules say where it is, "follow"
// where they name links, and "reject":{"code","column"} for a page or item that gives no record.
boost::json::object extraction_of(const Scrape& scrape);

// The answer of `tilth inspect scrape`: the extraction, or {"rules":false} if none apply to the
// URL.
boost::json::object scrape_html(const Rules& rules, std::string html, const Url& url);

// Writes a page as two files of `folder`, NAME.http (the answer as received, without cookies) and
// NAME.json ({"url","extraction"}); a page's name is made from its URL, and a second writing
// replaces the first. Makes the folder. Throws base::Error when the disk refuses. Safe to call from
// several threads for different pages.
void write_fixture(
    const std::string& folder,
    const std::string& url,
    const Response& response,
    const Scrape& scrape
);

struct FixtureDifference {
    std::string fixture, url;
    std::string path;           // fields.price, items[3].fields.name ..
    std::string expected, now;  // JSON; empty: there is none
};
struct FixtureReport {
    std::uint64_t fixtures = 0, changed = 0;
    std::vector<FixtureDifference> differences;  // in order of name
};

// Applies rules to all fixtures of a folder. With `update` what they say now is written as what is
// expected. Throws base::Error for a folder without fixtures or one that cannot be read.
FixtureReport check_fixtures(const Rules& rules, const std::string& folder, bool update);

}  // namespace crawler
