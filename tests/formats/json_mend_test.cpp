#include "formats/json/mend.hpp"

#include <catch2/catch.hpp>

namespace {

struct Mended {
    std::string text;
    std::vector<std::string> left_out;
    std::string fault;
};

Mended mend(std::string_view text) {
    formats::Arena arena;
    Mended mended;
    auto fault = formats::make_storable(text, arena, mended.left_out);
    mended.text = text;
    if (fault) mended.fault = fault->code;
    return mended;
}

}  // namespace

TEST_CASE("values that JSON does not have are left out, the others stay", "[formats][json]") {
    struct Case {
        const char* text;
        const char* mended;
        std::size_t left_out;
    };
    for (const auto& one : {
             Case{R"({"a":1.50,"b":[true,null]})", R"({"a":1.50,"b":[true,null]})", 0},
             Case{R"({"a":NaN,"b":2})", R"({"a":null,"b":2})", 1},
             Case{R"({"a":-Infinity,"b":Infinity})", R"({"a":null,"b":null})", 2},
             Case{R"({"a":[nan, NaN],"b":"NaN"})", R"({"a":[null, null],"b":"NaN"})", 2},
             Case{R"({"a":1e400,"b":1e-400})", R"({"a":null,"b":1e-400})", 1},
             Case{
                 R"({"a":"x\ud83dy","b":"\ud83d\ude00"})",
                 R"({"a":"x\ufffdy","b":"\ud83d\ude00"})",
                 1},
             Case{R"({"a":"\\ud83d"})", R"({"a":"\\ud83d"})", 0},
             Case{"{\"a\":\"tab\there\"}", R"({"a":"tab\there"})", 0},
             Case{R"({"a":[1,2,],})", R"({"a":[1,2]})", 0},
             Case{R"({"a":",]"})", R"({"a":",]"})", 0},
             Case{R"({"id":36893488147419103232123})", R"({"id":36893488147419103232123})", 0},
             Case{
                 R"({"id":36893488147419103232123,"x":NaN})",
                 R"({"id":36893488147419103232123,"x":null})",
                 1},
         }) {
        CAPTURE(one.text);
        auto mended = mend(one.text);
        CHECK(mended.text == one.mended);
        CHECK(mended.left_out.size() == one.left_out);
        CHECK(mended.fault.empty());
    }
}

TEST_CASE("what nobody can guess stays a fault, and the text as it was", "[formats][json]") {
    for (const auto* text :
         {R"({"a":})",
          R"({"a":1)",
          R"({a:1})",
          R"({"a":"\u0000"})",
          R"({"a":01})",
          R"({"a":"x)",
          "-",
          ""}) {
        CAPTURE(text);
        auto mended = mend(text);
        CHECK(!mended.fault.empty());
        CHECK(mended.text == text);
    }
    CHECK(mend("{\"a\":\"\xff\"}").fault == "text.encoding");
    CHECK(mend(std::string(2000, '[') + std::string(2000, ']')).fault == "json.depth");
}

TEST_CASE("a text that was cut off is told from one with odd values", "[formats][json]") {
    CHECK(formats::is_closed(R"( {"a":[NaN,{"b":"]}"}]} )"));
    CHECK(formats::is_closed("[]"));
    for (const auto* text :
         {R"({"a":[1)", R"({"a":[1}])", R"({"a":"x)", R"({"a":1} {"b":2})", "<html>", "", "null"}) {
        CAPTURE(text);
        CHECK_FALSE(formats::is_closed(text));
    }
}
