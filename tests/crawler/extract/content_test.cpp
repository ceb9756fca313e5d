#include "crawler/extract/content/content.hpp"

#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "crawler/extract/content/posts.hpp"
#include "crawler/extract/content/told.hpp"
#include "crawler/extract/content/trees.hpp"
#include "formats/html/html.hpp"

using namespace crawler;
using namespace formats;

namespace {

Content content_of(const std::string& html, const std::string& url = "http://a.example/") {
    auto document = Document::parse(html);
    return read_content(document, read_facts(document, *parse_url(url)));
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

const std::string furniture_above =
    "<header><nav class=menu><ul><li><a href=/a>Home</a></li><li><a href=/b>Departments</a></li>"
    "<li><a href=/c>Your account</a></li></ul></nav></header>";
const std::string furniture_below =
    "<footer class=footer><div><a href=/p>Privacy Policy</a> <a href=/t>Terms of use</a></div>"
    "<p>Copyright 2025 Harbour Goods. All rights reserved.</p></footer>";

std::string thread(int posts) {
    std::string html;
    for (int i = 0; i < posts; ++i) {
        auto number = std::to_string(i);
        html += "<div class='post message' id=post-" + number +
                "><div class=post-author><a href=/u>sailor" + number +
                "</a></div><time datetime=2024-05-0" + std::to_string(i % 9 + 1) +
                ">May 2024</time><div class='post-body message-content'><p>Reply " + number +
                ": I have sailed this boat for some years, and the rudder never once gave me any "
                "trouble, even in heavy weather.</p></div><div class=post-controls><a "
                "href=#>Like</a> <a href=#>Quote</a> <a href=#>Report</a></div></div>";
    }
    return html;
}

}  // namespace

TEST_CASE("a thread gives all its posts", "[crawler][content]") {
    auto content = content_of(
        "<title>Rudder trouble | Sailing forum</title>" + furniture_above +
            "<div class=breadcrumb><a href=/f>Forum</a></div><h1>Rudder trouble</h1>"
            "<div class=thread>" +
            thread(8) + "</div>" + furniture_below,
        "http://a.example/forum/threads/rudder-trouble.12"
    );
    CHECK(content.kind == PageKind::forum);
    CHECK(content.confidence > 0.5);
    for (int i = 0; i < 8; ++i) CHECK(has(content.text, "Reply " + std::to_string(i) + ":"));
    CHECK_FALSE(has(content.text, "Privacy Policy"));
    CHECK_FALSE(has(content.text, "Departments"));
}

TEST_CASE("posts say who wrote them and when", "[crawler][content]") {
    auto document = Document::parse("<div>" + thread(4) + "</div>");
    Content content{.kind = PageKind::forum, .part = {{document.body()}, {}}};
    content.part.struck.resize(document.size());
    auto posts = posts_of(document, content);
    REQUIRE(posts.size() == 4);
    CHECK(posts[2].author == "sailor2");
    CHECK(posts[2].published == "2024-05-03");
    CHECK(has(posts[2].text, "Reply 2:"));
    content.kind = PageKind::article;
    CHECK(posts_of(document, content).empty());
}

TEST_CASE("a product's description is taken from what machines are told", "[crawler][content]") {
    auto content = content_of(
        "<title>Brass lamp | Harbour Goods</title><meta property=og:type content=product>"
        "<script type=application/ld+json>{\"@type\":\"Product\",\"name\":\"Brass lamp\","
        "\"description\":\"A lamp of solid brass, made by hand after a pattern of the eighties; "
        "it hangs from any hook and burns for twelve hours.\",\"additionalProperty\":[{\"@type\":"
        "\"PropertyValue\",\"name\":\"Height\",\"value\":\"31 cm\"}],\"offers\":{\"@type\":"
        "\"Offer\",\"price\":\"89.00\"}}</script>" +
            furniture_above +
            "<main class=product><h1 class=product-title>Brass lamp</h1><span "
            "class=price>$89.00</span><button>Add to cart</button></main>" +
            furniture_below,
        "http://a.example/products/brass-lamp"
    );
    CHECK(content.kind == PageKind::product);
    CHECK(has(content.text, "solid brass"));
    CHECK(has(content.text, "Height: 31 cm"));
    CHECK_FALSE(has(content.text, "All rights reserved"));
    auto document = Document::parse("<p>x");
    CHECK(has(markdown_of(document, {.told = "<ul><li>Height: 31 cm</li></ul>"}), "- Height"));
}

TEST_CASE("text that only stands in noscript is text", "[crawler][content]") {
    std::string post =
        "<p>The harbour was closed in spring, and nobody in the town has been told why.</p>";
    auto content = content_of(
        "<div id=app></div><noscript><div class=post>" + post + post + post + post +
        "</div></noscript>"
    );
    CHECK(has(content.text, "closed in spring"));
    auto lazy = content_of(
        "<article>" + post + post + post + post + "<noscript><img src=x>Image words</noscript>" +
        "</article>"
    );
    CHECK_FALSE(has(lazy.text, "Image words"));
}

TEST_CASE(
    "short pieces of an article's text stay, other articles behind it go",
    "[crawler][content]"
) {
    std::string
        post = "<p>The harbour was closed in spring, and nobody in the town has been told why.</p>",
        more;
    for (auto title : {"Ferry late again", "Mayor of two towns", "Rain ends", "Old mill sold"})
        more += "<div class=story><a href=/x><h3>" + std::string(title) +
                "</h3></a><p>A word or two on it</p></div>";
    auto content = content_of(
        "<title>Harbour closed | Gazette</title><meta property=og:type content=article>" +
            furniture_above + "<article><h1>Harbour closed</h1>" + post + post + "<p>Step 2</p>" +
            post + post + "<p>No.</p>" + post + "</article><div>" + more + "</div>" +
            furniture_below,
        "http://a.example/news/2024/harbour-closed"
    );
    CHECK(content.kind == PageKind::article);
    for (std::string kept : {"closed in spring", "Step 2", "No."}) CHECK(has(content.text, kept));
    for (std::string other : {"Ferry late", "Old mill", "word or two"})
        CHECK_FALSE(has(content.text, other));
    // So few words that nothing but the rules can tell.
    CHECK(content_of("<p>abc</p><p>def</p><p>ghi</p>").text == "abc\ndef\nghi");
}

TEST_CASE("no page with text is empty", "[crawler][content]") {
    for (std::string html :
         {"<nav><a href=/>Home</a></nav>",
          "<button>Press</button>",
          "<div hidden>Hidden words</div>",
          "Words",
          "<meta name=description content='What it is about'><div id=app></div>"}) {
        INFO(html);
        CHECK_FALSE(content_of(html).text.empty());
    }
    CHECK(content_of("").text.empty());
    CHECK(content_of("<script>x</script>").text.empty());
}

TEST_CASE("posts and articles are read from what machines are told", "[crawler][content]") {
    auto told = read_told(boost::json::parse(R"([{"@type":"QAPage","mainEntity":{"@type":"Question",
        "text":"Why?","author":{"@type":"Person","name":"Ann"},"acceptedAnswer":{"@type":"Answer",
        "text":"<p>Because.</p>","author":"Bob","dateCreated":"2024-01-02"}}},
        {"@type":"Product","description":"One"},{"@type":"Product","description":"Two"}])")
                              .as_array());
    CHECK(told.posts == "<p>Ann</p><p>Why?</p><p>Bob</p><p>2024-01-02</p><p>Because.</p>");
    CHECK(told.product.empty());  // a list of products is no product
    CHECK(share_shown("Solid brass, 31 cm", "brass of 31 kinds") == 0.5);
}

TEST_CASE("trees are read from text and summed up", "[crawler][content]") {
    const std::vector<std::string> names{"a", "b", "c"};
    auto trees = Trees::parse(
        "# remark\nfeatures c a\nbase 0.5 -1\n0<2 =1 1<5 =2 =3\n=0.25\n1<0 =7 =8\n", names
    );
    REQUIRE(trees.outputs() == 2);
    const std::vector<float> low{0, 9, 2}, high{6, 9, 3};
    CHECK(trees.sum(low) == 0.5 + 1 + 7);
    CHECK(trees.sum(high) == 0.5 + 3 + 8);
    CHECK(trees.sum(high, 1) == -0.75);
    CHECK(trees.chances(low)[0] + trees.chances(low)[1] == Approx(1));
    const std::vector<std::vector<float>> rows{low, high, low};
    auto each = trees.chance_of_each(rows);
    REQUIRE(each.size() == 3);
    CHECK(each[1] == Approx(1 / (1 + std::exp(-trees.sum(high)))));
    CHECK((each[0] == each[2] && each[0] != each[1]));
    // What all rows answer alike is asked once; a row alone, and rows of every mix, are judged
    // alike.
    auto deep = Trees::parse(
        "features a b c\nbase 0.5\n0<2 1<5 =1 2<3 =2 =4 1<7 2<1 =8 =16 =32\n2<3 0<2 =3 =5 1<5 =7 "
        "=9\n",
        names
    );
    std::vector<std::vector<float>> mixed;
    for (int i = 0; i < 27; ++i)
        mixed.push_back({float(i % 3) * 2, float(i / 3 % 3) * 3 + 2, float(i / 9) * 2});
    for (std::size_t from = 0; from < mixed.size(); ++from)
        for (std::size_t count = 1; count <= mixed.size() - from; ++count) {
            auto part = std::span(mixed).subspan(from, count);
            auto chances = deep.chance_of_each(part);
            for (std::size_t i = 0; i < count; ++i)
                REQUIRE(chances[i] == 1 / (1 + std::exp(-deep.sum(part[i]))));
        }
    CHECK(deep.chance_of_each({}).empty());
    CHECK_THROWS(Trees::parse("features d\nbase 0\n0<1 =1 =2\n", names));
    CHECK_THROWS(Trees::parse("features a\nbase 0\n0<1 =1\n", names));
    CHECK_THROWS(Trees::parse("features a\nbase 0\n0<x =1 =2\n", names));
}
