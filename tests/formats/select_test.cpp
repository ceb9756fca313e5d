#include "formats/html/select.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.hpp"

using namespace formats;

namespace {

std::string ids(const std::string& html, const std::string& css) {
    auto document = Document::parse(html);
    std::string found;
    for (auto id : Selector::parse(css).select(document)) {
        if (!found.empty()) found += ' ';
        found += document.attribute(id, "id").value_or("-");
    }
    return found;
}

}  // namespace

TEST_CASE(
    "the default of a form is what is chosen and the first submit button",
    "[crawler][select]"
) {
    std::string page =
        R"(<form><input type=radio id=r checked><select><option id=o1><option id=o2 selected></select>
        <button id=plain type=button>b</button><button id=s1 type=submit></button><button id=s2 type=submit></button></form>
        <form><div><input id=s3 type=submit></div></form><button id=s4 type=submit></button>)";
    CHECK(ids(page, ":default") == "r o2 s1 s3");
    CHECK(
        ids("<form><form><button id=a type=submit></form><button id=b type=submit></form>",
            ":default") == "a"
    );
}

TEST_CASE("values are in or out of the range of their control", "[crawler][select]") {
    std::string page =
        R"(<input id=a type=number min=0 max=10 value=5><input id=b type=number max=10 value=11>
        <input id=c type=number max=10><input id=d type=number value=3><input id=e type=date min=2024-02-29 value=2024-02-28>
        <input id=f type=time min=22:00 max=06:00 value=23:30><input id=g type=time min=22:00 max=06:00 value=12:00>
        <input id=h type=week min=2020-W53 value=2021-W01><input id=i type=month max=2020-12 value=2021-01>
        <input id=j type=datetime-local min=2020-01-01T10:00 value=2020-01-01T09:59>
        <input id=k type=date min=2023-02-29 value=2020-01-01>)";
    CHECK(ids(page, ":in-range") == "a c f h");
    CHECK(ids(page, ":out-of-range") == "b e g i j");
}

TEST_CASE("states of controls are those of a page just loaded", "[crawler][select]") {
    CHECK(
        ids("<input id=a placeholder=x><input id=b placeholder=x value=v><input id=c type=radio "
            "placeholder=x>"
            "<textarea id=d placeholder=x>\n</textarea><textarea id=e placeholder=x>t</textarea>",
            ":placeholder-shown") == "a d"
    );
    CHECK(
        ids("<input id=a><input id=b readonly><input id=c type=checkbox><textarea id=d "
            "disabled></textarea>"
            "<p id=e contenteditable>x</p>",
            "body :read-write") == "a e"
    );
    CHECK(
        ids("<input type=radio name=x id=a><input type=radio name=y id=b><input type=radio name=y "
            "id=c checked>"
            "<progress id=d></progress><progress id=e value=1></progress>",
            ":indeterminate") == "a d"
    );
    CHECK(
        ids("<details id=a open></details><details id=b></details><dialog id=c open></dialog>",
            ":open") == "a c"
    );
    CHECK(ids("<my-part id=a></my-part><p id=b></p>", "body :defined") == "b");
}

TEST_CASE("the direction of text is inherited, given or found", "[crawler][select]") {
    std::string page =
        "<div id=a dir=rtl><p id=b>x</p><p id=c dir=auto>abc</p><p id=d dir=auto>\xd7\xa9</p>"
        "<input id=e type=tel></div><p id=f>y</p>";
    CHECK(ids(page, "body :dir(rtl)") == "a b d");
    CHECK(ids(page, "body :dir(ltr)") == "c e f");
}

TEST_CASE("texts and differing attributes are found", "[crawler][select]") {
    std::string page = "<div id=a>one <b id=b>two</b></div><div id=c class=x>three</div>";
    CHECK(ids(page, ":-soup-contains('two')") == "- - a b");
    CHECK(ids(page, "div:contains(one, three)") == "a c");
    CHECK(ids(page, "div:-soup-contains-own(two)").empty());
    CHECK(ids(page, "div[class!=x]") == "a");
    CHECK(ids("<p id=a> <!-- x --></p><p id=b>x</p>", "p:empty") == "a");
}

TEST_CASE("languages of the page, of elements and of none", "[crawler][select]") {
    std::string page =
        "<meta http-equiv=content-language content=en-US><p id=a>x</p><p id=b lang=de-CH>x</p><p "
        "id=c lang=''>x</p>";
    CHECK(ids(page, "p:lang(en)") == "a");
    CHECK(ids(page, "p:lang('*-CH')") == "b");
    CHECK(ids(page, "p:lang('')") == "c");
}

TEST_CASE("odd spellings follow CSS Syntax", "[crawler][select]") {
    CHECK(ids("<p id=a class='foo\xef\xbf\xbd'>", "p.foo\\") == "a");
    CHECK(ids("<div id=r><b id=x></b></div>", "& > body > div") == "r");
    CHECK(ids("<p id=a title='x\ny'>", "p[title='x\\a y']") == "a");
    for (std::string bad :
         {"p::first-line", "p:before", "p:unknown", "p[a", "p >", ":dir()", ":is(> p)", ":is(p"})
        CHECK_THROWS_AS(Selector::parse(bad == "p[a" ? "p[a b]" : bad), base::UsageError);
}

TEST_CASE("places among siblings are those of the standard", "[crawler][select]") {
    std::string list =
        "<ul><li id=a>1<!--x--><li id=b class=k>2<p id=p></p><li id=c class=k>3<li id=d>4</ul>";
    CHECK(ids(list, "li:nth-child(2n)") == "b d");
    CHECK(ids(list, "li:nth-last-child(2n)") == "a c");
    CHECK(ids(list, "li:nth-child(1 of .k)") == "b");
    CHECK(ids(list, "li:nth-last-child(1 of .k)") == "c");
    CHECK(ids(list, ".k ~ li") == "c d");
    CHECK(ids(list, "li:has(~ .k)") == "a b");
    CHECK(ids(list, "ul li:has(p)") == "b");
    CHECK(
        ids("<div id=x><i id=1></i><b id=2></b><i id=3></i></div>",
            "i:nth-of-type(2), b:only-of-type") == "2 3"
    );
    CHECK(ids("<div><p id=1><b><i id=2></i></b></div>", "div p b i, div b > i, p > i") == "2");
}

TEST_CASE("a table of many rows takes no selector long", "[crawler][select]") {
    std::string table = "<table>";
    for (int i = 0; i < 40'000; ++i) table += "<tr><td>1";
    auto document = Document::parse(table);
    auto start = std::chrono::steady_clock::now();
    for (const auto* css :
         {"tr:nth-child(2n)",
          "tr:nth-last-child(2n)",
          "tr:nth-of-type(2n)",
          "tr:only-of-type",
          "tr ~ tr",
          "th ~ tr",
          "tr:has(~ th)",
          "tr:not(:has(~ tr))",
          "tr:nth-child(2n of :nth-child(2n))",
          "table tr:has(th) td"})
        Selector::parse(css).select(document);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
    CHECK(Selector::parse("tr ~ tr").select(document).size() == 39'999);
}

TEST_CASE("an expression that takes too many steps on a page is ended", "[crawler][select]") {
    std::string table = "<table>";
    for (int i = 0; i < 3'000; ++i) table += "<tr><td>1";
    auto document = Document::parse(table);
    CHECK_THROWS_AS(
        select_xpath(document, "//td[count(//td[count(//td) > 1]) > 1]"), SelectionLimit
    );
    CHECK(select_xpath(document, "//td").nodes.size() == 3'000);
}
