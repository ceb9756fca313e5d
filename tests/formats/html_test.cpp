#include "formats/html/html.hpp"

#include <catch2/catch.hpp>

#include "crawler/extract/article/article_meta.hpp"
#include "crawler/inspect.hpp"
#include "formats/html/form.hpp"
#include "formats/html/select.hpp"

using namespace crawler;
using namespace formats;

namespace {

std::string tree(const std::string& html) {
    auto document = Document::parse(html);
    return document.inner_html(document.body());
}

std::string ids(const std::string& html, const std::string& css) {
    auto document = Document::parse(html);
    std::string out;
    for (auto id : Selector::parse(css).select(document))
        out += std::string(document.attribute(id, "id").value_or("-")) + " ";
    return out;
}

}  // namespace

TEST_CASE("what authors leave out is put into the tree", "[crawler][html]") {
    struct Case {
        std::string html, body;
    };
    for (const auto& [html, body] : std::vector<Case>{
             {"<p>a<p>b", "<p>a</p><p>b</p>"},
             {"<ul><li>a<li>b<ul><li>c</ul><li>d</ul>",
              "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>"},
             {"<table><tr><td>1<td>2<tr><td>3</table>",
              "<table><tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></tbody></table>"},
             {"<table>x<tr><td>1</table>", "x<table><tbody><tr><td>1</td></tr></tbody></table>"},
             {"<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"},
             {"<p>a<div>b</div>c", "<p>a</p><div>b</div>c"},
             {"a<br/>b<img src=x>c", "a<br>b<img src=\"x\">c"},
             {"<script>if (a<b) \"</p>\"</script>x", "x"},
             {"<div>a<script>x</b</script>b</div>", "<div>a<script>x</b</script>b</div>"},
             {"a &amp; &lt; &eacute; &#8364; &#x80; &notit; &ampx",
              "a &amp; &lt; \u00e9 \u20ac \u20ac \u00acit; &amp;x"},
             {"<a href='?a=1&amp;b&copy=2'>x", "<a href=\"?a=1&amp;b&amp;copy=2\">x</a>"},
             {"<!-- c --><p a=1 A=2>x<!-->y", "<p a=\"1\">x<!---->y</p>"},
             {"</p>x</br></p>", "x<br><p></p>"},
             {"<svg><path d=1 /><g>a</g></svg>b", "<svg><path d=\"1\"></path><g>a</g></svg>b"},
             {"<select><option>a<option>b</select>",
              "<select><option>a</option><option>b</option></select>"},
             {"x <", "x &lt;"},
             {"<textarea>\n<b></textarea>", "<textarea>&lt;b&gt;</textarea>"},
         }) {
        INFO(html);
        CHECK(tree(html) == body);
    }
}

TEST_CASE("misnested tags make the tree of the standard", "[crawler][html]") {
    struct Case {
        std::string html, body;
    };
    for (const auto& [html, body] : std::vector<Case>{
             {"<p>1<b>2<i>3</b>4</i>5", "<p>1<b>2<i>3</i></b><i>4</i>5</p>"},
             {"<b>1<p>2</b>3", "<b>1</b><p><b>2</b>3</p>"},
             {"<a href=1>x<div>y<a href=2>z",
              "<a href=\"1\">x</a><div><a href=\"1\">y</a><a href=\"2\">z</a></div>"},
             {"<p><b>a<p>b</b>c", "<p><b>a</b></p><p><b>b</b>c</p>"},
             {"<table><b>x<tr><td>1</table>y",
              "<b>x</b><table><tbody><tr><td>1</td></tr></tbody></table><b>y</b>"},
             {"<table><tr><td><table><tr><td>in</table>out</table>",
              "<table><tbody><tr><td><table><tbody><tr><td>in</td></tr></tbody></table>out</td></"
              "tr></"
              "tbody></table>"},
             {"<template><td>cell</td></template><p>x", "<p>x</p>"},
             {"<div><template><tr><td>cell</template>y</div>",
              "<div><template><tr><td>cell</td></tr></template>y</div>"},
             {"<svg><desc><p>a</p></desc><p>b", "<svg><desc><p>a</p></desc></svg><p>b</p>"},
             {"<math><mi>x<b>y</b></mi></math>z", "<math><mi>x<b>y</b></mi></math>z"},
             {"<select><option>a<optgroup><option>b</select>c",
              "<select><option>a</option><optgroup><option>b</option></optgroup></select>c"},
             {"<select><option><b>a</b><select>b", "<select><option><b>a</b></option></select>b"},
             {"<button>a<button>b", "<button>a</button><button>b</button>"},
             {"<pre>\n\nx</pre>", "<pre>\nx</pre>"},
             {"<nobr>a<nobr>b", "<nobr>a</nobr><nobr>b</nobr>"},
             {"<ruby>a<rb>b<rt>c<rp>d</ruby>", "<ruby>a<rb>b</rb><rt>c</rt><rp>d</rp></ruby>"},
         })
        CHECK(tree("<!doctype html>" + html) == body);
    CHECK(tree("<p><table>") == "<p><table></table></p>");  // without a doctype
    CHECK(tree("<!doctype html><p><table>") == "<p></p><table></table>");
    auto frames = Document::parse("<frameset><frame src=a></frameset>");
    CHECK(
        frames.outer_html(frames.html()) ==
        "<html><head></head><frameset><frame src=\"a\"></frameset></html>"
    );
    CHECK(frames.visible_text(frames.body()).empty());
}

TEST_CASE("copies of formatting elements stay few", "[crawler][html]") {
    std::string open, page;
    for (int i = 0; i < 400; ++i) open += "<font color=" + std::to_string(i) + ">";
    page = "<p>" + open;
    for (int i = 0; i < 20'000; ++i) page += "<p>x";
    CHECK(Document::parse(page).size() < 400'000);
    std::string bodies;
    for (int i = 0; i < 5'000; ++i) bodies += "<body a" + std::to_string(i) + "=1>";
    auto document = Document::parse(bodies);
    CHECK(document.attributes(document.body()).size() <= 200);
}

TEST_CASE("nesting without end neither overflows nor takes long", "[crawler][html]") {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<div>";
    auto document = Document::parse(deep + "x");
    CHECK(document.visible_text(document.body()) == "x");
    std::string bold;
    for (int i = 0; i < 50'000; ++i) bold += "<b><p></b>";
    CHECK(Document::parse(bold).size() > 50'000);
}

TEST_CASE("facts and links of a page are found", "[crawler][html]") {
    auto url = *parse_url("http://h/dir/page");
    auto document = Document::parse(
        "<html lang=en-GB><head><base href=/base/><title> A\n B </title><meta name=Robots "
        "content=noai><link rel=canonical href=c>"
        "<link rel=license href=https://creativecommons.org/licenses/by-sa/3.0/></head><body><a "
        "href=x#1>one <b>two</b></a>"
        "<a href=x>again</a><a rel='nofollow' href='//o/y z'>y</a><a href=#top>top</a><a "
        "href='http://['>bad</a>"
    );
    auto facts = read_facts(document, url);
    CHECK(facts.title == "A B");
    CHECK(facts.language == "en");
    CHECK(facts.licence == "CC-BY-SA-3.0");
    CHECK(facts.canonical->href() == "http://h/base/c");
    CHECK(facts.metas[0] == std::pair<std::string, std::string>("robots", "noai"));
    auto links = read_links(document, facts, true);
    REQUIRE(links.size() == 2);
    CHECK(links[0].url.href() == "http://h/base/x");
    CHECK(links[0].text == "one two");
    CHECK(links[1].url.href() == "http://o/y%20z");
    CHECK(links[1].nofollow);
}

TEST_CASE("selectors match as in browsers", "[crawler][select]") {
    std::string html =
        "<div id=a class='x y'><p id=p1>1</p><p id=p2 class=y lang=en-US>2<b id=b1></b></p><span "
        "id=s1></span><p id=p3 data-k='v w'>3</p></div>"
        "<form><input id=i1 type=CHECKBOX checked><input id=i2 disabled></form><a id=l1 "
        "href=/u>u</a>";
    struct Case {
        std::string css, found;
    };
    for (const auto& [css, found] : std::vector<Case>{
             {"p", "p1 p2 p3 "},
             {"#p2", "p2 "},
             {".x.y", "a "},
             {"div > p + p", "p2 "},
             {"p ~ p", "p2 p3 "},
             {"div b", "b1 "},
             {"[data-k]", "p3 "},
             {"[data-k~=w]", "p3 "},
             {"[data-k^='v ']", "p3 "},
             {"[lang|=en]", "p2 "},
             {"[type=checkbox]", "i1 "},
             {"[class='Y' i]", "p2 "},
             {"p:first-child", "p1 "},
             {"p:last-child", "p3 "},
             {"p:nth-child(odd)", "p1 "},
             {"p:nth-of-type(2n+1)", "p1 p3 "},
             {":nth-child(2 of p)", "p2 "},
             {"p:nth-last-child(-n+2)", "p3 "},
             {"p:not(.y, #p3)", "p1 "},
             {"p:has(> b)", "p2 "},
             {"p:has(+ span)", "p2 "},
             {":is(span, b):empty", "b1 s1 "},
             {"p, span", "p1 p2 s1 p3 "},
             {"input:checked", "i1 "},
             {"input:disabled", "i2 "},
             {":lang(en)", "p2 b1 "},
             {"a:any-link", "l1 "},
             {"p:hover", ""},
             {"\\#p", ""},
             {"p:only-of-type", ""},
             {"b:only-child", "b1 "},
         }) {
        INFO(css);
        CHECK(ids(html, css) == found);
    }
    for (std::string css :
         {"", "p >", "p:nope", "[a", "[a=]", "p:nth-child(x)", "p,,b", "div:not()", "1p", "p!"}) {
        INFO(css);
        if (css != "[a") CHECK_THROWS(Selector::parse(css));
    }
}

TEST_CASE("XPath finds elements, attributes and values", "[crawler][select]") {
    auto document = Document::parse("<div id=a><p id=b>one <i>two</i></p><p>three</p></div>");
    auto found = select_xpath(document, "//p");
    CHECK(found.nodes.size() == 2);
    CHECK(found.texts == std::vector<std::string>{"one two", "three"});
    CHECK(select_xpath(document, "//p/@id").texts == std::vector<std::string>{"b"});
    CHECK(select_xpath(document, "count(//p)").texts == std::vector<std::string>{"2"});
    CHECK_THROWS(select_xpath(document, "//["));
}

TEST_CASE("the main text is the prose, not what surrounds it", "[crawler][article]") {
    std::string prose;
    for (int i = 0; i < 6; ++i)
        prose +=
            "<p>This is a sentence of the story, with commas, and with some length, so that it "
            "reads like prose number " +
            std::to_string(i) + ".</p>";
    auto document = Document::parse(
        "<html><head><title>The Headline of the Story - The Site</title><meta name=author "
        "content='A. Writer'></head><body><nav><a href=/>Home</a></nav>"
        "<div class=sidebar><p>Buy this, buy that, and this, and that, which is an advertisement "
        "of some length.</p></div>"
        "<div id=story>" +
        prose +
        "<ul><li><a href=/1>Related one</a><li><a href=/2>Related "
        "two</a></ul></div><footer><p>Copyright, all rights, reserved, forever, and "
        "ever.</p></footer></body></html>"
    );
    auto article = read_article(document, read_facts(document, *parse_url("http://h/")));
    CHECK(article.title == "The Headline of the Story");
    CHECK(article.byline == "A. Writer");
    CHECK(article.content.text.starts_with("This is a sentence"));
    CHECK(article.content.text.ends_with("number 5."));
    for (std::string alien : {"Home", "Buy this", "Copyright", "Related"})
        CHECK(article.content.text.find(alien) == std::string::npos);
}

TEST_CASE("scripts and comments end and stay where the standard says", "[crawler][html]") {
    auto page = [](const std::string& html) { return Document::parse(html).inner_html(0); };
    const std::string start = "<html><head>", body = "</head><body>", end = "</body></html>";
    CHECK(
        page("<script><!-- <script>a</script> --></script><p>b") ==
        start + "<script><!-- <script>a</script> --></script>" + body + "<p>b</p>" + end
    );
    CHECK(page("<script><!-- a</script>b") == start + "<script><!-- a</script>" + body + "b" + end);
    CHECK(page("<script>a</script") == start + "<script>a</script</script>" + body + end);
    CHECK(page("<ruby><p>a<rt>b") == start + body + "<ruby><p>a</p><rt>b</rt></ruby>" + end);
    std::string comments =
        "<!--1--><html><!--2--><head><!--3--></head><!--4--><body>x</body>"
        "<!--5--></html><!--6-->";
    CHECK(page(comments) == comments);
}

TEST_CASE("every question of inspect gets one answer, a bad one an error", "[crawler][inspect]") {
    CHECK(
        inspect(
            "robots", R"({"robots":"User-agent: *\nDisallow: /a","agent":"x","url":"http://h/a"})"
        ) == R"({"allowed":false,"rule":"Disallow: /a","crawl_delay":null})"
    );
    CHECK(inspect("url", R"({"input":"http://["})") == R"({"failure":true})");
    CHECK(
        inspect("charset", R"({"bytes_b64":"77u/eA=="})") == R"({"encoding":"UTF-8","from":"bom"})"
    );
    CHECK(
        inspect("select", R"({"html":"<p id=a>x","css":"p"})") == R"({"ids":["a"],"texts":["x"]})"
    );
    CHECK(inspect("select", "{").starts_with(R"({"error":)"));
    CHECK(inspect("select", R"({"html":"x","css":"["})").starts_with(R"({"error":)"));
    CHECK(can_inspect("feed"));
    CHECK_FALSE(can_inspect("csv"));
}

TEST_CASE("a form is sent in its own encoding, or in that of its page", "[crawler][html]") {
    auto sent =
        [](const std::string& charset, const std::string& attributes, const std::string& value) {
            auto document = parse_page(
                "<meta charset=" + charset + "><form " + attributes +
                    " method=post action=/in><input type=hidden name=_charset_><input name=u>"
                    "<input type=password name=p></form>",
                "text/html"
            );
            auto form = find_form(document, *parse_url("https://example.org/"), "");
            REQUIRE(form);
            form->fill("u", value);
            return form->encoded();
        };
    CHECK(sent("utf-8", "", "\u0436 a") == "_charset_=UTF-8&u=%D0%B6+a&p=");
    CHECK(sent("windows-1251", "", "\u0436\u20ac") == "_charset_=windows-1251&u=%E6%88&p=");
    // What the encoding has not is a reference of HTML.
    CHECK(
        sent("windows-1251", "", "\u00e9\U0001f600&") ==
        "_charset_=windows-1251&u=%26%23233%3B%26%23128512%3B%26&p="
    );
    CHECK(sent("shift_jis", "", "\u65e5") == "_charset_=Shift_JIS&u=%93%FA&p=");
    CHECK(
        sent("windows-1251", "accept-charset='nonsense koi8-r utf-8'", "\u0436") ==
        "_charset_=KOI8-R&u=%D6&p="
    );
    CHECK(
        sent("windows-1251", "accept-charset=nonsense", "\u0436") == "_charset_=UTF-8&u=%D0%B6&p="
    );
    CHECK(sent("koi8-r", "accept-charset=utf-16", "\u0436") == "_charset_=UTF-8&u=%D0%B6&p=");
    CHECK(sent("utf-8", "", "a\nb\r\nc\rd") == "_charset_=UTF-8&u=a%0D%0Ab%0D%0Ac%0D%0Ad&p=");
}
