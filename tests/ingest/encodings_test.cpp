#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/text/encoding.hpp"
#include "formats/archive/bytes.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/encodings.hpp"

namespace {

// The rows one after the other, again and again, with their numbers in front, under a header.
std::string table(const std::vector<std::string>& some, int rows) {
    std::string text = "id,name,words\n";
    for (int i = 0; i < rows; ++i)
        text += std::to_string(i) + "," + some[static_cast<std::size_t>(i) % some.size()] + "\n";
    return text;
}
std::string table(const std::string& row, int rows) {
    return table(std::vector{row}, rows);
}

std::string explained(const std::string& path, const ingest::ReadOptions& options = {}) {
    auto connector = ingest::open_files({path}, options);
    ingest::Page page;
    while (connector->next(page, 100'000, 1 << 30)) page.clear();
    return connector->explain();
}

}  // namespace

TEST_CASE("tables of other encodings are read by a guess, which is told", "[ingest][encoding]") {
    test::DataFolder folder;
    struct Case {
        const char* name;  // of the encoding in iconv
        std::vector<std::string> rows;
        std::string told;
    };
    const std::vector<std::string> polish{
        "Łódź,Żaneta Dąbrowska", "Gdańsk,Małgorzata Śliwa", "Kraków,Paweł Wójcik śpiewa pieśń"};
    const std::vector<std::string> korean{
        "서울,김철수", "부산,이영희", "대구,박지민은 오늘 학교에 갔다"};
    for (const auto& [name, rows, told] : std::vector<Case>{
             {"WINDOWS-1251", {"Москва,Иван Петров живёт здесь"}, "windows-1251"},
             {"KOI8-R", {"Москва,Иван Петров живёт здесь"}, "koi8-r"},
             {"SHIFT_JIS", {"港,古い港は春に閉鎖される"}, "shift_jis"},
             {"GBK", {"港口,港口在春天关闭"}, "gb18030"},
             {"BIG5", {"港口,港口在春天關閉"}, "big5"},
             {"ISO-8859-2", polish, "iso-8859-2"},
             {"WINDOWS-1250", polish, "windows-1250"},
             {"EUC-KR", korean, "euc-kr"}}) {
        CAPTURE(name);
        const auto utf8 = table(rows, 30);
        const auto bytes = test::encoded(utf8, name);
        auto path = folder.write("table.csv", bytes);
        auto expected = test::read_all({folder.write("utf8.csv", utf8)}, {}, {}, 10);
        auto all = test::read_all({path}, {}, {}, 10);
        REQUIRE(all.records.size() == 30);
        for (std::size_t i = 0; i < 30; ++i) {
            CHECK(all.records[i].fields == expected.records[i].fields);
            const auto& raw = all.records[i].raw;
            CHECK(bytes.substr(static_cast<std::size_t>(all.records[i].offset), raw.size()) == raw);
        }
        auto said = explained(path);
        CAPTURE(said);
        CHECK(said.find(told + " (not UTF-8; its bytes read best as " + told) != said.npos);
    }
}

TEST_CASE("an encoding that was given is believed, by any of its labels", "[ingest][encoding]") {
    test::DataFolder folder;
    auto path = folder.write("t.csv", test::encoded("id,name\n1,Мир\n", "WINDOWS-1251"));
    for (const std::string label : {"windows-1251", "cp1251", "CP-1251", "x-cp1251"}) {
        ingest::ReadOptions options;
        options.encoding = label;
        auto all = test::read_all({path}, options);
        REQUIRE(all.records.size() == 1);
        CHECK(all.records[0].fields.find("name=Мир") != std::string::npos);
        CHECK(explained(path, options).find("windows-1251") != std::string::npos);
    }
    ingest::ReadOptions unknown;
    unknown.encoding = "utf-9";
    CHECK_THROWS_AS(ingest::open_files({path}, unknown), base::UsageError);
}

TEST_CASE("lines of JSON, XML, fixed tables and texts have encodings too", "[ingest][encoding]") {
    test::DataFolder folder;
    const std::string words = "Москва стоит на реке и не спит";
    auto holds = [&](const std::string& file, const std::string& utf8) {
        INFO(file);
        auto all = test::read_all({folder.write(file, test::encoded(utf8, "WINDOWS-1251"))});
        CHECK(all.rejects.empty());
        REQUIRE_FALSE(all.records.empty());
        CHECK(all.records[0].fields.find(words) != std::string::npos);
    };
    holds("a.jsonl", R"({"a": ")" + words + "\"}\n" + R"({"a": "b"})" + "\n");
    holds("a.json", R"([{"a": ")" + words + "\"}]");
    holds("a.xml", "<r><item><a>" + words + "</a></item></r>");
    holds(
        "b.xml", "<?xml version='1.0' encoding='cp1251'?><r><item><a>" + words + "</a></item></r>"
    );
    holds("a.txt", words);
    holds("control", "Name: a\nText: " + words + "\n\nName: b\nText: c\n");
}

TEST_CASE("one stray byte costs its own record", "[ingest][encoding]") {
    test::DataFolder folder;
    auto utf8 = table("Zoë,Ångström sät dårlig", 20'000);
    SECTION("late") {
        utf8.insert(utf8.size() - 3, "\xe9");
    }
    SECTION("in the first row") {
        utf8.insert(utf8.find("Zo") + 1, "\xe9");
    }
    SECTION("between two whole rows of a short table") {
        utf8 = "id,name\n1,Zoë\n2,Caf\xe9\n3,Ångström\n";
    }
    auto path = folder.write("t.csv", utf8);
    auto all = test::read_all({path}, {}, {}, 5000);
    REQUIRE(all.rejects.size() == 1);
    CHECK(all.rejects[0].code == "text.encoding");
    CHECK(all.records.size() + 1 == (utf8.size() < 100 ? 3U : 20'000U));
    CHECK(all.records.back().fields.find("\xef\xbf\xbd") == std::string::npos);
    CHECK(all.records.back().fields.find("Ångström") != std::string::npos);
}

TEST_CASE(
    "letters far behind the start decide, and reading goes on by them",
    "[ingest][encoding]"
) {
    test::DataFolder folder;
    const auto bytes =
        table("plain,only letters of ASCII", 12'000) +
        test::encoded("12000,Москва,Иван Петров\n12001,Тверь,Мир и труд\n", "WINDOWS-1251");
    REQUIRE(bytes.size() > 300'000);
    auto path = folder.write("t.csv", bytes);
    auto whole = test::read_all({path}, {}, {}, 1000);
    REQUIRE(whole.records.size() == 12'002);
    CHECK(whole.records.back().fields.find("Мир и труд") != std::string::npos);
    CHECK(explained(path).find("windows-1251") != std::string::npos);
    for (std::size_t i : {0U, 5U, 11U}) {
        auto rest = test::read_all({path}, {}, whole.cursors[i], 1000);
        const auto before = whole.records_before_cursor[i];
        REQUIRE(rest.records.size() == whole.records.size() - before);
        CHECK(rest.records.back() == whole.records.back());
        CHECK(rest.records.front() == whole.records[before]);
    }
}

TEST_CASE("a record is read again by its bytes alone, in its encoding", "[ingest][encoding]") {
    test::DataFolder folder;
    struct Case {
        std::string file, utf8;
    };
    for (const auto& [file, utf8] : std::vector<Case>{
             {"t.csv", table("港,古い港は春に閉鎖される", 20)},
             {"t.json", R"([{"港": "古い港は春に閉鎖される"}, {"港": "港"}])"},
             {"t.xml", "<根><item><港>古い港は春に閉鎖される</港></item></根>"}}) {
        INFO(file);
        auto path = folder.write(file, test::encoded(utf8, "SHIFT_JIS"));
        ingest::ReadOptions options;
        options.encoding = "shift_jis";
        auto connector = ingest::open_files({path}, options);
        ingest::Page page;
        (void)connector->next(page, 1000, 1 << 20);
        REQUIRE_FALSE(page.records.empty());
        REQUIRE_FALSE(page.rereads.empty());
        const auto& record = page.records.front();
        ingest::Page again;
        ingest::reread(page.rereads.back().how, std::string(record.raw), again);
        REQUIRE(again.records.size() == 1);
        CHECK(again.records[0].raw == record.raw);
        CHECK(again.records[0].byte_offset == 0);
        REQUIRE(again.records[0].fields == record.fields);
        for (std::uint32_t i = 0; i < record.fields; ++i) {
            CHECK(again.fields[i].name == page.fields[record.first_field + i].name);
            CHECK(again.fields[i].value == page.fields[record.first_field + i].value);
        }
    }
}
