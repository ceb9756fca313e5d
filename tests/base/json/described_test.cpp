#include "base/json/described.hpp"

#include <filesystem>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/read.hpp"

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

enum class Mood { calm, wild };

constexpr auto words_of(Mood) {
    return std::to_array<base::Word<Mood>>({{Mood::calm, "calm"}, {Mood::wild, "wild"}});
}

struct Part {
    std::string name;
    std::optional<double> weight;
    bool operator==(const Part&) const = default;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name, weight))

struct Thing {
    bool good = false;
    int number = 0;
    std::uint64_t large = 0;
    double share = 0;
    Mood mood = Mood::calm;
    std::chrono::milliseconds span{0};
    std::chrono::system_clock::time_point at{};
    std::vector<std::string> tags;
    std::map<std::string, int> counts;
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<Part> part;
    std::vector<Part> parts;
    std::variant<bool, std::vector<std::string>> reach = false;
    json::object free;
    base::JsonText text;
    std::filesystem::path folder;
    bool operator==(const Thing&) const = default;
};
BOOST_DESCRIBE_STRUCT(
    Thing,
    (),
    (good,
     number,
     large,
     share,
     mood,
     span,
     at,
     tags,
     counts,
     headers,
     part,
     parts,
     reach,
     free,
     text,
     folder)
)

Thing full_thing() {
    Thing thing;
    thing.good = true;
    thing.number = -7;
    thing.large = 18'446'744'073'709'551'615U;
    thing.share = 0.25;
    thing.mood = Mood::wild;
    thing.span = 90'500ms;
    thing.at = std::chrono::sys_days(std::chrono::year(2024) / 2 / 29) + 13h + 250ms;
    thing.tags = {"a", "b"};
    thing.counts = {{"x", 1}, {"y", 2}};
    thing.headers = {{"Z", "last"}, {"A", "first"}};
    thing.part = Part{"one", 0.5};
    thing.parts = {{"two", std::nullopt}, {"three", 3.0}};
    thing.reach = std::vector<std::string>{"10.0.0.0/8"};
    thing.free = {{"k", json::array{1, nullptr}}};
    thing.text.text = "[1,2]";
    thing.folder = "a/b";
    return thing;
}

std::string failure(const json::value& value) {
    try {
        base::from_json<Thing>(value);
    } catch (const base::UsageError& error) {
        return error.what();
    }
    return "no failure";
}

}  // namespace

TEST_CASE("a described struct is written as JSON", "[base][json]") {
    auto written = base::to_json(full_thing());
    CHECK(written == json::parse(R"({
        "good": true, "number": -7, "large": 18446744073709551615, "share": 0.25, "mood": "wild",
        "span": "1m30s500ms", "at": "2024-02-29T13:00:00.250000Z", "tags": ["a", "b"],
        "counts": {"x": 1, "y": 2}, "headers": {"Z": "last", "A": "first"},
        "part": {"name": "one", "weight": 0.5},
        "parts": [{"name": "two", "weight": null}, {"name": "three", "weight": 3.0}],
        "reach": ["10.0.0.0/8"], "free": {"k": [1, null]}, "text": [1, 2], "folder": "a/b"})"));
    CHECK(written.as_object().begin()->key() == "good");  // in the order of its members
}

TEST_CASE("what was written is read back the same", "[base][json]") {
    CHECK(base::from_json<Thing>(base::to_json(full_thing())) == full_thing());
    CHECK(base::from_json<Thing>(base::to_json(Thing{})) == Thing{});
}

TEST_CASE("an empty optional is null, and may be missing", "[base][json]") {
    CHECK(base::json_text(Part{"a", std::nullopt}) == R"({"name":"a","weight":null})");
    CHECK(base::from_json<Part>(json::parse(R"({"name":"a"})")) == Part{"a", std::nullopt});
}

TEST_CASE("a wrong member is named by its path", "[base][json]") {
    using Catch::Equals;
    CHECK_THAT(
        failure({{"parts", {{{"name", "a"}}, {{"name", 3}}}}}),
        Equals("member 'parts[1].name': must be a text")
    );
    CHECK_THAT(
        failure({{"moood", "calm"}}),
        Catch::StartsWith("member 'moood': is unknown; did you mean 'mood'? known: good, number")
    );
    CHECK_THAT(
        failure({{"mood", "wide"}}),
        Equals("member 'mood': 'wide' is unknown; did you mean 'wild'? known: calm, wild")
    );
    CHECK_THAT(failure({{"number", 3e9}}), Equals("member 'number': must be a whole number"));
    CHECK_THAT(
        failure({{"number", 3'000'000'000}}), Equals("member 'number': must be at most 2147483647")
    );
    CHECK_THAT(
        failure({{"large", -1}}), Equals("member 'large': must be a whole number of at least 0")
    );
    CHECK_THAT(
        failure({{"tags", json::object{}}}), Equals("member 'tags': must be a list of texts")
    );
    CHECK_THAT(
        failure({{"reach", 7}}), Equals("member 'reach': must be true or false, or a list of texts")
    );
    CHECK_THAT(
        failure({{"at", "2024-02-30"}}),
        Equals("member 'at': must be a time such as 2024-05-01 or 2024-05-01T12:00:00Z")
    );
    CHECK_THAT(
        failure({{"tags", json::array{std::string_view("a\0b", 3)}}}),
        Equals("member 'tags[0]': holds a NUL character")
    );
    CHECK_THAT(failure(json::array{}), Equals("members: must be a table"));
}

TEST_CASE("the schema tells the types of all members", "[base][json]") {
    auto schema = base::schema_of<Thing>();
    const auto& properties = schema.at("properties").as_object();
    CHECK(schema.at("required").as_array().size() == properties.size());
    CHECK(properties.at("large") == json::value{{"type", "integer"}, {"minimum", 0}});
    CHECK(properties.at("mood") == json::value{{"type", "string"}, {"enum", {"calm", "wild"}}});
    CHECK(properties.at("at") == json::value{{"type", "string"}, {"format", "date-time"}});
    const auto& part = properties.at("part").as_object();
    CHECK(part.at("type") == json::value{"object", "null"});
    CHECK(part.at("properties").at("weight") == json::value{{"type", {"number", "null"}}});
    CHECK(properties.at("counts").at("additionalProperties").at("type") == "integer");
    CHECK(properties.at("reach").at("anyOf").as_array().size() == 2);
}

TEST_CASE("a list of structs makes a table of text", "[base][json]") {
    auto table = base::table_of(std::vector<Part>{{"a", 0.5}, {"b", std::nullopt}, {"c", 3}});
    CHECK(table.header == std::vector<std::string>{"name", "weight"});
    CHECK(table.rows == std::vector<std::vector<std::string>>{{"a", "0.5"}, {"b", ""}, {"c", "3"}});
}

TEST_CASE("one struct makes a row for each member", "[base][json]") {
    auto rows = base::Answer(full_thing()).table().rows;
    auto cell = [&](const std::string& name) {
        for (const auto& row : rows)
            if (row[0] == name) return row[1];
        return std::string("none");
    };
    CHECK(cell("good") == "true");
    CHECK(cell("tags") == "a, b");
    CHECK(cell("mood") == "wild");
    CHECK(cell("span") == "1m30s500ms");
    CHECK(cell("part") == R"({"name":"one","weight":0.5})");
}
