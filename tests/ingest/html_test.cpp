#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "ingest/mapping/mapping.hpp"
#include "tests/ingest/files.hpp"
#include "tests/support/codings.hpp"

namespace {

const std::string page = "<!DOCTYPE html><title>T</title><p>Text</p>";

ingest::ReadOptions as_html() {
    ingest::ReadOptions options;
    options.format = "html";
    return options;
}

// Reads a page as a crawler would: its text is its length here.
std::variant<schema::Draft, schema::Reject>
read_page(std::string_view bytes, std::string_view media_type) {
    if (bytes.find("noai") != bytes.npos) {
        schema::Reject reject;
        reject.code = "page.consent";
        return reject;
    }
    schema::Draft draft;
    draft.payload = R"({"title":"T","page_type":"article","links_out":3})";
    draft.text = schema::Text{"T", std::to_string(bytes.size()), "en"};
    draft.quality = schema::Quality{{1, 2}, "en"};
    draft.media_type = media_type;
    draft.origin.licence = "CC-BY-4.0";
    return draft;
}

}  // namespace

TEST_CASE("pages of a folder are known by content and name, packed and in archives", "[html]") {
    test::DataFolder folder;
    folder.write("pages/a.html", page);
    folder.write("pages/cats/b.html.gz", test::deflated(page, 31));
    folder.write("pages/c.bin", "<?xml version='1.0'?><!-- x -->\n" + page);
    folder.write("pages/d.htm", "<div>a piece of a page</div>");
    folder.write("pages/e.tar", test::pack("tar", "none", {{"dogs/f.html", page}}));
    std::string wide = "\xff\xfe";
    for (char c : page) wide += {c, '\0'};
    folder.write("pages/g.html", wide);
    for (const auto& options : {ingest::ReadOptions(), as_html()}) {
        auto all = test::read_all({folder.path("pages")}, options);
        CHECK(all.rejects.empty());
        std::vector<std::string> found;
        for (const auto& record : all.records) found.push_back(record.fields);
        CHECK(
            found ==
            std::vector<std::string>{
                "name=a.html",
                "name=c.bin",
                "name=b.html.gz|folder=cats",
                "name=d.htm",
                "name=f.html|folder=dogs",
                "name=g.html"}
        );
    }
}

TEST_CASE("what is no page is told apart from one, whatever its name", "[html]") {
    test::DataFolder folder;
    for (const auto& [content, told] : std::vector<std::pair<std::string, std::string>>{
             {"%PDF-1.7\nx", "a PDF"},
             {"\x89PNG\r\n\x1a\nxx", "an image"},
             {"{\"error\": 404}", "JSON"},
             {"<?xml version='1.0'?><rss><channel/></rss>", "a feed"},
             {"<?xml version='1.0'?><urlset><url/></urlset>", "XML"},
             {std::string("\0\1\2\0\0", 5), "binary"},
             {"only words, 1 < 2", "a text without a tag"},
         }) {
        INFO(told);
        auto all = test::read_all({folder.write("a.html", content)}, as_html());
        CHECK(all.records.empty());
        REQUIRE(all.rejects.size() == 1);
        CHECK(all.rejects[0].code == "page.not_html");
        CHECK(all.rejects[0].reason.find("it is " + told) == 0);
        CHECK(all.rejects[0].raw == content);
    }
    for (std::string empty : {"", " \r\n"}) {
        auto all = test::read_all({folder.write("b.html", empty)}, as_html());
        REQUIRE(all.rejects.size() == 1);
        CHECK(all.rejects[0].code == "page.empty");
    }
    // By itself none of these is taken for a page either.
    CHECK(ingest::detect_format("a.html", "{\"error\": 404}").format == "json");
    CHECK(ingest::detect_format("a.html", "<?xml version='1.0'?><r><i/></r>").format == "xml");
}

TEST_CASE("a page in the place of data is no page, unless it is asked for", "[html]") {
    test::DataFolder folder;
    auto path = folder.write("prices.csv", page);
    auto all = test::read_all({path});
    REQUIRE(all.rejects.size() == 1);
    CHECK(all.rejects[0].code == "file.unknown_format");
    CHECK(all.rejects[0].reason.find("though its name ends in .csv") != std::string::npos);
    CHECK(test::read_all({path}, as_html()).records.size() == 1);
}

TEST_CASE("what a page says can be mapped as the fields of a record are", "[html]") {
    test::DataFolder folder;
    auto connector = ingest::open_files({folder.write("cats/a.html", page)}, as_html());
    ingest::Page read;
    connector->next(read, 10, 1 << 20);
    REQUIRE(read.records.size() == 1);
    schema::Draft draft;
    schema::Reject reject;
    auto inferred = ingest::infer_rules(read, "");
    CHECK(inferred.columns.empty());
    CHECK(inferred.body.empty());
    ingest::Mapping plain(inferred, read_page);
    REQUIRE(plain.apply(read, read.records[0], draft, reject));
    CHECK(draft.key == "a.html");
    CHECK(draft.text->body == std::to_string(page.size()));
    CHECK(draft.text->language == "en");
    CHECK(draft.quality->language == "en");
    CHECK(draft.blob == page);
    CHECK(draft.media_type == "text/html");
    CHECK(draft.origin.licence == "CC-BY-4.0");
    CHECK(draft.origin.file == folder.path("cats/a.html"));
    CHECK(draft.payload == R"({"name":"a.html","title":"T","page_type":"article","links_out":3})");

    auto rules = ingest::infer_rules(read, "title");
    rules.columns.push_back({.name = "links", .field = "links_out"});
    rules.group = {"page_type"};
    rules.licence = "CC0-1.0";
    ingest::Mapping mapped(rules, read_page);
    REQUIRE(mapped.apply(read, read.records[0], draft, reject));
    CHECK(draft.key == "T");
    CHECK(draft.group == "article");
    CHECK(draft.numbers == std::vector<double>{3});
    CHECK(draft.origin.licence == "CC0-1.0");
    CHECK(draft.text->body == std::to_string(page.size()));
}

TEST_CASE("a page among tables costs them no column, and keeps its text", "[html]") {
    test::DataFolder folder;
    std::string table = "id,title,note\n";
    for (int i = 0; i < 30; ++i)
        table += std::to_string(i) + ",row " + std::to_string(i) +
                 ",a note that is long enough to be a text and number " + std::to_string(i) + "\n";
    folder.write("in/a.csv", table);
    folder.write("in/b.html", page);
    ingest::Page read;
    ingest::open_files({folder.path("in")}, {})->next(read, 100, 1 << 20);
    REQUIRE(read.records.size() == 31);
    auto rules = ingest::infer_rules(read, "");
    CHECK(rules.body == std::vector<std::string>{"note"});
    CHECK(rules.title == std::vector<std::string>{"title"});
    REQUIRE(rules.columns.size() == 1);
    CHECK(rules.columns[0].name == "id");
    ingest::Mapping mapping(rules, read_page);
    schema::Draft draft;
    schema::Reject reject;
    REQUIRE(mapping.apply(read, read.records.back(), draft, reject));
    CHECK(draft.text->body == std::to_string(page.size()));
    CHECK(draft.text->title == "T");
    REQUIRE(mapping.apply(read, read.records.front(), draft, reject));
    CHECK(draft.text->title == "row 0");
    CHECK_FALSE(draft.quality);
}

TEST_CASE("the bytes of a page that opts out are not kept, and those of others are", "[html]") {
    test::DataFolder folder;
    ingest::Page read;
    auto opted = folder.write("a.html", page + "<meta name=robots content=noai>");
    ingest::open_files({opted}, as_html())->next(read, 10, 1 << 20);
    schema::Draft draft;
    schema::Reject reject;
    CHECK_FALSE(ingest::Mapping({}, read_page).apply(read, read.records[0], draft, reject));
    CHECK(reject.code == "page.consent");
    CHECK(reject.file == opted);
    CHECK(reject.raw.empty());
    reject = {};
    CHECK_FALSE(ingest::Mapping(ingest::Rules()).apply(read, read.records[0], draft, reject));
    CHECK(reject.code == "page.unread");
    CHECK_FALSE(reject.raw.empty());
}

TEST_CASE("the encoding that is asked for is that of pages, too", "[html]") {
    test::DataFolder folder;
    auto options = as_html();
    options.encoding = "iso-8859-2";
    ingest::Page read;
    ingest::open_files({folder.write("a.html", page)}, options)->next(read, 10, 1 << 20);
    REQUIRE(read.records.size() == 1);
    CHECK(read.records[0].media_type == "text/html; charset=iso-8859-2");
}
