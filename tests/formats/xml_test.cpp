#include "formats/xml/xml.hpp"

#include <chrono>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "formats/feed/feed.hpp"
#include "formats/sitemap/sitemap.hpp"
#include "formats/xml/mend.hpp"
#include "tests/support/codings.hpp"

using namespace formats;

namespace {

std::string text_of(std::string_view document) {
    auto root = parse_xml(document);
    return root ? root->text : "nothing";
}

const Url here = *parse_url("http://h/d/");

std::vector<std::string> addresses(std::string_view document, std::string_view type = {}) {
    std::vector<std::string> found;
    for (const auto& entry : parse_sitemap(document, here, type).urls) found.push_back(entry.loc);
    return found;
}

std::string url_of(std::string_view loc) {
    return "<url><loc>" + std::string(loc) + "</loc></url>";
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("an element of very many attributes is refused at once", "[formats][xml]") {
    auto element = [](int attributes) {
        std::string text = "<r><!-- it's --><a";
        for (int i = 0; i < attributes; ++i) text += fmt::format(" a{}='{}'", i, i);
        return text + "/></r>";
    };
    std::string fault;
    auto few = formats::parse_xml_strictly(element(9'000), fault);
    REQUIRE(few);
    CHECK(few->children.at(0).attributes.size() == 9'000);
    auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(formats::parse_xml_strictly(element(200'000), fault));
    CHECK(fault == "more than 10000 attributes in one element");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("one stray '&' costs no other reference of the document", "[formats][xml]") {
    CHECK(
        addresses(
            "<urlset>" + url_of("http://h/?a=1&b=2") + url_of("http://h/?p=1&amp;q=2") +
            url_of("http://h/?n=&nbsp;&amp;z") + url_of("http://h/?u=&bogus;&amp;v=1") + "</urlset>"
        ) ==
        Strings{
            "http://h/?a=1&b=2",
            "http://h/?p=1&q=2",
            "http://h/?n=%C2%A0&z",
            "http://h/?u=&bogus;&v=1"}
    );
    for (auto [written, read] : std::initializer_list<std::pair<std::string, std::string>>{
             {"AT&T &amp; R&D; &lt;b&gt;", "AT&T & R&D; <b>"},
             {"caf&eacute; &hellip; &copyright; &amp;amp;", "caf\u00e9 \u2026 &copyright; &amp;"},
             {"&#65;&#x42;&#150;&#55357;&#56832;&#xDE00;&#0;&#x;", "AB\u2013\U0001f600\ufffd&#x;"},
             {"5 < 6 and ]]> and <![CDATA[a & <b>]]>", "5 < 6 and ]]> and a & <b>"},
             {std::string(
                  "a\x0b"
                  "b\0c\x1f&#8;\ufffe",
                  14
              ),
              "abc"},
             {"a<!-- no -- & --><?php echo '&' ?>b", "ab"},
         }) {
        INFO(written);
        CHECK(text_of("<r>" + written + "</r>") == read);
    }
    auto attributes = parse_xml("<r a=\"x&y=<1>\" b='\"q\"' c=plain d a=2 xml:lang='de'/>");
    REQUIRE(attributes);
    CHECK(attributes->attribute("a") == "x&y=<1>");
    CHECK(attributes->attribute("b") == "\"q\"");
    CHECK(attributes->attribute("c") == "plain");
    CHECK(attributes->attribute("xml", "lang") == "de");
}

TEST_CASE("entities are those of the document itself, and within bounds", "[formats][xml]") {
    const std::string type =
        "<!DOCTYPE r [<!ENTITY a 'A&b;'><!ENTITY b \"<i>&amp;</i>\">"
        "<!ENTITY out SYSTEM 'file:///etc/passwd'><!ENTITY me '&me;'>]>";
    CHECK(text_of(type + "<r>&a; &out; &me;</r>") == "A& &out; &me;");
    std::string laughs = "<!DOCTYPE r [<!ENTITY l0 'ha ha ha ha '>";
    for (int i = 1; i < 12; ++i) {
        auto name = "&l" + std::to_string(i - 1) + ";";
        laughs += "<!ENTITY l" + std::to_string(i) + " '" + name + name + name + name + name + "'>";
    }
    CHECK(text_of(laughs + "]><r>&l11;</r>").size() < 64 * 1024);
    std::string fault;
    CHECK(parse_xml_strictly(type + "<r>&a;</r>", fault)->children.at(0).text == "&");
    CHECK_FALSE(parse_xml_strictly(type + "<r>&out;</r>", fault));
    CHECK_FALSE(parse_xml_strictly("<r>&nothing;</r>", fault));
    CHECK(parse_xml_strictly("<r>&nothing;</r>", fault, true)->text == "&nothing;");
    CHECK(parse_xml_strictly("<r a='b & c'>R&D &uuml;</r>", fault)->text == "R&D \u00fc");
    CHECK_FALSE(parse_xml_strictly("<r><a></b></r>", fault));
}

TEST_CASE("tags that are missing, left over or nested do not hide entries", "[formats][xml]") {
    CHECK(
        addresses(
            "<urlset><url><loc>http://h/1</loc><url><loc>http://h/2</lok></url></div>" +
            url_of("http://h/3") + "</urlset>" + url_of("http://h/4")
        ) == Strings{"http://h/1", "http://h/2", "http://h/3", "http://h/4"}
    );
    CHECK(
        addresses("<urlset><urlset>" + url_of("/x") + "</urlset></urlset>") == Strings{"http://h/x"}
    );
    auto cut = parse_sitemap("<urlset>" + url_of("http://h/1") + "<url><loc>http://h/2", here);
    CHECK(cut.urls.size() == 1);
    CHECK(cut.fault == "the document breaks off");
    CHECK(addresses("<URLSET><Url><LOC>http://h/1</LOC></Url></URLSET>") == Strings{"http://h/1"});
    auto mixed = parse_sitemap(
        "<urlset><sitemap><loc>/s.xml</loc></sitemap>" + url_of("/x") + "</urlset>", here
    );
    CHECK(mixed.fault.empty());
    CHECK(mixed.sitemaps == Strings{"http://h/s.xml"});
    CHECK(mixed.urls.size() == 1);
    auto feed = parse_feed(
        "PHP Warning: x\n<?xml version='1.0'?><rss><channel><title>T</title><item><title>a</item>"
        "<item><title>b</title></i><item><title>c</title></item></channel></rss>",
        here
    );
    REQUIRE(feed);
    REQUIRE(feed->entries.size() == 3);
    CHECK(feed->entries[0].title + feed->entries[1].title + feed->entries[2].title == "abc");
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    CHECK(text_of("<r>" + deep + "x</r>") == "x");
    std::string fault;
    CHECK_FALSE(parse_xml_strictly("<r>" + deep + "x</r>", fault));
}

TEST_CASE("a text of 12 MB is a text", "[formats][xml]") {
    const std::string large(12U << 20U, 'x');
    CHECK(text_of("<r><a>" + large + "</a></r>").size() == large.size());
    std::string fault;
    auto root = parse_xml_strictly("<r><a>" + large + "</a></r>", fault);
    REQUIRE(root);
    CHECK(root->children.at(0).text.size() == large.size());
}

TEST_CASE("XML is read in the encoding that it is in", "[formats][xml]") {
    auto read = [](std::string_view bytes, std::string_view type = {}) {
        return text_of(decode_xml(bytes, type));
    };
    const std::string chinese = "\xd6\xd0\xb9\xfa\xc8\xcb\xc3\xf1";  // gb2312
    CHECK(read("<?xml version='1.0' encoding='gb2312'?><r>" + chinese + "</r>") == "中国人民");
    CHECK(read("<r>" + chinese + "</r>", "text/xml; charset=\"GBK\"") == "中国人民");
    CHECK(read("<?xml version='1.0' encoding='us-ascii'?><r>Grüße</r>") == "Grüße");
    CHECK(
        read("<?xml version='1.0' encoding='iso-8859-1'?><r>Gr\xfc\xdf"
             "e</r>") == "Grüße"
    );
    CHECK(
        read("<?xml version='1.0' encoding='utf-8'?><r>Gr\xfc\xdf"
             "e</r>") == "Grüße"
    );
    CHECK(read("<?xml version='1.0'?><r>Łódź, Łuków, Łaźń \xff</r>") == "Łódź, Łuków, Łaźń \ufffd");
    CHECK(read("\xef\xbb\xbf<?xml version='1.0' encoding='windows-1251'?><r>é</r>") == "é");
    std::string wide = "\xff\xfe";
    for (char c : std::string("<?xml version='1.0' encoding='utf-16'?><r>ok</r>"))
        wide += std::string(1, c) + '\0';
    CHECK(read(wide) == "ok");
    CHECK(
        addresses(wide.substr(0, 2) + std::string("h\0t\0t\0p\0:\0/\0/\0h\0/\0x\0", 20)) ==
        Strings{"http://h/x"}
    );
}

TEST_CASE("packed sitemaps and feeds are read as far as they go", "[formats][xml]") {
    const auto one = "<urlset>" + url_of("http://h/1"), two = url_of("http://h/2") + "</urlset>";
    CHECK(
        addresses(test::deflated(one, 31) + test::deflated(two, 31)) ==
        Strings{"http://h/1", "http://h/2"}
    );
    std::string many = "<urlset>";
    for (int i = 0; i < 5000; ++i) many += url_of("http://h/" + std::to_string(i * 7919 % 10007));
    const auto packed = test::deflated(many + "</urlset>", 31);
    CHECK(parse_sitemap(test::deflated(packed, 31), here).urls.size() == 5000);
    std::string lines = "http://h/aaaaaaaaaa\nhttp://h/bbbbbbbbbb\n";
    for (int i = 0; i < 500; ++i) lines += "http://h/" + std::to_string(i * 7919 % 10007) + "\n";
    const auto text = test::deflated(lines, 31);
    for (const auto& url : addresses(std::string_view(text).substr(0, text.size() / 2)))
        CHECK(lines.find(url + "\n") != std::string::npos);
    auto cut = parse_sitemap(std::string_view(packed).substr(0, packed.size() / 2), here);
    CHECK(cut.urls.size() > 1000);
    CHECK(cut.fault == "the compressed data end too early");
    CHECK(parse_sitemap(packed, here).fault.empty());
    auto feed = "<rss><channel><item><link>http://h/" + many + "</link></item></channel></rss>";
    auto half = test::deflated(feed, 31);
    CHECK_FALSE(parse_feed(half.substr(0, half.size() - 9), here)->fault.empty());
}

TEST_CASE("links of a feed are relative to where it says", "[formats][feed]") {
    auto atom = parse_feed(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://a.example/x/'>"
        "<link href='.'/><entry xml:base='y/'><id>1</id><link href='1'/>"
        "<link rel='enclosure' href='1.mp3'/></entry><entry><id>2</id><link href='/2' "
        "xml:base='http://b.example/'/><content type='xhtml'><x:div "
        "xmlns:x='http://www.w3.org/1999/xhtml'>a <x:b title='&lt;'>b</x:b> &amp; "
        "<x:br/></x:div></content></entry></feed>",
        here
    );
    REQUIRE(atom);
    CHECK(atom->link == "http://a.example/x/");
    CHECK(atom->entries.at(0).link == "http://a.example/x/y/1");
    CHECK(atom->entries.at(0).enclosures.at(0).url == "http://a.example/x/y/1.mp3");
    CHECK(atom->entries.at(1).link == "http://b.example/2");
    CHECK(atom->entries.at(1).content == "a <b title=\"<\">b</b> &amp; <br/>");
}

TEST_CASE("what modules say of an entry is kept under its usual name", "[formats][feed]") {
    auto feed = parse_feed(
        "<rss xmlns:i='http://www.itunes.com/dtds/podcast-1.0.dtd' "
        "xmlns:m='http://search.yahoo.com/mrss/'><channel><item><title>T</title>"
        "<i:duration>12:30</i:duration><i:image href='http://h/i.png'/><i:author>Ann</i:author>"
        "<dc:publisher>P</dc:publisher><dc:creator>Bob</dc:creator><m:group><m:content "
        "url='v.mp4' type='video/mp4' fileSize='9'/><m:description>long</m:description>"
        "<m:thumbnail url='http://h/t.png' width='9'/></m:group>"
        "<source url='http://o/'>Other</source><comments>http://h/c</comments>"
        "<pubDate>10 Jun 03 4:00 EST</pubDate></item></channel></rss>",
        here
    );
    REQUIRE(feed);
    const auto& entry = feed->entries.at(0);
    CHECK(entry.author == "Bob");
    CHECK(entry.summary == "long");
    CHECK(entry.published == "2003-06-10T09:00:00Z");
    CHECK(entry.enclosures.at(0).url + entry.enclosures.at(0).length == "http://h/d/v.mp49");
    std::string more;
    for (const auto& [name, value] : entry.more) more += name + "=" + value + "|";
    CHECK(
        more ==
        "itunes:duration=12:30|itunes:image=http://h/i.png|itunes:author=Ann|"
        "dc:publisher=P|media:description=long|media:thumbnail=http://h/t.png|"
        "media:thumbnail@width=9|source=Other|source@url=http://o/|comments=http://h/c|"
    );
}
