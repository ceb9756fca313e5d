#include "crawler/article.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "crawler/article_marks.hpp"
#include "crawler/charset.hpp"

using namespace crawler;

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

TEST_CASE("names and phrases are whole words", "[crawler][article]") {
    CHECK(is_body_name("wide article__body"));
    CHECK(is_body_name("Entry-Content"));
    CHECK_FALSE(is_body_name("entry-contents-list"));
    CHECK(is_byline_name("post-meta"));
    CHECK(ends_article("Related stories"));
    CHECK(ends_article("COMMENTS (12)"));
    CHECK_FALSE(ends_article("Relatedness of species"));
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
