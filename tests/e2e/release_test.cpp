// A database of each release comes up to date, and says what it said then. release/make.py made
// them, with the releases' own programs.
#include <filesystem>
#include <fstream>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/e2e/tilth.hpp"

using e2e::Tilth;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

// Whether all that was said then is said now; later programs may say more.
bool still_said(const json::value& then, const json::value& now) {
    if (const auto* members = then.if_object()) {
        const auto* others = now.if_object();
        if (!others) return false;
        return std::all_of(members->begin(), members->end(), [&](const auto& member) {
            const auto* other = others->if_contains(member.key());
            return other && still_said(member.value(), *other);
        });
    }
    if (const auto* values = then.if_array()) {
        const auto* others = now.if_array();
        if (!others || others->size() != values->size()) return false;
        return std::equal(values->begin(), values->end(), others->begin(), still_said);
    }
    return then == now;
}

std::vector<json::value> read_lines(const std::string& text) {
    std::vector<json::value> values;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) values.push_back(json::parse(line));
    return values;
}

std::vector<std::string> words_of(const json::value& asked) {
    std::vector<std::string> words;
    for (const auto& word : asked.at("words").as_array()) words.emplace_back(word.as_string());
    return words;
}

}  // namespace

TEST_CASE("a release's database is brought up to date and says what it said", "[e2e][release]") {
    const fs::path releases = fs::path(TILTH_SOURCE_DIR) / "tests/e2e/release";
    std::size_t seen = 0;
    for (const auto& release : fs::directory_iterator(releases)) {
        if (!release.is_directory()) continue;
        ++seen;
        INFO(release.path().filename().string());
        Tilth tilth;
        tilth.answer({"db", "restore", release.path().string()});
        tilth.answer({"db", "migrate"});
        std::ifstream file(release.path() / "said.json");
        const std::string text(std::istreambuf_iterator<char>(file), {});
        const auto all = json::parse(text);
        for (const auto& asked : all.as_array()) {
            auto words = words_of(asked);
            INFO(json::serialize(asked.at("words")));
            const auto& given = asked.at("given").as_string();
            const auto ended = tilth(words, std::string(given.begin(), given.end()));
            INFO(ended.err);
            REQUIRE(ended.code == 0);
            const auto now = read_lines(ended.out);
            const auto& then = asked.at("lines").as_array();
            REQUIRE(now.size() == then.size());
            for (std::size_t i = 0; i < then.size(); ++i) {
                const auto& line = then[i].as_string();
                INFO("then " << std::string(line.begin(), line.end()));
                INFO("now " << json::serialize(now[i]));
                CHECK(still_said(json::parse(line), now[i]));
            }
        }
    }
    CHECK(seen > 0);
}
