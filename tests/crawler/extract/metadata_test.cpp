#include "crawler/extract/metadata.hpp"

#include <catch2/catch.hpp>

using crawler::read_metadata;

namespace {

boost::json::object read(const std::string& html) {
    auto document = formats::Document::parse(html);
    return read_metadata(document, *formats::parse_url("http://h/"));
}

std::string jsonld(const std::string& script) {
    auto found = read("<script type=\"application/ld+json\">" + script + "</script>");
    return boost::json::serialize(found.at("jsonld"));
}

}  // namespace

TEST_CASE("what stands around JSON-LD does not hide it", "[crawler][metadata]") {
    for (const auto* script :
         {R"({"name":"x"})",
          "<!-- made by \"us\" -->\n{\"name\":\"x\"}",
          "// it's \"generated\"\n{\"name\":\"x\"}",
          "/* one */ /* {two} */ {\"name\":\"x\"}",
          "<!--\n{\"name\":\"x\"}\n//-->",
          "//<![CDATA[\n{\"name\":\"x\"};\n//]]>",
          "[null, {\"name\":\"x\"}, null]"})
        CHECK(jsonld(script) == R"([{"name":"x"}])");
    CHECK(jsonld("null") == "[]");
    CHECK(jsonld(R"({"author":null})") == R"([{"author":null}])");
    CHECK(jsonld("/* never closed {") == "[]");
}

TEST_CASE("the value of <data> is what it says to machines", "[crawler][metadata]") {
    auto found = read(
        "<div itemscope><data itemprop=price value=12.50>twelve</data>"
        "<data itemprop=none>no value</data><span itemprop=name>N</span></div>"
    );
    CHECK(
        boost::json::serialize(found.at("microdata").at(0).at("properties")) ==
        R"({"price":["12.50"],"none":[""],"name":["N"]})"
    );
}
