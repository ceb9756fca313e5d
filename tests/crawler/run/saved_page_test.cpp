#include "crawler/run/saved_page.hpp"

#include <catch2/catch.hpp>

#include <boost/json.hpp>

#include "crawler/run/page.hpp"
#include "schema/blobs/blobs.hpp"

using namespace crawler;
namespace json = boost::json;

namespace {

const std::string body =
    "<p>The ferry leaves the old harbour at seven in the morning, and it carries bread, letters "
    "and a few people to the islands, whatever the weather says.</p>"
    "<p>Nobody remembers when it began, but the captain, who is seventy, says that his father "
    "steered the same boat, and that the engine was new then.</p>";

std::string page(const std::string& head = {}, const std::string& text = body) {
    return "<!doctype html><html lang=en><head><title>The ferry</title>" + head +
           "</head><body><nav><a href=/>Home</a></nav><article><h1>The ferry</h1>" + text +
           "<p>The timetable, which <a href=more.html>another page</a> holds, changes in winter, "
           "when "
           "the sea is rough and the islands have few guests.</p></article></body></html>";
}

// As crawled from `url`.
schema::Sealed crawled(const std::string& url, const std::string& html) {
    schema::Blobs blobs("/nonexistent");
    Scope scope({.reach = ScopeRules::Reach::any}, {});
    PageRules rules;
    rules.scope = &scope;
    rules.blobs = &blobs;
    Target target;
    target.url = url;
    target.host = "a.example";
    Response response;
    response.status = 200;
    response.headers = {{"content-type", "text/html"}};
    response.body = html;
    auto outcome = digest_page(rules, target, {}, response, {});
    REQUIRE(outcome.records.size() == 1);
    return outcome.records.front();
}

schema::Draft saved(const std::string& bytes, const std::string& type = "text/html") {
    auto read = read_saved_page({}, bytes, type);
    REQUIRE(std::holds_alternative<schema::Draft>(read));
    return std::get<schema::Draft>(read);
}

schema::Reject refused(const std::string& bytes, const SavedPageRules& rules = {}) {
    auto read = read_saved_page(rules, bytes, "text/html");
    REQUIRE(std::holds_alternative<schema::Reject>(read));
    return std::get<schema::Reject>(read);
}

}  // namespace

TEST_CASE("a saved page says what the same page says when it is crawled", "[saved]") {
    const auto html = page(
        "<link rel=canonical href=https://a.example/ferry><meta name=author content='Ada Byron'>"
        "<meta property=article:published_time content=2024-05-06>"
    );
    auto live = crawled("https://a.example/ferry", html).draft;
    auto file = saved(html);
    auto expected = json::parse(live.payload).as_object();
    CHECK(expected.at("byline") == "Ada Byron");
    CHECK(expected.at("published").as_string().starts_with("2024-05-06"));
    CHECK(expected.at("page_type") == "article");
    CHECK(expected.at("links_out") == 2);
    expected.erase("status");  // nobody was asked
    CHECK(json::parse(file.payload) == expected);
    CHECK(file.text->title == "The ferry");
    CHECK(file.text->body == live.text->body);
    CHECK(file.text->language == "en");
    CHECK(file.quality->measures == live.quality->measures);
    CHECK(file.media_type == live.media_type);
}

TEST_CASE("a saved page that names no address has none, and its links stay as written", "[saved]") {
    auto payload = json::parse(saved(page()).payload).as_object();
    CHECK_FALSE(payload.contains("url"));
    CHECK(payload.at("links_out") == 2);
    CHECK(payload.at("markdown").as_string().find("(more.html)") != std::string::npos);
    auto named =
        json::parse(saved(page("<meta property=og:url content=https://b.example/x/>")).payload);
    CHECK(named.at("url") == "https://b.example/x/");
    CHECK(
        named.at("markdown").as_string().find("(https://b.example/x/more.html)") !=
        std::string::npos
    );
}

TEST_CASE("the charset of a saved page is what it says, or what is known of it", "[saved]") {
    const std::string latin = "<p>Le caf\xe9 est ferm\xe9 depuis hier soir, dit la patronne.</p>";
    CHECK(
        saved(page("<meta charset=iso-8859-1>", latin)).text->body.find("caf\u00e9") !=
        std::string::npos
    );
    CHECK(
        saved(page({}, latin), "text/html; charset=iso-8859-2").text->body.find("caf\u00e9") !=
        std::string::npos
    );
    std::string wide = "\xff\xfe";
    for (char c : page()) wide += {c, '\0'};
    CHECK(saved(wide).text->body == saved(page()).text->body);
}

TEST_CASE("a page without text and one that opts out are no records, and say why", "[saved]") {
    CHECK(refused("<!doctype html><title>App</title><div id=app></div>").code == "page.empty");
    auto opted = page("<meta name=robots content=noai>");
    auto no = refused(opted);
    CHECK(no.code == "page.consent");
    CHECK(no.reason.find("noai") != std::string::npos);
    auto kept = read_saved_page({.honour_consent = false}, opted, "text/html");
    REQUIRE(std::holds_alternative<schema::Draft>(kept));
    CHECK(std::get<schema::Draft>(kept).origin.consent.find("\"deny\"") != std::string::npos);
}
