#include "ingest/mapping/mapping.hpp"

#include <chrono>
#include <cmath>

#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/time/parse.hpp"
#include "formats/text/value_type.hpp"
#include "tests/ingest/files.hpp"

namespace {

// The page lives as long as the test.
struct Sample {
    ingest::Page page;

    Sample(const std::string& name, const std::string& content) {
        auto connector = ingest::open_files({folder.write(name, content)}, {});
        connector->next(page, 1000, 1 << 20);
    }

    test::DataFolder folder;
};

struct Mapped {
    std::vector<schema::Draft> drafts;
    std::vector<schema::Reject> rejects;
};

Mapped map(const ingest::Page& page, ingest::Rules rules) {
    ingest::Mapping mapping(std::move(rules));
    Mapped result;
    for (const auto& record : page.records) {
        schema::Draft draft;
        schema::Reject reject;
        if (mapping.apply(page, record, draft, reject)) {
            result.drafts.push_back(draft);
        } else {
            result.rejects.push_back(reject);
        }
    }
    return result;
}

const char* package_rules = R"(
key = ["Package", "Version", "Architecture"]
title = "Package"
body = "Description"
group = ["Source", "Package"]
group_pattern = '^(\S+)'
drop = ["MD5sum"]

[[column]]
name = "installed"
field = "Installed-Size"
factor = 1024
unit = "By"

[[column]]
name = "depends"
field = "Depends"
op = "count"

[[column]]
name = "essential"
field = "Essential"
op = "flag"

[[column]]
name = "described"
field = "Description"
op = "length"

[[column]]
name = "section"
field = "Section"
op = "category"
)";

const char* packages =
    "Package: a\nSource: src (1.0)\nVersion: 1\nArchitecture: all\nInstalled-Size: 3\nDepends: x "
    "(>= 1), y | z, w\nSection: libs\n"
    "MD5sum: 0\nDescription: short\n long\n\n"
    "Package: b\nVersion: 2/3\nArchitecture: all\nEssential: yes\nInstalled-Size: many\n\n"
    "Package: c\nArchitecture: all\n\n"
    "Package: d\nVersion: 4\nArchitecture: amd64\nEssential: no\n";

}  // namespace

TEST_CASE("rules make keys, texts, groups and numbers of fields", "[ingest][mapping]") {
    Sample sample("Packages", packages);
    auto mapped = map(sample.page, ingest::parse_rules(package_rules, "rules.toml"));
    REQUIRE(mapped.drafts.size() == 2);
    const auto& a = mapped.drafts[0];
    CHECK(a.key == "a/1/all");
    CHECK(a.text->title == "a");
    CHECK(a.text->body == "short\nlong");
    CHECK(a.group == "src");
    REQUIRE(a.numbers.size() == 5);
    CHECK(a.numbers[0] == 3072);
    CHECK(a.numbers[1] == 3);
    CHECK(a.numbers[2] == 0);
    CHECK(a.numbers[3] == 10);
    CHECK(std::isnan(a.numbers[4]));
    REQUIRE(a.categories.size() == 1);
    CHECK(a.categories[0] == std::pair<std::size_t, std::string>(4, "libs"));
    CHECK(a.origin.line == 1);
    auto payload = boost::json::parse(a.payload).as_object();
    CHECK_FALSE(payload.contains("MD5sum"));
    CHECK(payload.at("Source").as_string() == "src (1.0)");
    CHECK(mapped.drafts[1].group == "d");
    CHECK(std::isnan(mapped.drafts[1].numbers[0]));
    CHECK(mapped.drafts[1].numbers[2] == 0);

    REQUIRE(mapped.rejects.size() == 2);
    CHECK(mapped.rejects[0].code == "number.invalid");
    CHECK(mapped.rejects[0].column == "Installed-Size");
    CHECK(mapped.rejects[0].line == 12);
    CHECK(mapped.rejects[1].code == "key.missing");
    CHECK(mapped.rejects[1].column == "Version");
}

TEST_CASE("parts of a key never run together", "[ingest][mapping]") {
    Sample sample("a.csv", "x,y\na/b,c\na,b/c\n");
    ingest::Rules rules;
    rules.key = {"x", "y"};
    auto mapped = map(sample.page, rules);
    REQUIRE(mapped.drafts.size() == 2);
    CHECK(mapped.drafts[0].key != mapped.drafts[1].key);
}

TEST_CASE("records without a key are named by their content", "[ingest][mapping]") {
    Sample sample("a.csv", "x,y\n1,2\n1,2\n1,3\n");
    auto mapped = map(sample.page, {});
    REQUIRE(mapped.drafts.size() == 3);
    CHECK(mapped.drafts[0].key == mapped.drafts[1].key);
    CHECK(mapped.drafts[0].key != mapped.drafts[2].key);
    CHECK(mapped.drafts[0].key.size() == 64);
}

TEST_CASE("an invalid number can be a missing value", "[ingest][mapping]") {
    Sample sample("a.csv", "id,n\n1,x\n2,NA\n3,\"1,234.5\"\n");
    ingest::Rules rules;
    rules.key = {"id"};
    rules.columns.push_back(
        {"n",
         "n",
         ingest::ColumnRule::Op::number,
         ",",
         "",
         1,
         {},
         ingest::ColumnRule::Invalid::missing}
    );
    auto mapped = map(sample.page, rules);
    REQUIRE(mapped.drafts.size() == 3);
    CHECK(std::isnan(mapped.drafts[0].numbers[0]));
    CHECK(std::isnan(mapped.drafts[1].numbers[0]));
    CHECK(mapped.drafts[2].numbers[0] == 1234.5);
    rules.columns[0].invalid = ingest::ColumnRule::Invalid::reject;
    CHECK(map(sample.page, rules).rejects.size() == 1);
}

TEST_CASE("JSON records keep their text and nested fields can be reached", "[ingest][mapping]") {
    Sample sample(
        "a.jsonl",
        "{\"id\": 7, \"who\": {\"name\": \"Ann\", \"age\": 30}, \"at\": "
        "\"2020-02-03T04:05:06Z\"}\n{\"id\": 8, \"at\": \"never\"}\n"
    );
    ingest::Rules rules;
    rules.key = {"id"};
    rules.title = {"who.name"};
    rules.time = "at";
    rules.columns.push_back(
        {"age",
         "who.age",
         ingest::ColumnRule::Op::number,
         ",",
         "",
         1,
         {},
         ingest::ColumnRule::Invalid::reject}
    );
    auto mapped = map(sample.page, rules);
    REQUIRE(mapped.drafts.size() == 1);
    CHECK(mapped.drafts[0].key == "7");
    CHECK(mapped.drafts[0].text->title == "Ann");
    CHECK(mapped.drafts[0].numbers[0] == 30);
    CHECK(mapped.drafts[0].time == schema::Time(std::chrono::seconds(1580702706)));
    CHECK(
        mapped.drafts[0].payload ==
        "{\"id\": 7, \"who\": {\"name\": \"Ann\", \"age\": 30}, \"at\": \"2020-02-03T04:05:06Z\"}"
    );
    REQUIRE(mapped.rejects.size() == 1);
    CHECK(mapped.rejects[0].code == "time.invalid");
}

TEST_CASE("a mistake in the rules is named with its line", "[ingest][mapping]") {
    auto fails = [](const std::string& text, const std::string& words) {
        CAPTURE(text);
        CHECK_THROWS_WITH(ingest::parse_rules(text, "r.toml"), Catch::Contains(words));
        CHECK_THROWS_AS(ingest::parse_rules(text, "r.toml"), base::UsageError);
    };
    fails("key = 'a'\nkeys = 'b'\n", "r.toml, line 2");
    fails("key = 'a'\nkeys = 'b'\n", "unknown key 'keys'");
    fails("key = [1]\n", "'key[0]' must be a text");
    fails("key = \n", "r.toml, line 1");
    fails("[[column]]\nfield = 'a'\nop = 'sum'\n", "r.toml, line 3");
    fails("[[column]]\nname = 'a'\n", "needs a field");
    fails("[[column]]\nfield = 'a'\nwidth = 3\n", "unknown key 'width'");
    fails("[[column]]\nfield = 'a'\n[[column]]\nfield = 'a'\n", "two columns");
    fails("group = 'a'\ngroup_pattern = '(['\n", "r.toml, line 2");
    fails("group = 'a'\ngroup_pattern = 'x'\n", "captures nothing");
}

TEST_CASE("rules are inferred from a sample", "[ingest][mapping]") {
    std::string table = "id,title,story,price,kind,when\n";
    for (int i = 0; i < 40; ++i) {
        auto n = std::to_string(i);
        table += n + ",Title " + n + ",A story that is long enough number " + n + "," +
                 (i % 7 ? n + ".5" : "NA") + "," + (i % 2 ? "red" : "blue") + ",2020-01-" +
                 std::to_string(10 + i % 20) + "\n";
    }
    Sample sample("a.csv", table);
    std::vector<std::string> why;
    auto rules = ingest::infer_rules(sample.page, "id", &why);
    CHECK(rules.key == std::vector<std::string>{"id"});
    CHECK(rules.title == std::vector<std::string>{"title"});
    CHECK(rules.body == std::vector<std::string>{"story"});
    CHECK(rules.time == "when");
    REQUIRE(rules.columns.size() == 2);
    CHECK(rules.columns[0].name == "price");
    CHECK(rules.columns[1].name == "kind");
    CHECK(rules.columns[1].op == ingest::ColumnRule::Op::category);
    CHECK(why.size() >= 4);
    CHECK(map(sample.page, rules).drafts.size() == 40);
    CHECK_THROWS_WITH(
        ingest::infer_rules(sample.page, "nokey"), Catch::Contains("no record has this field")
    );
}

TEST_CASE("infinite numbers are missing ones, not another type", "[ingest][mapping]") {
    std::string table = "id,x,y,z\n";
    const std::vector<std::string> infinite{"inf", "-Infinity", "+INF", "1e999"};
    for (int i = 0; i < 40; ++i) {
        auto n = std::to_string(i);
        const bool odd = i % 10 == 3;
        table += n + "," + (odd ? infinite[static_cast<std::size_t>(i / 10)] : n + ".5") + "," +
                 (odd ? "abc" : n + ".25") + "," + n + "\n";
    }
    Sample sample("a.csv", table);
    std::vector<std::string> why;
    const auto rules = ingest::infer_rules(sample.page, "id", &why);
    REQUIRE(rules.columns.size() == 2);
    CHECK(rules.columns[0].name == "x");
    CHECK(rules.columns[0].op == ingest::ColumnRule::Op::number);
    CHECK(rules.columns[1].name == "z");
    const auto said = [&](const std::string& line) {
        return std::find(why.begin(), why.end(), line) != why.end();
    };
    CHECK(said("x: 4 of 40 values are infinite, and count as missing"));
    CHECK(said("y: no column, as 36 of 40 values are numbers, but not 'abc'; rules say more (--map)"
    ));
    CHECK(map(sample.page, rules).drafts.size() == 40);
}

TEST_CASE("numbers, times and other forms of values are told apart", "[ingest][mapping]") {
    using formats::ValueType;
    const std::vector<std::pair<std::string, ValueType>> values = {
        {"12", ValueType::integer},
        {"-3", ValueType::integer},
        {"+4", ValueType::integer},
        {"1.5", ValueType::number},
        {"1e5", ValueType::number},
        {".5", ValueType::number},
        {"1,234", ValueType::number},
        {"1,23", ValueType::text},
        {"12a", ValueType::text},
        {"", ValueType::empty},
        {" ", ValueType::empty},
        {"2020-02-30", ValueType::text},
        {"2020-02-29", ValueType::date},
        {"2020-02-29T10:00:00+02:00", ValueType::datetime},
        {"10:30", ValueType::time},
        {"Yes", ValueType::boolean},
        {"nan", ValueType::text},
        {"inf", ValueType::text},
        {"-", ValueType::text},
        {"https://a.test/x", ValueType::link},
        {"Tue, 15 Nov 1994 12:45:26 GMT", ValueType::datetime},
        {"x", ValueType::text}};
    for (const auto& [text, type] : values) {
        CAPTURE(text);
        CHECK(std::string(name_of(formats::type_of(text))) == std::string(name_of(type)));
    }
    CHECK(base::parse_time("1970-01-02") == schema::Time(std::chrono::hours(24)));
    CHECK(
        base::parse_time("1970-01-01T01:00:00.5+01:00") ==
        schema::Time(std::chrono::milliseconds(500))
    );
    CHECK(
        base::parse_time("Tue, 15 Nov 1994 12:45:26 GMT") ==
        schema::Time(std::chrono::seconds(784903526))
    );
    CHECK_FALSE(base::parse_time("soon"));
    CHECK_FALSE(base::parse_number("1e999"));
    CHECK_FALSE(base::parse_number("+-1"));
}

TEST_CASE("a field of any length meets the pattern of groups", "[ingest][mapping]") {
    auto rules = ingest::parse_rules("group = 'a'\ngroup_pattern = '(?:a|b)*(c)'\n", "r.toml");
    const std::string letters(60'000, 'a');
    Sample sample("letters.csv", "a,n\n" + letters + "c,1\n" + letters + ",2\n");
    auto mapped = map(sample.page, rules);
    REQUIRE(mapped.drafts.size() == 2);
    CHECK(mapped.drafts[0].group == "c");
    CHECK(mapped.drafts[1].group.empty());
}

TEST_CASE("a record of very many fields takes no more than its length", "[ingest][mapping]") {
    constexpr int many = 100'000;
    auto joined = [](const char* before, auto piece, const char* after) {
        std::string text(before);
        for (int i = 0; i < many; ++i) text += piece(i);
        return text + after;
    };
    auto start = std::chrono::steady_clock::now();
    auto check = [](const Sample& sample, std::size_t columns) {
        REQUIRE(sample.page.records.size() == 1);
        auto rules = ingest::infer_rules(sample.page, "");
        CHECK(rules.columns.size() == columns);
        auto mapped = map(sample.page, std::move(rules));
        REQUIRE(mapped.drafts.size() == 1);
        if (columns > 1) CHECK(mapped.drafts[0].numbers.back() == many - 1);
    };
    auto member = [](int i) { return fmt::format("{1}\"m{0}\":{0}", i, i ? "," : ""); };
    check(Sample("a.json", joined("[{", member, "}]")), many);
    auto child = [](int i) { return fmt::format("<m{0}>{0}</m{0}>", i); };
    check(Sample("a.xml", joined("<r><a>", child, "</a></r>")), many);
    auto again = [](int i) { return fmt::format("<b>{}</b>", i); };
    Sample same("b.xml", joined("<r><a>", again, "</a></r>"));
    check(same, 0);
    auto list = boost::json::parse(same.page.fields_of(same.page.records[0])[0].value).as_array();
    CHECK(list.size() == many);
    CHECK(list.back() == "99999");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

TEST_CASE("times have the format that the rules name", "[ingest][mapping]") {
    Sample sample("a.csv", "id,day,at\n1,5/8/2024,08.05.24\n2,31/2/2024,08.05.24\n");
    auto rules = ingest::parse_rules(
        "key = 'id'\ntime = 'day'\ntime_format = '%d/%m/%Y'\n[[column]]\nname = 'at'\n"
        "field = 'at'\nop = 'time'\nformat = '%d.%m.%y'\n",
        "rules"
    );
    CHECK(ingest::parse_rules(ingest::to_toml(rules), "again") == rules);
    auto mapped = map(sample.page, rules);
    REQUIRE(mapped.drafts.size() == 1);
    CHECK(mapped.drafts[0].time == base::parse_iso_time("2024-08-05"));
    CHECK(mapped.drafts[0].numbers.at(0) == 1715126400);
    REQUIRE(mapped.rejects.size() == 1);
    CHECK(mapped.rejects[0].code == "time.invalid");
    CHECK_THROWS_AS(ingest::parse_rules("time_format = '%H:%M'", "rules"), base::UsageError);
}
