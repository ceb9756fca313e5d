#include "ingest/mapping/contract.hpp"

#include <catch2/catch.hpp>

#include "ingest/mapping/rules.hpp"

namespace {

using ingest::Contract;
using ingest::Field;
using ingest::KnownField;
using ingest::OnDrift;
using Kind = ingest::Field::Kind;

}  // namespace

TEST_CASE("a contract learns fields and kinds, then holds them", "[ingest][contract]") {
    Contract learning(OnDrift::quarantine, true, {});
    std::vector<Field> first{{"id", "1", Kind::number}, {"name", "a", Kind::text}};
    std::vector<Field> second{
        {"name", "5", Kind::number}, {"id", "2", Kind::number}, {"note", "null", Kind::null}};
    CHECK(learning.look(first).empty());
    CHECK(learning.look(second).empty());
    auto known = learning.learned();
    CHECK(known == std::vector<KnownField>{{"id", 2}, {"name", 3}, {"note", 0}});
    CHECK(learning.learned().empty());

    Contract held(OnDrift::quarantine, false, known);
    CHECK(held.look(first).empty());
    CHECK(held.look(second).empty());
    std::vector<Field> other{
        {"id", "x", Kind::text},
        {"name", "null", Kind::null},
        {"note", "true", Kind::boolean},
        {"extra", "null", Kind::null},
        {"more", "[]", Kind::json}};
    auto drifts = held.look(other);
    REQUIRE(drifts.size() == 2);
    CHECK(drifts[0].field == "id");
    CHECK(drifts[0].what == "is text, not number");
    CHECK(drifts[1].field == "more");
    CHECK(drifts[1].what == "is new");
    // What was null alone became a boolean, and is one from now on.
    CHECK(held.learned() == std::vector<KnownField>{{"note", 4}});
    CHECK(held.look(std::vector<Field>{{"note", "1", Kind::number}}).size() == 1);
}

TEST_CASE("an evolving contract takes everything in", "[ingest][contract]") {
    Contract contract(OnDrift::evolve, false, {{"id", 2}});
    CHECK(contract.look(std::vector<Field>{{"id", "x", Kind::text}, {"b", "1", Kind::number}}
    ).empty());
    CHECK(contract.learned() == std::vector<KnownField>{{"b", 2}, {"id", 3}});
}

TEST_CASE("rules are written as they are read", "[ingest][rules]") {
    auto rules = ingest::parse_rules(
        R"(
key = ["a", "b"]
title = "t\"i\\t"
body = ["x", "y"]
group = "g"
group_pattern = '^(\S+)'
time = "when"
drop = ["secret"]
missing = ["", "-"]
licence = "CC-BY-4.0"
[[column]]
name = "size"
field = "Größe"
op = "count"
separator = ";"
unit = "By"
factor = 1024.5
missing = ["none"]
invalid = "missing"
[[column]]
field = "n"
)",
        "rules"
    );
    CHECK(ingest::parse_rules(ingest::to_toml(rules), "written") == rules);
    CHECK(ingest::parse_rules(ingest::to_toml({}), "empty") == ingest::Rules{});
}
