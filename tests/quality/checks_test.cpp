// Checks of records one by one.
#include "tests/quality/checked.hpp"

using namespace checked;

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
    CHECK(message_of("colour = 1\n").find("unknown key 'colour'") != std::string::npos);
    CHECK(message_of("").find("no [[check]]") != std::string::npos);
    CHECK(
        message_of("[[check]]\nkind = \"unique\"\ncolumn = \"a\"\n[[check]]\nkind = "
                   "\"unique\"\ncolumn = \"a\"\n")
            .find("two checks") != std::string::npos
    );
}

TEST_CASE("values are held against formats, schemas, pairs and neighbours", "[quality][check]") {
    auto results = run(
        R"(
[[check]]
kind = "missing"
column = "gone"
[[check]]
kind = "unique_within"
columns = ["a", "b"]
[[check]]
kind = "tuple_in_set"
columns = ["a", "b"]
tuples = [["x", "y"], ["p", "q"]]
[[check]]
kind = "time_format"
column = "day"
format = "%d.%m.%Y"
[[check]]
kind = "date_between"
column = "iso"
values = ["2020-01-01", "2020-12-31"]
[[check]]
kind = "json"
column = "doc"
[[check]]
kind = "json_schema"
column = "doc"
schema = '{"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 2}}}'
[[check]]
kind = "matches"
name = "both"
column = "a"
patterns = ["x", "y"]
all = true
[[check]]
kind = "like"
column = "a"
values = ["x%", "_"]
[[check]]
kind = "sum"
columns = ["n", "m"]
minimum = 10
maximum = 10
[[check]]
kind = "increasing"
column = "n"
strict = true
[[check]]
kind = "decreasing"
column = "n"
order = "m"
[[check]]
kind = "between"
name = "open ones"
column = "n"
minimum = 3
where = "a = 'x'"
[[check]]
kind = "between"
name = "over"
column = "n"
minimum = 2
strict = true
[[check]]
kind = "where"
where = "n < 3 or a = 'p'"
[[check]]
kind = "greater_or_equal"
columns = ["m", "n"]
[[check]]
kind = "type"
column = "iso"
types = ["date", "integer"]
)",
        {{{"a", "x"},
          {"b", "y"},
          {"day", "3.4.2020"},
          {"iso", "2020-02-03"},
          {"doc", R"({"n": 2})"},
          {"n", "2"},
          {"m", "8"}},
         {{"a", "p"},
          {"b", "p"},
          {"day", "2020-04-03"},
          {"iso", "2021-02-03"},
          {"doc", R"({"n": 1.5})"},
          {"n", "4"},
          {"m", "6"}},
         {{"a", "xy"},
          {"b", "q"},
          {"day", "31.12.1999"},
          {"iso", "7"},
          {"doc", "{"},
          {"n", "4"},
          {"m", "3"},
          {"gone", "here"}}}
    );
    auto failed = [&](const std::string& name) { return results.at(name).failed; };
    CHECK(failed("missing gone") == 1);
    CHECK(failed("unique_within a b") == 1);
    CHECK(failed("tuple_in_set a b") == 2);
    CHECK(failed("time_format day") == 1);
    CHECK(failed("date_between iso") == 2);
    CHECK(failed("json doc") == 1);
    CHECK(failed("json_schema doc") == 2);
    CHECK(failed("both") == 2);
    CHECK(failed("like a") == 0);
    CHECK(failed("sum n m") == 1);
    CHECK(failed("increasing n") == 1);
    CHECK(results.at("increasing n").rows[0].key == "k2");
    CHECK(failed("decreasing n") == 0);
    CHECK(results.at("open ones").examined == 1);
    CHECK(failed("open ones") == 1);
    CHECK(failed("over") == 1);
    CHECK(failed("where") == 1);
    CHECK(failed("greater_or_equal m n") == 1);
    CHECK(failed("type iso") == 0);
}

TEST_CASE("a check of a column that no record has fails and says so", "[quality][check]") {
    const auto results = run(
        R"(
[[check]]
kind = "unique"
column = "nmae"
[[check]]
kind = "between"
column = "nmae"
minimum = 1
mostly = 0
[[check]]
kind = "unique_within"
columns = ["a", "nmae"]
[[check]]
kind = "increasing"
column = "a"
order = "nmae"
[[check]]
kind = "association"
columns = ["a", "nmae"]
maximum = 1
[[check]]
kind = "statistic"
column = "nmae"
statistic = "mean"
minimum = 0
[[check]]
kind = "divergence"
column = "nmae"
values = ["x"]
shares = [1]
maximum = 1
[[check]]
kind = "missing"
column = "nmae"
[[check]]
kind = "statistic"
name = "all missing"
column = "nmae"
statistic = "missing"
minimum = 1
[[check]]
kind = "statistic"
name = "mean of words"
column = "a"
statistic = "mean"
minimum = -1
)",
        {{{"a", "x"}}, {{"a", "y"}}}
    );
    CHECK(results.size() == 10);
    for (const auto& [name, result] : results) {
        INFO(name);
        if (name == "missing nmae" || name == "all missing") {
            CHECK(result.passed);
        } else {
            CHECK_FALSE(result.passed);
            if (name != "mean of words") CHECK(result.observed == "no record has 'nmae'");
        }
    }
}

TEST_CASE("values of any length meet patterns and schemas", "[quality][check]") {
    auto results = run(
        R"(
[[check]]
kind = "matches"
column = "a"
pattern = "^(a|b)*c$"
[[check]]
kind = "json_schema"
column = "j"
schema = '{"pattern": "^(a|a)*$", "patternProperties": {"^(x|x)*$": {"type": "number"}}}'
)",
        {{{"a", std::string(60'000, 'a') + "c"}, {"j", '"' + std::string(60'000, 'a') + '"'}},
         {{"a", std::string(60'000, 'a')}, {"j", '"' + std::string(60'000, 'a') + "b\""}},
         {{"j", "{\"" + std::string(60'000, 'x') + "\": true}"}}}
    );
    CHECK(results.at("matches a").failed == 1);
    CHECK(results.at("json_schema j").failed == 2);
}

TEST_CASE("the page of checks says what their kinds declare", "[quality][check]") {
    INFO("make it anew with 'tilth reference checks > docs/reference/checks.md'");
    std::ifstream in(TILTH_SOURCE_DIR "/docs/reference/checks.md");
    CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == checks_reference());
}
