#include "ingest/sources/feed/feed_source.hpp"

#include <map>

#include <catch2/catch.hpp>

#include "formats/feed/feed.hpp"
#include "ingest/sources/files/reader.hpp"
#include "tests/ingest/files.hpp"

namespace {

using ingest::api::Request;
using ingest::api::Response;

const std::string rss =
    "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
    "xmlns:c=\"http://purl.org/rss/1.0/modules/content/\" "
    "xmlns:media=\"http://search.yahoo.com/mrss/\"><channel><title>T</title>"
    "<item><media:title>no</media:title><title>One &amp; two</title><link>/1</link><guid "
    "isPermaLink=\"false\">g1</guid>"
    "<dc:creator>Ann</dc:creator><pubDate>Tue, 10 Jun 2003 04:00:00 "
    "GMT</pubDate><category>x</category><category>y</category>"
    "<description>short</description><c:encoded><![CDATA[<p>long</p>]]></c:encoded>"
    "<enclosure url=\"http://a.example/a.mp3\" type=\"audio/mpeg\" length=\"12\"/></item>"
    "<item><title>Two</title><link>http://a.example/2</link></item></channel></rss>";

std::string rdf() {
    return "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
           "xmlns=\"http://purl.org/rss/1.0/\">"
           "<channel/><item "
           "rdf:about=\"urn:1\"><title>a</title><link>http://a.example/</link></item></rdf:RDF>";
}

struct Server {
    std::map<std::string, std::string> bodies;
    std::vector<Request> requests;
    std::map<std::string, Response> instead;

    ingest::api::World world() {
        ingest::api::World world;
        world.send = [this](const Request& request) {
            requests.push_back(request);
            if (auto other = instead.find(request.url); other != instead.end())
                return other->second;
            auto tag = "\"" + std::to_string(std::hash<std::string>()(bodies[request.url])) + "\"";
            if (ingest::api::header(request.headers, "If-None-Match") == tag)
                return Response{304, {}, {}, {}};
            return Response{
                200,
                {{"etag", tag}, {"last-modified", "Tue, 10 Jun 2003 04:00:00 GMT"}},
                bodies[request.url],
                {}};
        };
        world.clock.now = [] { return ingest::api::Time(std::chrono::seconds(1'800'000'000)); };
        return world;
    }
};

struct Read {
    std::vector<std::string> keys;
    std::vector<std::string> cursors;
    std::vector<std::size_t> before;
    std::vector<schema::Reject> rejects;
    std::string bookmark;
    std::optional<ingest::Parked> parked;
};

Read read(
    Server& server,
    const std::vector<std::string>& urls,
    const std::string& cursor = {},
    const std::string& bookmark = {}
) {
    Read all;
    auto connector = ingest::open_feeds(urls, {}, server.world(), cursor, bookmark);
    ingest::Page page;
    for (bool more = true; more;) {
        page.clear();
        more = connector->next(page, 1, 1 << 20);
        for (const auto& record : page.records) all.keys.emplace_back(record.key);
        all.rejects.insert(all.rejects.end(), page.rejects.begin(), page.rejects.end());
        all.cursors.push_back(page.cursor);
        all.before.push_back(all.keys.size());
    }
    all.bookmark = connector->bookmark();
    all.parked = connector->parked();
    return all;
}

}  // namespace

TEST_CASE("entries of all feeds have the same fields", "[ingest][feed]") {
    test::DataFolder folder;
    auto of = [&](const std::string& text) { return test::read_all({folder.write("feed", text)}); };
    auto two = of(rss);
    REQUIRE(two.records.size() == 2);
    CHECK(
        two.records[0].fields ==
        "id=g1|title=One & two|link=/1|author=Ann|published=2003-06-10T04:00:00Z|"
        "summary=short|content=<p>long</p>|"
        "categories=[\"x\",\"y\"]|enclosures=[{\"url\":\"http://a.example/a.mp3\",\"type\":\"audio/"
        "mpeg\",\"length\":\"12\"}]|media:title=no"
    );
    CHECK(of(rdf()).records.at(0).fields == "id=urn:1|title=a|link=http://a.example/");
    auto atom = of(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>T</title><entry><id>urn:1</id><title "
        "type=\"html\">a &lt;b></title>"
        "<link rel=\"self\" href=\"s\"/><link "
        "href=\"http://a.example/1\"/><updated>2020-01-01T00:00:00Z</updated>"
        "<author><name>Ann</name></author><content type=\"xhtml\"><div "
        "xmlns=\"http://www.w3.org/1999/xhtml\"><b>x</b></div></content></entry></feed>"
    );
    CHECK(
        atom.records.at(0).fields ==
        "id=urn:1|title=a "
        "<b>|link=http://a.example/"
        "1|author=Ann|published=2020-01-01T00:00:00Z|updated=2020-01-01T00:00:00Z|"
        "content=<b>x</b>"
    );
    auto json = of(
        R"({"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1","url":"http://a.example/1","content_text":"x","tags":["t"],"authors":[{"name":"Ann"}]}]})"
    );
    CHECK(
        json.records.at(0).fields ==
        "id=1|link=http://a.example/1|author=Ann|content=x|categories=[\"t\"]"
    );
}

TEST_CASE("a crawl and an ingest read the same of a feed", "[ingest][feed]") {
    test::DataFolder folder;
    const std::string text =
        "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
        "xmlns:media=\"http://search.yahoo.com/mrss/\"><channel><item>"
        "<media:title>other</media:title><title>T</title><guid>http://a.example/1</guid>"
        "<description>a <b>bold</b> one</description><dc:creator>Ann</dc:creator>"
        "<dc:subject>s</dc:subject><dc:date>2020-01-01</dc:date></item></channel></rss>";
    auto read = test::read_all({folder.write("feed", text)});
    REQUIRE(read.records.size() == 1);
    CHECK(
        read.records[0].fields ==
        "id=http://a.example/1|title=T|link=http://a.example/1|author=Ann|published=2020-01-01|"
        "summary=a <b>bold</b> one|content=a <b>bold</b> one|categories=[\"s\"]|"
        "media:title=other"
    );
    auto feed = formats::parse_feed(text, *formats::parse_url("http://a.example/feed"));
    REQUIRE(feed);
    const auto& entry = feed->entries.at(0);
    CHECK(entry.title + entry.link + entry.author == "Thttp://a.example/1Ann");
    CHECK(entry.summary == "a <b>bold</b> one");
    CHECK(entry.categories == std::vector<std::string>{"s"});
}

TEST_CASE("a feed that has not changed is not read again", "[ingest][feed]") {
    Server server;
    server.bodies = {{"http://a.example/feed", rss}, {"http://b.example/feed", rdf()}};
    const std::vector<std::string> urls{"http://a.example/feed", "http://b.example/feed"};
    auto first = read(server, urls);
    CHECK(first.keys == std::vector<std::string>{"g1", "http://a.example/2", "urn:1"});
    auto second = read(server, urls, {}, first.bookmark);
    CHECK(second.keys.empty());
    CHECK(second.rejects.empty());
    CHECK(second.bookmark == first.bookmark);
    CHECK(server.requests.size() == 4);
    CHECK(
        ingest::api::header(server.requests.back().headers, "If-Modified-Since") ==
        "Tue, 10 Jun 2003 04:00:00 GMT"
    );
    server.bodies["http://b.example/feed"] += "\n";
    CHECK(read(server, urls, {}, first.bookmark).keys == std::vector<std::string>{"urn:1"});
}

TEST_CASE("each cursor of feeds leads to the entries that follow", "[ingest][feed]") {
    Server server;
    server.bodies = {{"http://a.example/feed", rss}, {"http://b.example/feed", rdf()}};
    const std::vector<std::string> urls{"http://a.example/feed", "http://b.example/feed"};
    auto all = read(server, urls);
    for (std::size_t i = 0; i < all.cursors.size(); ++i) {
        CAPTURE(all.cursors[i]);
        CHECK(read(server, urls, all.cursors[i]).keys.size() == all.keys.size() - all.before[i]);
    }
}

TEST_CASE("a feed that cannot be had does not keep back the others", "[ingest][feed]") {
    Server server;
    server.bodies = {{"http://a.example/feed", "just text"}, {"http://c.example/feed", rdf()}};
    server.instead["http://b.example/feed"] = {404, {}, {}, {}};
    auto all =
        read(server, {"http://a.example/feed", "http://b.example/feed", "http://c.example/feed"});
    CHECK(all.keys.size() == 1);
    REQUIRE(all.rejects.size() == 2);
    CHECK(all.rejects[0].code == "feed.unknown");
    CHECK(all.rejects[0].raw == "just text");
    CHECK(all.rejects[1].code == "feed.unavailable");
    CHECK(all.rejects[1].reason.find("404") != std::string::npos);
    server.instead["http://b.example/feed"] = {429, {{"Retry-After", "120"}}, {}, {}};
    auto parked = read(server, {"http://c.example/feed", "http://b.example/feed"});
    CHECK(parked.keys.size() == 1);
    REQUIRE(parked.parked);
    CHECK(parked.parked->due == ingest::api::Time(std::chrono::seconds(1'800'000'120)));
}
