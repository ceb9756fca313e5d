#include <string>

#include <catch2/catch.hpp>

#include "crawler/extract/article/article_date.hpp"
#include "crawler/extract/article/article_meta.hpp"
#include "crawler/extract/article/article_shown.hpp"
#include "formats/html/html.hpp"

using namespace crawler;
using namespace formats;

namespace {

Article read(const std::string& html, const std::string& url = "http://a.example/") {
    auto document = Document::parse(html);
    return read_article(document, read_facts(document, *parse_url(url)));
}

}  // namespace

TEST_CASE("dates are read as people write them", "[crawler][article]") {
    const std::pair<const char*, const char*> cases[] = {
        {"Published December 17, 2025 at 6:01 am", "2025-12-17"},
        {"Dec. 3, 2025", "2025-12-03"},
        {"on the 3rd of May 2021", "2021-05-03"},
        {"17. Dezember 2025, 12:30 Uhr", "2025-12-17"},
        {"17 d\xc3\xa9"
         "cembre 2025",
         "2025-12-17"},
        {"3 de mayo de 2025", "2025-05-03"},
        {"17 giugno 2020", "2020-06-17"},
        {"2025-12-17T10:00:00Z", "2025-12-17"},
        {"17.12.2025", "2025-12-17"},
        {"25/12/2025", "2025-12-25"},
        {"12/25/2025", "2025-12-25"},
        {"/news/2025/09/04/some-page", "2025-09-04"},
        {"03/04/2025", ""},  // March or April?
        {"Chapter 3, 2025 words", ""},
        {"1.2.3", ""},
        {"2025-13-45", ""},
        {"", ""},
    };
    for (auto [text, date] : cases) {
        INFO(text);
        CHECK(find_date(text) == date);
    }
}

TEST_CASE("whether day or month comes first is told by the language", "[crawler][article]") {
    CHECK(find_date("03/04/2019", day_place_of("en-GB")) == "2019-04-03");
    CHECK(find_date("03/04/2019", day_place_of("en-US")) == "2019-03-04");
    CHECK(find_date("03/04/2019", day_place_of("fr")) == "2019-04-03");
    CHECK(find_date("03/04/2019", day_place_of("en")).empty());
    CHECK(find_date("04/04/2019", day_place_of("")) == "2019-04-04");
    CHECK(find_date("03/14/2019", day_place_of("de")) == "2019-03-14");
}

TEST_CASE("stamps that only fill their field are no dates", "[crawler][article]") {
    CHECK(machine_date("1546300800") == "2019-01-01");
    CHECK(machine_date("1546300800000") == "2019-01-01");
    CHECK(machine_date("20190102") == "2019-01-02");
    CHECK(machine_date(" 2019-01-02T03:04:05+01:00 ") == "2019-01-02T03:04:05+01:00");
    CHECK(machine_date("2019-05") == "2019-05");
    CHECK(machine_date("1895-03-04") == "1895-03-04");  // newspapers have archives
    for (auto stamp :
         {"0001-01-01T00:00:00Z",
          "1970-01-01",
          "1970-01-01T00:00:00Z",
          "9999-12-31",
          "9999-12-31T23:59:59Z",
          "0",
          "-62135596800",
          "12345",
          "99999999999999999999",
          "3 hours ago",
          "",
          "{{date}}"}) {
        INFO(stamp);
        CHECK(machine_date(stamp).empty());
    }
}

TEST_CASE("dates beside the article are not those of the article", "[crawler][article]") {
    std::string text =
        "<p>The old harbour was closed in spring, and nobody in the town has been "
        "told why, although the mayor had promised that it would stay open.</p>";
    auto dated = [&](const std::string& before, const std::string& inside, const std::string& after
                 ) {
        return read(
                   before + "<article><h1>Harbour closed</h1>" + inside + text + text + text +
                   "</article>" + after
        )
            .published;
    };
    CHECK(
        dated(
            "<aside><a href=/o>Other <time datetime=2026-01-01>1 Jan</time></a></aside>",
            "<p class=meta>Posted on March 5th, 2018 by Ann Lee</p>",
            ""
        ) == "2018-03-05"
    );
    for (std::string margin :
         {"<footer>Copyright 1999-2026 X. Last build 2026-02-03</footer>",
          "<div class=sidebar><time datetime=2026-02-03>then</time></div>",
          "<section id=comments><time datetime=2026-02-03>then</time></section>",
          "<div class='related-posts'><span>3 February 2026</span></div>",
          "<nav><time datetime=2026-02-03>today</time></nav>",
          "<header><div>Tuesday, 3 February 2026</div></header>"}) {
        INFO(margin);
        CHECK(dated("", "", margin).empty());
        CHECK(dated(margin, "", "").empty());
    }
    CHECK(
        dated(
            "",
            "<time class=updated datetime=2020-02-02></time>"
            "<time class='entry-date published' datetime=2020-01-01></time>",
            ""
        ) == "2020-01-01"
    );
    CHECK(
        read("<meta name=article:published_time content=0001-01-01T00:00:00Z>"
             "<meta name=citation_online_date content=2021/03/04>")
            .published == "2021-03-04"
    );
}

TEST_CASE("a byline is cut down to the name", "[crawler][article]") {
    const std::pair<const char*, const char*> cases[] = {
        {"By Ann Other", "Ann Other"},
        {"Written by: Ann Other | May 3, 2021", "Ann Other"},
        {"by Ann Other, May 3, 2021", "Ann Other"},
        {"Von Ann Other", "Ann Other"},
        {"Byron Other", "Byron Other"},
        {"Posted by:", ""},
        {"May 3, 2021", ""},
    };
    for (auto [text, name] : cases) {
        INFO(text);
        CHECK(name_in_byline(text) == name);
    }
}

TEST_CASE("title, byline and date are those of the article", "[crawler][article]") {
    auto told = read(
        "<title>Bridge vote: old hall full | The Gazette</title><script type=application/ld+json>"
        "{\"@graph\":[{\"@type\":\"NewsArticle\",\"headline\":\"Bridge vote &#8211; old hall "
        "full\","
        "\"datePublished\":\"Feb 08, 2022\",\"author\":{\"@id\":\"#p\"}},"
        "{\"@type\":\"Person\",\"@id\":\"#p\",\"name\":\"Ann Other\"}]}</script>"
        "<h1>The Gazette</h1><p class=author>Somebody Else</p>"
    );
    CHECK(told.title == "Bridge vote \xe2\x80\x93 old hall full");
    CHECK(told.byline == "Ann Other");
    CHECK(told.published == "2022-02-08");

    auto shown = read(
        "<title>Bridge vote in the old hall | The Gazette</title>"
        "<script type=application/ld+json>{\"@type\":\"Article\",\"author\":{\"@type\":"
        "\"Organization\",\"name\":\"The Gazette\"}}</script><p>News of May 5, 2025</p>"
        "<h1>The Gazette</h1><h1>Vote on the bridge in the old hall</h1>"
        "<div class=byline>By Ann Other on <span>May 3, 2021</span></div>"
        "<div class=comment-author>Reader</div>"
    );
    CHECK(shown.title == "Vote on the bridge in the old hall");
    CHECK(shown.byline == "Ann Other");
    CHECK(shown.published == "2021-05-03");

    CHECK(read("<p>Text</p>", "http://a.example/2020/01/31/x").published == "2020-01-31");
    CHECK(read("<time datetime='2020-01-31T10:00'>then</time>").published == "2020-01-31T10:00");
    auto nothing = read("<p>Text");
    CHECK(nothing.byline.empty());
    CHECK(nothing.published.empty());
}
