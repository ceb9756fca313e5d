// Cases of others, read where they are present; none of them is part of this tree.
#include <filesystem>
#include <fstream>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/text/pattern.hpp"
#include "formats/html/select.hpp"
#include "formats/robots/robots.hpp"
#include "formats/text/charset.hpp"
#include "formats/url/url.hpp"

namespace json = boost::json;

namespace {

std::optional<std::ifstream> open_shared(const std::string& name) {
    const char* folder = std::getenv("TILTH_SHARED_DATA");
    auto path = std::filesystem::path(folder ? folder : TILTH_SOURCE_DIR "/../shared/data") / name;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        WARN("skipped: " << path.string() << " is not there");
        return std::nullopt;
    }
    return file;
}

}  // namespace

TEST_CASE("robots.txt cases of others", "[crawler][robots][shared]") {
    auto file = open_shared("robots/sample_cases.jsonl");
    if (!file) return;
    for (std::string line; std::getline(*file, line);) {
        auto parsed = json::parse(line);
        const auto& entry = parsed.as_object();
        if (!entry.contains("allowed")) continue;
        auto text = [&](const char* name) { return std::string(entry.at(name).as_string()); };
        auto url = formats::parse_url(text("url"));
        auto target = url ? url->target() : text("url");
        INFO(line);
        CHECK(
            formats::Robots::parse(text("robots")).check(text("agent"), target).allowed ==
            entry.at("allowed").as_bool()
        );
    }
}

TEST_CASE(
    "every label of the Encoding standard leads to its encoding",
    "[crawler][charset][shared]"
) {
    auto file = open_shared("encoding/whatwg-encodings.json");
    if (!file) return;
    std::string all((std::istreambuf_iterator<char>(*file)), {});
    auto groups = json::parse(all);
    for (const auto& group : groups.as_array())
        for (const auto& encoding : group.at("encodings").as_array())
            for (const auto& label : encoding.at("labels").as_array()) {
                INFO(label);
                auto found = base::encoding_of_label(label.as_string());
                REQUIRE(found);
                CHECK(base::name_of(*found) == std::string_view(encoding.at("name").as_string()));
            }
}

TEST_CASE("selectors that others read are read", "[crawler][select][shared]") {
    auto file = open_shared("css/cssselect_sample.jsonl");
    if (!file) return;
    for (std::string line; std::getline(*file, line);) {
        auto parsed = json::parse(line);
        const auto& entry = parsed.as_object();
        if (entry.at("kind").as_string() != "parse_many") continue;
        auto selector = std::string(entry.at("selector").as_string());
        // Names of that parser's own, not of CSS.
        static const auto foreign = base::Pattern::parse(":(first|only|contains)([^-a-z]|$)");
        if (foreign.found_in(selector)) continue;
        INFO(line);
        CHECK_NOTHROW(formats::Selector::parse(std::string(entry.at("selector").as_string())));
    }
}
