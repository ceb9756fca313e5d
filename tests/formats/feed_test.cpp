#include "formats/feed/feed.hpp"

#include <catch2/catch.hpp>

#include "formats/sitemap/sitemap.hpp"

using namespace formats;

TEST_CASE("sitemaps and feeds are read, and hostile ones do no harm", "[crawler][sitemap][feed]") {
    auto url = *parse_url("http://h/sitemap.xml");
    auto map = parse_sitemap(
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc> "
        "http://h/a?x=1&amp;y "
        "</loc><lastmod>2024-01-02</lastmod><priority>0.8</priority></url></urlset>",
        url
    );
    REQUIRE(map.urls.size() == 1);
    CHECK(map.urls[0].loc == "http://h/a?x=1&y");
    CHECK(map.urls[0].priority == 0.8);
    CHECK(parse_sitemap("http://h/1\r\nhttp://h/2\n", url).urls.size() == 2);
    CHECK(
        parse_sitemap("<sitemapindex><sitemap><loc>/s1.xml</loc></sitemap></sitemapindex>", url)
            .sitemaps == std::vector<std::string>{"http://h/s1.xml"}
    );
    auto hostile = parse_sitemap(
        "<!DOCTYPE u [<!ENTITY x SYSTEM "
        "'file:///etc/passwd'>]><urlset><url><loc>http://h/&x;</loc></url></urlset>",
        url
    );
    for (const auto& entry : hostile.urls) CHECK(entry.loc.find("root") == std::string::npos);
    auto rss = parse_feed(
        "<rss "
        "version='2.0'><channel><title>T</title><item><title>I</title><link>/i</link><pubDate>Tue, "
        "10 Jun 2003 04:00:00 +0200</pubDate></item></channel></rss>",
        url
    );
    REQUIRE(rss);
    CHECK(rss->entries.at(0).link == "http://h/i");
    CHECK(rss->entries.at(0).published == "2003-06-10T02:00:00Z");
    auto atom = parse_feed(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title><entry><id>1</id><link "
        "href='/e'/><updated>2024-01-01T00:00:00Z</updated></entry></feed>",
        url
    );
    REQUIRE(atom);
    CHECK(atom->entries.at(0).link == "http://h/e");
    CHECK_FALSE(parse_feed("<html></html>", url));
}

TEST_CASE("a JSON feed may count its entries", "[crawler][feed]") {
    auto feed = parse_feed(
        R"({"version":"https://jsonfeed.org/version/1.1","items":[{"id":7},{"id":"a"}]})",
        *parse_url("http://a.example/")
    );
    REQUIRE(feed);
    REQUIRE(feed->entries.size() == 2);
    CHECK(feed->entries[0].id == "7");
    CHECK(feed->entries[1].id == "a");
}
