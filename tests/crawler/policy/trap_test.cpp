#include "crawler/policy/trap.hpp"

#include <catch2/catch.hpp>

#include "crawler/policy/budget.hpp"

using namespace crawler;

namespace {

std::string pattern(const std::string& url) {
    return pattern_of(*parse_url(url));
}

// How many pages are looked at before their form is shut; `at_most` if it is not.
template <typename Text>
int visits_until_shut(const std::string& form, int at_most, Text text) {
    PatternYield yield;
    TrapPolicy policy;
    for (int i = 0; i < at_most; ++i) {
        auto body = text(i);
        auto shape = shape_of("Title", body);
        auto near = is_suspicious(form) ? shape : text_hash("SimHash stands in", body);
        yield.observe({form, text_hash("Title", body), near, false}, policy);
        if (yield.is_trap(form, policy)) return i + 1;
    }
    return at_most;
}

}  // namespace

TEST_CASE("an address has the form of its neighbours", "[crawler][trap]") {
    CHECK(pattern("http://e.org/calendar/2024/05") == "e.org/calendar/#/#");
    CHECK(pattern("http://e.org/calendar/2031/11/") == "e.org/calendar/#/#/");
    CHECK(pattern("http://e.org/wiki/Otter.html") == "e.org/wiki/*.html");
    CHECK(pattern("http://e.org/wiki/Sea-otter.html") == "e.org/wiki/*.html");
    CHECK(pattern("http://e.org/shop?size=7&colour=red") == "e.org/*?colour&size");
    CHECK(pattern("http://e.org/shop?colour=blue&size=9") == "e.org/*?colour&size");
    CHECK(pattern("http://e.org/shop?a=1&b=2&c=3&d=4") == "e.org/*?..");
    CHECK(pattern("http://e.org/a/f00dfeed0badcafe1234/x") == "e.org/a/@/*");
    CHECK(pattern("http://e.org/a;sid=1") == "e.org/*");
    CHECK(pattern("http://e.org/") == "e.org/");
    CHECK(pattern("http://e.org:81/1/2/3/4/5/6/7/8") == "e.org:81/#/#/#/#/#/..");
    CHECK(pattern("http://e.org/" + std::string(1000, 'a') + "/x").size() <= 200);
}

TEST_CASE("calendars, facets and sessions look odd, articles do not", "[crawler][trap]") {
    CHECK(is_suspicious("e.org/calendar/#/#"));
    CHECK(is_suspicious("e.org/*?month&year"));
    CHECK(is_suspicious("e.org/*?colour&size"));
    CHECK(is_suspicious("e.org/*?.."));
    CHECK(is_suspicious("e.org/@/*"));
    CHECK_FALSE(is_suspicious("e.org/wiki/*.html"));
    CHECK_FALSE(is_suspicious("e.org/#"));
    CHECK_FALSE(is_suspicious("e.org/*?id"));
}

TEST_CASE("a calendar without events is shut soon, a site with news never", "[crawler][trap]") {
    const char* months[] = {
        "January", "February", "March", "April", "May", "June", "July", "August"};
    auto calendar = [&](int i) {
        return "There are no events in " + std::string(months[i % 8]) + " " +
               std::to_string(2000 + i) + ". Look at the next month";
    };
    auto shut = visits_until_shut("e.org/calendar/#/#", 1000, calendar);
    CHECK(shut >= 64);
    CHECK(shut <= 250);

    auto news = [](int i) {
        std::string text;
        for (int word = 0; word < 30; ++word)
            text += "w" + std::string(1, static_cast<char>('a' + (i * 7 + word * 11) % 26)) +
                    std::string(1, static_cast<char>('a' + (i / 26 + word) % 26)) + " ";
        return text;
    };
    CHECK(visits_until_shut("e.org/calendar/#/#", 600, news) == 600);
    // Pages that differ in a number alone are data where nothing else looks odd.
    auto numbers = [](int i) { return "Station " + std::to_string(i) + " measured rain"; };
    CHECK(visits_until_shut("e.org/station/*", 3000, numbers) == 3000);
    auto same = [](int) { return std::string("The same page again"); };
    CHECK(visits_until_shut("e.org/station/*", 3000, same) == 65);
}

TEST_CASE("one page in ten that brings news keeps a form open", "[crawler][trap]") {
    auto text = [](int i) {
        return i % 10 == 0 ? "news " + std::to_string(i) : std::string("old");
    };
    CHECK(visits_until_shut("e.org/forum/*", 3000, text) == 3000);
    auto rare = [](int i) {
        return i % 50 == 0 ? "news " + std::to_string(i) : std::string("old");
    };
    CHECK(visits_until_shut("e.org/forum/*", 3000, rare) < 300);
}

TEST_CASE("budgets count what is kept and what is under way", "[crawler][budget]") {
    CHECK(parse_path_budget("500") == std::pair(std::string(), std::uint64_t{500}));
    CHECK(parse_path_budget("/forum/=20") == std::pair(std::string("/forum/"), std::uint64_t{20}));
    for (const char* wrong : {"", "x", "0", "forum=3", "/forum/=", "-3", "3x"})
        CHECK_FALSE(parse_path_budget(wrong));

    BudgetRules rules;
    rules.per_host = 3;
    rules.prefixes = {{"/forum/", 1}};
    Budget budget(rules);
    auto forum = budget.shares(*parse_url("http://e.org/forum/1"), 2);
    auto other = budget.shares(*parse_url("http://e.org/about"), 1);
    CHECK(forum.size() == 2);
    CHECK(other.size() == 1);
    CHECK(budget.spent(forum).empty());
    budget.begin(forum);
    CHECK(budget.has_to_wait(forum));
    CHECK_FALSE(budget.has_to_wait(other));
    budget.end(forum);
    budget.set("prefix e.org/forum/", 1);
    budget.set("host e.org", 1);
    CHECK(budget.spent(forum) == "prefix e.org/forum/, 1");
    CHECK(budget.spent(other).empty());
    budget.set("host e.org", 3);
    CHECK(budget.spent(other) == "host e.org, 3");
    CHECK(Budget().shares(*parse_url("http://e.org/"), 0).empty());
}
