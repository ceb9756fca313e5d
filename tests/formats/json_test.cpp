#include "formats/json/json.hpp"

#include <catch2/catch.hpp>

#include "ingest/inspect.hpp"
#include "tests/ingest/files.hpp"

using namespace std::string_literals;

TEST_CASE("JSON is judged strictly by RFC 8259", "[ingest][json]") {
    for (const auto& good :
         {"{}"s,
          "[]"s,
          " 1 "s,
          "-0.5e+3"s,
          "\"\\u00e9\\n\""s,
          "null"s,
          "[1,{\"a\":[true,false]}]"s,
          "\"\x7f\""s,
          "[\"\\uD83D\\uDE00\"]"s}) {
        CAPTURE(good);
        CHECK_FALSE(formats::check_json(good));
    }
    for (const auto& bad :
         {""s,
          " "s,
          "{"s,
          "[1,]"s,
          "{\"a\":1,}"s,
          "{a:1}"s,
          "'a'"s,
          "01"s,
          "+1"s,
          "1."s,
          ".5"s,
          "NaN"s,
          "Infinity"s,
          "[1] 2"s,
          "\"\t\""s,
          "\"\\x41\""s,
          "\"\\u12\""s,
          "\"\xff\""s,
          "\"\xed\xa0\x80\""s,
          "\xef\xbb\xbf{}"s,
          "1\0"s,
          "[1}"s,
          "tru"s,
          "{\"a\" 1}"s,
          "// c\n1"s,
          "\"a"s}) {
        CAPTURE(bad);
        CHECK(formats::check_json(bad));
    }
}

TEST_CASE("JSON nested too deep is refused, not overflowed", "[ingest][json]") {
    CHECK_FALSE(formats::check_json(std::string(400, '[') + std::string(400, ']')));
    auto fault = formats::check_json(std::string(100000, '[') + std::string(100000, ']'));
    REQUIRE(fault);
    CHECK(fault->code == "json.depth");
    CHECK(formats::check_json(std::string(100000, '[')));
}

TEST_CASE("what PostgreSQL cannot store is found before", "[ingest][json]") {
    CHECK(formats::check_storable("{\"a\":\"\\u0000\"}")->code == "json.nul");
    CHECK(formats::check_storable("{\"a\":\"\\ud800\"}")->code == "json.surrogate");
    CHECK(formats::check_storable("{\"a\":\"\\udc00x\"}")->code == "json.surrogate");
    CHECK(formats::check_storable("[1e-20000]")->code == "json.number");
    CHECK_FALSE(formats::check_storable(
        "{\"a\":\"\\\\u0000 \\ud83d\\ude00\",\"b\":[true,1e300,\"1e99999\"]}"
    ));
}

TEST_CASE("members are found in order with their kinds", "[ingest][json]") {
    formats::Arena arena;
    std::vector<formats::Field> fields;
    formats::add_members(
        R"( { "a" : "x\ty\u00e9\ud83d\ude00" , "b\"":-1.5e3,"c":[1,"]"] ,"d":null,"e":true,"f":{"g":"}"} , "h":"" } )",
        arena,
        fields
    );
    REQUIRE(fields.size() == 7);
    CHECK(fields[0].value == "x\ty\xc3\xa9\xf0\x9f\x98\x80");
    CHECK(fields[1].name == "b\"");
    CHECK(fields[1].value == "-1.5e3");
    CHECK(fields[1].kind == formats::Field::Kind::number);
    CHECK(fields[2].value == "[1,\"]\"]");
    CHECK(fields[3].kind == formats::Field::Kind::null);
    CHECK(fields[4].kind == formats::Field::Kind::boolean);
    CHECK(fields[5].value == "{\"g\":\"}\"}");
    CHECK(fields[6].value.empty());
    fields.clear();
    formats::add_members("{}", arena, fields);
    CHECK(fields.empty());
}

TEST_CASE("inspect json gives a verdict on a file", "[ingest][json]") {
    test::DataFolder folder;
    CHECK(ingest::inspect_json(folder.write("a.json", "{\"a\": [1, 2]}\n")).valid);
    auto verdict = ingest::inspect_json(folder.write("b.json", "{\"a\": [1, 2}\n"));
    CHECK_FALSE(verdict.valid);
    CHECK_FALSE(verdict.reason.empty());
}
