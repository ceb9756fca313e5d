#include "crawler/policy/skip_reason.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

std::string read(const std::string& path) {
    std::ifstream in(TILTH_SOURCE_DIR "/" + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

// The words in quotes that queries compare `reason` with, from each mark to its end.
std::vector<std::string> reasons_in(const std::string& queries) {
    std::vector<std::string> found;
    auto take = [&](std::string_view mark, std::string_view end) {
        for (auto at = queries.find(mark); at != queries.npos; at = queries.find(mark, at + 1)) {
            auto open = queries.find('\'', at);
            auto last = queries.find(end, open + 1) + 1;
            while (open < last) {
                auto close = queries.find('\'', open + 1);
                found.push_back(queries.substr(open + 1, close - open - 1));
                open = queries.find('\'', close + 1);
            }
        }
    };
    take("reason IN (", ")");
    take("reason = '", "'");
    take("reason IS DISTINCT FROM '", "'");
    return found;
}

}  // namespace

TEST_CASE("the queries compare with no reason that is none of the words", "[crawler][reason]") {
    auto found = reasons_in(read("crawler/queries.sql"));
    REQUIRE(found.size() > 20);
    for (const auto& word : found) {
        INFO(word);
        CHECK(base::parse<crawler::SkipReason>(word));
    }
}

TEST_CASE("every skip reason has a name of its own and says what it means", "[crawler][reason]") {
    std::set<std::string_view> names;
    for (const auto& word : base::words<crawler::SkipReason>) {
        INFO(word.name);
        CHECK(names.insert(word.name).second);
        CHECK_FALSE(word.meaning.empty());
    }
    // As many as the enumeration has: its last one is the table's last.
    CHECK(names.size() == static_cast<std::size_t>(crawler::SkipReason::purged) + 1);
}
