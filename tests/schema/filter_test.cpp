#include "schema/select/filter.hpp"

#include <map>

#include <catch2/catch.hpp>

#include "base/error.hpp"

namespace {

bool matches(const std::string& condition) {
    static const std::map<std::string, std::string> row{
        {"Section", "libs"},
        {"words", "20"},
        {"url", "http://x/cpp/vector"},
        {"title", "it's"},
        {"Installed-Size", "1200"},
        {"payload.a", "1"},
        {"ok", "true"},
        {"empty", ""}};
    return schema::Filter::parse(condition).matches(
        [&](const std::string& field) -> std::optional<std::string> {
            auto found = row.find(field);
            return found == row.end() ? std::nullopt : std::optional(found->second);
        }
    );
}

}  // namespace

TEST_CASE("a condition holds or fails as its words say", "[schema][filter]") {
    for (const char* condition :
         {"",
          "Section = 'libs'",
          "words >= 20 and words < 21",
          "Section in ('a', 'libs')",
          "not Section = 'a'",
          "Section not in ('a')",
          "url like '%/cpp/%'",
          "url not like 'ftp%'",
          "title = 'it''s'",
          "Installed-Size > 1000",
          "\"Installed-Size\" = 1200",
          "missing is null",
          "empty is null",
          "empty = ''",
          "words is not null",
          "(words = 1 or words = 20) and Section <> 'x'",
          "payload.a = 1",
          "ok = true",
          "Section like 'l_bs'",
          "words = 20.0",
          "NOT (words = 1 AND words = 20)"}) {
        INFO(condition);
        CHECK(matches(condition));
    }
    for (const char* condition :
         {"Section = 'x'",
          "missing = 1",
          "missing != 1",
          "missing not in (1)",
          "words > 20",
          "words = '20.0'",
          "url like 'cpp'",
          "words is null",
          "empty is not null"}) {
        INFO(condition);
        CHECK_FALSE(matches(condition));
    }
}

TEST_CASE("a wrong condition names the place and what was expected", "[schema][filter]") {
    for (const char* condition :
         {"Section =",
          "= 1",
          "words >",
          "a in ()",
          "a like 5",
          "(a = 1",
          "a = 1 b = 2",
          "a = 'x",
          "a not = 1",
          "a is 5",
          "a = 1x",
          "drop table record;"}) {
        INFO(condition);
        CHECK_THROWS_AS(schema::Filter::parse(condition), base::UsageError);
    }
    CHECK_THROWS_WITH(
        schema::Filter::parse("words > "),
        "condition, character 9: found the end; expected a string in single quotes or a number"
    );
}

TEST_CASE("the fields of a condition are each named once", "[schema][filter]") {
    CHECK(
        schema::Filter::parse("a = 1 and (b = 2 or not a = 3)").fields() ==
        std::vector<std::string>{"a", "b"}
    );
}
