#include "crawler/extract/article/article_meta.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "crawler/extract/article/article_marks.hpp"
#include "crawler/extract/article/class_words.hpp"
#include "formats/html/html.hpp"
#include "formats/text/charset.hpp"
#include "formats/text/word_finder.hpp"

using namespace crawler;
using namespace formats;

namespace {

const std::string sentence =
    "The council met on Tuesday, in the old hall, to hear what the people of the town had to say "
    "about the bridge, its cost, and the years that it would take to build. ";

std::string paragraphs(int count) {
    std::string html;
    for (int i = 0; i < count; ++i)
        html += "<p>" + sentence + "It was the " + std::to_string(i) + "th meeting.</p>";
    return html;
}

std::string article_of(const std::string& html) {
    auto document = Document::parse(html);
    return text_of(document, find_main_part(document));
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("the article is found among the furniture of a page", "[crawler][article]") {
    auto text = article_of(
        "<title>Bridge vote | The Gazette</title><nav><a href=/>Home</a></nav><div class=sidebar>" +
        paragraphs(2) +
        "</div><div id=x><h1>Bridge vote</h1><div class=byline>By Ann Other, 3 May</div>" +
        paragraphs(5) +
        "<ul><li>First item of a list in the text</li></ul><h3>Related</h3><p>Other bridge news "
        "here</p></div>"
        "<footer>Imprint</footer>"
    );
    CHECK(has(text, "It was the 4th meeting."));
    CHECK(has(text, "First item"));
    for (std::string extra :
         {"Home", "Imprint", "Ann Other", "Bridge vote", "Related", "Other bridge news"})
        CHECK_FALSE(has(text, extra));
    CHECK(text.find("0th meeting") == text.rfind("0th meeting"));  // not the sidebar's copy
}

TEST_CASE("an element named after the article beats longer prose elsewhere", "[crawler][article]") {
    auto text = article_of(
        "<body><div class='entry-content'>" + paragraphs(4) + "</div><div class=x><p>Reader one: " +
        sentence + sentence + "</p><p>Reader two: " + sentence + sentence + "</p></div></body>"
    );
    CHECK(has(text, "3th meeting"));
    CHECK_FALSE(has(text, "Reader one"));
}

TEST_CASE("the parts of a divided article are put together", "[crawler][article]") {
    auto text = article_of(
        "<main><section><div class='story-body part-1'>" + paragraphs(2) +
        "</div></section><div class=ad>Buy this</div>"
        "<section><div class='story-body part-2'><p>Second part. " +
        sentence + "</p></div></section></main>"
    );
    CHECK(has(text, "1th meeting"));
    CHECK(has(text, "Second part."));
    CHECK_FALSE(has(text, "Buy this"));
}

TEST_CASE("a page without running text gives what it shows", "[crawler][article]") {
    CHECK(
        article_of("<body><script>x</script><div>Short <b>note</b></div></body>") == "Short note"
    );
    CHECK(article_of("").empty());
}

TEST_CASE("what holds the page's text is kept whatever it is called", "[crawler][article]") {
    for (std::string box :
         {"<div class='sidebar'>",
          "<aside>",
          "<form>",
          "<div hidden id='S:1'>",
          "<div style='display: none'>",
          "<header role=banner>",
          "<div class='ad-container'>"}) {
        INFO(box);
        auto text = article_of(
            "<nav><a href=/>Home</a></nav>" + box + "<div>" + paragraphs(5) +
            "</div></div></form></aside></header><div class=promo>Buy this</div>"
        );
        CHECK(has(text, "0th meeting"));
        CHECK(has(text, "4th meeting"));
        CHECK_FALSE(has(text, "Buy this"));
    }
}

TEST_CASE("a long gallery or list of other pages is not the article", "[crawler][article]") {
    auto text = article_of(
        "<article><div class='article-body'>" + paragraphs(4) +
        "</div></article><div class=related>" + "<p>Elsewhere: " + sentence + "</p>" +
        paragraphs(12) + "</div>"
    );
    CHECK(has(text, "3th meeting"));
    CHECK_FALSE(has(text, "Elsewhere"));
}

TEST_CASE("comments are not the article, however long", "[crawler][article]") {
    auto text = article_of(
        "<div class=text>" + paragraphs(3) + "</div><div id=comments>" + "<p>Reader: " + sentence +
        sentence + sentence + "</p><p>Other reader: " + sentence + sentence + sentence +
        "</p></div>"
    );
    CHECK(has(text, "2th meeting"));
    CHECK_FALSE(has(text, "eader:"));
}

TEST_CASE("the boxes of page builders are no widgets", "[crawler][article]") {
    std::string html;
    for (int i = 0; i < 6; ++i)
        html += "<section><div><div class='elementor-widget elementor-widget-text'><div><p>Part " +
                std::to_string(i) + ". " + sentence +
                "</p></div></div><div class='elementor-widget'><h2>Head " + std::to_string(i) +
                "</h2></div></div></section>";
    auto text = article_of("<div class='md:hidden [&>p]:footer'>" + html + "</div>");
    for (int i = 0; i < 6; ++i) CHECK(has(text, "Part " + std::to_string(i)));
    CHECK(has(text, "Head 4"));
}

TEST_CASE("a lead belongs to the article, headline and captions do not", "[crawler][article]") {
    auto text = article_of(
        "<article><header><h1>Bridge vote</h1><p class=deck>It was close</p><p class=x>The lead. " +
        sentence +
        "</p></header><div class='article-body'><figure><img src=a><figcaption>The "
        "bridge in May, as a caption has it</figcaption></figure>" +
        paragraphs(4) + "</div></article>"
    );
    CHECK(text.starts_with("The lead."));
    CHECK(has(text, "3th meeting"));
    for (std::string extra : {"Bridge vote", "It was close", "as a caption"})
        CHECK_FALSE(has(text, extra));
}

TEST_CASE("notes about the page go, what speaks of the matter stays", "[crawler][article]") {
    auto text = article_of(
        "<div class='article-body'>" + paragraphs(2) +
        "<p>Advertisement</p><p>Read also: <a href=/x>What bridges cost elsewhere</a></p>"
        "<p>Photo: A. Name / Agency</p><p>We may earn a commission if you buy a bridge here.</p>"
        "<div><img src=a><h3><a href=/y>Another story about a bridge</a></h3><p>Few words</p></div>"
        "<ul><li><a href=/1>The first plan</a></li><li><a href=/2>The second plan</a></li></ul>"
        "<p>Read also what the mayor wrote in his book of that year, said one member. " +
        sentence + "</p>" + paragraphs(1) + "</div>"
    );
    for (std::string extra :
         {"Advertisement", "elsewhere", "Agency", "commission", "Another story", "Few words"})
        CHECK_FALSE(has(text, extra));
    CHECK(has(text, "The second plan"));  // a list of links between paragraphs is content
    CHECK(has(text, "what the mayor wrote"));
}

TEST_CASE("lines about the article at its ends go, those amid it stay", "[crawler][article]") {
    auto text = article_of(
        "<div class='article-body'><p>By Ann Other</p><p>Updated 3 May 2024</p>" + paragraphs(2) +
        "<p>Updated 4 May 2024</p>" + paragraphs(2) +
        "<p><a href=/1>The bridge that nobody wanted</a></p><h3>More of the same</h3>"
        "<p>Ann Other is a reporter who covers the council.</p><p>First published on 2 May</p>"
        "<p>Tags: bridge, council</p><p>Copyright 2024 The Gazette</p></div>"
    );
    for (std::string extra :
         {"Ann Other", "3 May", "nobody wanted", "same", "covers", "2 May", "Tags", "Gazette"}) {
        INFO(extra);
        CHECK_FALSE(has(text, extra));
    }
    CHECK(has(text, "4 May"));
    auto list = article_of("<div><p>Updated 3 May 2024</p><p>Tags: bridge, council</p></div>");
    CHECK(has(list, "Tags"));  // there is nothing else
}

TEST_CASE(
    "a page that is nothing but its text is the article from its body on",
    "[crawler][article]"
) {
    auto document = Document::parse("<p>" + sentence + sentence + sentence + sentence);
    CHECK(find_main_part(document).nodes == std::vector<NodeId>{document.body()});
}

TEST_CASE(
    "text that only machines are told is taken where the page has none",
    "[crawler][article]"
) {
    auto url = *parse_url("http://a.example/");
    auto read = [&](const std::string& html) {
        auto document = Document::parse(html);
        return read_article(document, read_facts(document, url)).content.text;
    };
    std::string told =
        "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"articleBody\":"
        "\"<p>Told. " +
        sentence + sentence + sentence + "</p><p>End</p>\"}</script>";
    auto text = read(told + "<div id=app>Loading the page</div>");
    CHECK(text.starts_with("Told."));
    CHECK(text.ends_with("\nEnd"));
    CHECK(read(told + "<article>" + paragraphs(4) + "</article>").starts_with("The council"));
}

TEST_CASE("words are found in names at their marks", "[crawler][article]") {
    CHECK(judge_class("page-related", "").unlikely);
    CHECK(judge_class("PAGER", "").unlikely);
    CHECK_FALSE(judge_class("apageroot", "").unlikely);  // no pager
    CHECK_FALSE(judge_class("lg:sidebar text", "").unlikely);
    CHECK(judge_class("jp_relatedposts", "").foreign);
    CHECK(judge_class("", "comments").comments);
    CHECK(judge_class("widget", "").weak);
    CHECK_FALSE(judge_class("widget sidebar", "").weak);

    const WordFinder::Entry words[] = {
        {"he", 1}, {"she", 2}, {"hers", 4}, {"-his-", 8}, {"-us", 16}};
    WordFinder finder(words);
    CHECK(finder.find("ushers") == (1 | 2 | 4 | 16));
    CHECK(finder.find("THIS") == 0);
    CHECK(finder.find("his") == 8);
    CHECK(finder.find("a_his") == 8);
    CHECK(finder.find("") == 0);
}

TEST_CASE("names and phrases are whole words", "[crawler][article]") {
    CHECK(is_body_name("wide article__body"));
    CHECK(is_body_name("Entry-Content"));
    CHECK_FALSE(is_body_name("entry-contents-list"));
    CHECK(is_byline_name("post-meta"));
    CHECK(ends_article("Related stories"));
    CHECK(ends_article("COMMENTS (12)"));
    CHECK_FALSE(ends_article("Relatedness of species"));
    CHECK_FALSE(ends_article("Recommended courses"));
    CHECK(is_label("- anzeige -"));
    CHECK_FALSE(is_label("advertisements of 1920"));
    CHECK_FALSE(
        ends_article("Recommended doses were doubled when the trial went on for a second year")
    );
}

TEST_CASE("pages in UTF-8 are read as such whatever their label says", "[crawler][charset]") {
    std::string umlauts =
        "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9\xc3\xa8\xc3\xa0\xc3\xb1 is what it says";
    CHECK(
        decode_page("<meta charset=windows-1252>" + umlauts, "") ==
        "<meta charset=windows-1252>" + umlauts
    );
    CHECK(decode_page(umlauts, "text/html; charset=gbk") == umlauts);
    CHECK(
        decode_page("<meta charset=windows-1252>\xe4\xf6", "") ==
        "<meta charset=windows-1252>\xc3\xa4\xc3\xb6"
    );
    CHECK(
        decode_page("<meta charset=windows-1252>\xc3\xa4", "") ==
        "<meta charset=windows-1252>\xc3\x83\xc2\xa4"
    );
}
