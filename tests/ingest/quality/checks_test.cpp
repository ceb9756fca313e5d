#include "ingest/quality/checks.hpp"

#include <map>

#include <catch2/catch.hpp>

#include "base/error.hpp"

using namespace ingest::quality;
using ingest::Field;

namespace {

std::map<std::string, CheckResult> run(
    const std::string& toml,
    const std::vector<std::vector<std::pair<std::string, std::string>>>& records
) {
    Checker checker(parse_checks(toml, "c.toml"));
    Profile profile;
    std::int64_t number = 0;
    for (const auto& record : records) {
        std::vector<Field> fields;
        for (const auto& [name, value] : record) fields.push_back({name, value, Field::Kind::text});
        profile.add(fields);
        checker.add({number, "k" + std::to_string(number), 1, -1}, fields);
        ++number;
    }
    std::map<std::string, CheckResult> results;
    for (auto& result : checker.finish(profile)) results[result.check.name] = std::move(result);
    return results;
}

std::string message_of(const std::string& toml) {
    try {
        parse_checks(toml, "c.toml");
    } catch (const base::UsageError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("each kind of check finds the records that fail it", "[quality][check]") {
    auto results = run(
        R"(
[[check]]
kind = "not_missing"
column = "a"
[[check]]
kind = "unique"
columns = ["a", "b"]
[[check]]
kind = "in_set"
column = "b"
values = ["x", "y"]
[[check]]
kind = "between"
column = "n"
minimum = 0
maximum = 10
mostly = 0.5
severity = "quarantine"
[[check]]
kind = "type"
column = "n"
type = "number"
[[check]]
kind = "matches"
column = "a"
pattern = "^[a-z]+$"
[[check]]
kind = "not_matches"
column = "a"
pattern = "bad"
[[check]]
kind = "length"
column = "a"
maximum = 3
[[check]]
kind = "greater"
columns = ["m", "n"]
[[check]]
kind = "equal"
columns = ["m", "n"]
mostly = 0
)",
        {{{"a", "one"}, {"b", "x"}, {"n", "5"}, {"m", "6"}},
         {{"a", "one"}, {"b", "x"}, {"n", "11"}, {"m", "11.0"}},
         {{"a", "n/a"}, {"b", "z"}, {"n", "x"}},
         {{"b", "y"}, {"n", " 0 "}, {"m", "-1"}},
         {{"a", "bad1\xc3\xa9"}}}
    );
    auto failed = [&](const std::string& name) { return results.at(name).failed; };
    CHECK(failed("not_missing a") == 2);
    CHECK(failed("unique a b") == 1);
    CHECK(results.at("unique a b").rows[0].key == "k1");
    CHECK(failed("in_set b") == 1);
    CHECK(failed("between n") == 2);
    CHECK(results.at("between n").examined == 4);
    CHECK(results.at("between n").passed);
    CHECK(results.at("between n").rows.size() == 2);
    CHECK(failed("type n") == 1);
    CHECK(failed("matches a") == 1);
    CHECK(failed("not_matches a") == 1);
    CHECK(failed("length a") == 1);
    CHECK(failed("greater m n") == 2);
    CHECK(results.at("equal m n").failed == 2);
    CHECK(results.at("equal m n").passed);
    CHECK_FALSE(results.at("not_missing a").passed);
    CHECK(results.at("length a").examples[0] == "bad1\xc3\xa9");
}

TEST_CASE("checks of the whole look at counts, columns and statistics", "[quality][check]") {
    auto results = run(
        R"(
[[check]]
kind = "records"
minimum = 3
[[check]]
kind = "columns"
values = ["a", "b"]
severity = "block"
[[check]]
kind = "statistic"
column = "a"
statistic = "mean"
minimum = 1.9
maximum = 2.1
[[check]]
kind = "statistic"
column = "c"
statistic = "missing"
maximum = 0.5
[[check]]
kind = "statistic"
column = "a"
statistic = "q0.5"
maximum = 1
)",
        {{{"a", "1"}, {"c", "x"}}, {{"a", "2"}}, {{"a", "3"}}}
    );
    CHECK(results.at("records").passed);
    CHECK_FALSE(results.at("columns").passed);
    CHECK(results.at("columns").observed == "more: c; missing: b");
    CHECK(results.at("statistic a mean").passed);
    CHECK_FALSE(results.at("statistic c missing").passed);
    CHECK_FALSE(results.at("statistic a q0.5").passed);
}

TEST_CASE("a check that makes no sense is refused with its line", "[quality][check]") {
    CHECK(
        message_of("[[check]]\nkind = \"betwen\"\ncolumn = \"a\"\n").find("'betwen' is unknown") !=
        std::string::npos
    );
    CHECK(
        message_of("[[check]]\nkind = \"between\"\ncolumn = \"a\"\n")
            .find("needs minimum or maximum") != std::string::npos
    );
    CHECK(
        message_of("[[check]]\nkind = \"matches\"\ncolumn = \"a\"\npattern = \"(\"\n")
            .find("line 4") != std::string::npos
    );
    CHECK(
        message_of("[[check]]\nkind = \"unique\"\ncolumn = \"a\"\nmostly = 2\n").find("line 4") !=
        std::string::npos
    );
    CHECK(
        message_of("[[check]]\nkind = \"records\"\nminimum = 1\nseverity = \"quarantine\"\n")
            .find("no single record") != std::string::npos
    );
    CHECK(message_of("colour = 1\n").find("[[check]]") != std::string::npos);
    CHECK(message_of("").find("no [[check]]") != std::string::npos);
    CHECK(
        message_of("[[check]]\nkind = \"unique\"\ncolumn = \"a\"\n[[check]]\nkind = "
                   "\"unique\"\ncolumn = \"a\"\n")
            .find("two checks") != std::string::npos
    );
}
