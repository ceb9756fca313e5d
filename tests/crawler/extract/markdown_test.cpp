#include "crawler/extract/markdown/markdown.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace crawler;
using namespace formats;

namespace {

std::string markdown(const std::string& html, MarkdownOptions options = {}) {
    auto document = Document::parse(html);
    return markdown_of(document, {{document.body()}, NodeMarks(document.size())}, options);
}

}  // namespace

TEST_CASE("headings and paragraphs are blocks of their own", "[crawler][markdown]") {
    CHECK(
        markdown("<h1>A <em>b</em></h1>text<p>One</p><div>Two <div>Three</div></div><h3>C</h3>") ==
        "# A *b*\n\ntext\n\nOne\n\nTwo\n\nThree\n\n### C"
    );
    CHECK(markdown("<p>a<br>b<br></p>") == "a\\\nb");
    CHECK(markdown("<p>a</p><hr><p>b</p>") == "a\n\n---\n\nb");
    CHECK(markdown("").empty());
    CHECK(markdown("<h2></h2><p> </p><ul><li></li></ul><table></table><pre></pre>").empty());
}

TEST_CASE("lists keep their nesting, numbers and tightness", "[crawler][markdown]") {
    CHECK(
        markdown("<ul><li>a<ul><li>b<ol start=9><li>c<li>d</ol></ul><li>e</ul>") ==
        "- a\n  - b\n    9. c\n    10. d\n- e"
    );
    CHECK(markdown("<ol><li><p>a</p><p>b</p></li><li>c</li></ol>") == "1. a\n\n   b\n\n2. c");
    CHECK(markdown("<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul>") == "- a\n  - b\n- c");
    CHECK(markdown("<ul><li>a<pre>x\n  y</pre></li></ul>") == "- a\n\n  ```\n  x\n    y\n  ```");
    CHECK(markdown("<dl><dt>Term</dt><dd>Meaning</dd></dl>") == "Term\n: Meaning");
}

TEST_CASE("quotes hold blocks", "[crawler][markdown]") {
    CHECK(
        markdown("<blockquote><p>a</p><ul><li>b</li></ul><blockquote>c</blockquote></blockquote>"
        ) == "> a\n>\n> - b\n>\n> > c"
    );
}

TEST_CASE("code keeps its lines and names its language", "[crawler][markdown]") {
    CHECK(
        markdown(
            "<pre><code class='hljs language-C++'>int a;\n\n  <b>if</b> (a &lt; b)</code></pre>"
        ) == "```c++\nint a;\n\n  if (a < b)\n```"
    );
    CHECK(
        markdown("<div class='highlight-source-shell'><pre>ls `x` ```\n</pre></div>") ==
        "````shell\nls `x` ```\n````"
    );
    CHECK(markdown("<pre class='brush: java; toolbar: false'>x</pre>") == "```java\nx\n```");
    CHECK(markdown("<p>Use <code>a`b</code> or <kbd>x</kbd></p>") == "Use ``a`b`` or `x`");
    CHECK(
        markdown(
            "<table><tr><td class=gutter><pre>1\n2</pre></td><td><pre>a\nb</pre></td></tr></table>"
        ) == "```\na\nb\n```"
    );
}

TEST_CASE("tables of data are tables, those that lay out are not", "[crawler][markdown]") {
    CHECK(
        markdown("<table><caption>Sums</caption><thead><tr><th>a</th><th>b|c</th></tr></thead>"
                 "<tr><td>1</td><td><b>2</b><br>3</td></tr></table>"
        ) == "Sums\n\n| a | b\\|c |\n| --- | --- |\n| 1 | **2**<br>3 |"
    );
    CHECK(
        markdown("<table><tr><th colspan=2>a</th><th>b</th></tr><tr><td rowspan=2>1</td><td>2</td>"
                 "<td>3</td></tr><tr><td>4</td><td>5</td></tr></table>"
        ) == "| a |  | b |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n|  | 4 | 5 |"
    );
    CHECK(
        markdown("<table><tr><td><h2>a</h2><p>b</p></td><td>c</td></tr></table>") ==
        "## a\n\nb\n\nc"
    );
    CHECK(markdown("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>") == "a\n\nb");
    auto wide = markdown("<table><tr><td colspan=9000000000>a<td rowspan=-1>b</table>");
    CHECK(wide.size() < 5000);
}

TEST_CASE("links are absolute, and left out on wish", "[crawler][markdown]") {
    auto base = *parse_url("https://a.example/b/");
    CHECK(
        markdown("<p>see <a href='../c?x=1'>this </a>now</p>", {.base = &base}) ==
        "see [this](https://a.example/c?x=1) now"
    );
    CHECK(markdown("<a href='/x y'>t</a> <a href=#y>u</a>") == "[t](</x y>) u");
    CHECK(markdown("<a href=/x>t</a>", {.links = false}) == "t");
    CHECK(
        markdown("<a href=/x><h2>Card</h2><div>Words</div></a>") == "## [Card](/x)\n\n[Words](/x)"
    );
    CHECK(markdown("<p>a<img src=/i.png alt='An image'></p>") == "a");
    CHECK(
        markdown("<p>a <img src=/i.png alt='An image'></p>", {.images = true}) ==
        "a ![An image](/i.png)"
    );
}

TEST_CASE("formulas stand as TeX, however the page has them", "[crawler][markdown]") {
    CHECK(
        markdown(
            "<p>so <span class=katex><span class=katex-mathml><math><semantics><mrow><mi>x</mi>"
            "</mrow><annotation encoding='application/x-tex'>x_1</annotation></semantics></math>"
            "</span><span class=katex-html>x1</span></span></p>"
        ) == "so $x_1$"
    );
    CHECK(
        markdown("<math display=block><mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow>"
                 "<msup><mi>b</mi><mn>2</mn></msup></mfrac></math>") == "$$\\frac{a+1}{b^2}$$"
    );
    CHECK(
        markdown("<div class=MathJax_Display>E</div><script type='math/tex; "
                 "mode=display'>E=mc^2</script>") == "$$E=mc^2$$"
    );
    CHECK(markdown("<p><img class=tex alt='{\\displaystyle \\alpha }' src=x></p>") == "$\\alpha$");
}

TEST_CASE("what would be read as a mark is escaped, prose is not", "[crawler][markdown]") {
    CHECK(
        markdown("<p>a_b *c* [d] `e` <i> f </i>g 2 * 3</p>") ==
        "a_b \\*c\\* \\[d\\] \\`e\\` *f* g 2 * 3"
    );
    CHECK(
        markdown("<p># no heading</p><p>1. no list</p><p>- nor this</p><p>&gt; x</p>") ==
        "\\# no heading\n\n1\\. no list\n\n\\- nor this\n\n\\> x"
    );
    CHECK(markdown("<p>&lt;div&gt; 1 < 2</p>") == "\\<div> 1 < 2");
    CHECK(markdown("<p><b><b>x</b></b> <b> </b><b>y<br>z</b></p>") == "**x** y\\\nz");
}

TEST_CASE("broken and endless nesting is read all the same", "[crawler][markdown]") {
    std::string deep;
    for (int i = 0; i < 3000; ++i) deep += i % 2 ? "<blockquote>" : "<ul><li>";
    CHECK(markdown(deep + "x").ends_with("x"));
    CHECK(
        markdown("<table><tr><td>a<td>b<ul><li>c</table></p></li>d") ==
        "| a | b c |\n| --- | --- |\n\nd"
    );
    CHECK(markdown("<b><p>a</p><p>b</p></b>") == "a\n\nb");
}

TEST_CASE("what is struck is left out with all it holds", "[crawler][markdown]") {
    auto document = Document::parse("<p>a</p><div id=x><p>b</p></div><p>c</p>");
    NodeMarks struck(document.size());
    for (NodeId id = 1; id < document.size(); ++id)
        if (document.is_element(id) && document.attribute(id, "id") == "x") struck[id] = 1;
    CHECK(markdown_of(document, {{document.body()}, struck}) == "a\n\nc");
}
