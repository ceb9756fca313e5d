#include "crawler/extract/media.hpp"

#include <catch2/catch.hpp>

#include <boost/json.hpp>

#include "base/settings/settings.hpp"

#include "crawler/fetch/received.hpp"

using namespace crawler;
using namespace formats;
namespace json = boost::json;

namespace {

const Url base = *parse_url("https://e.org/dir/page");

std::vector<MediaLink> links(const std::string& html, const MediaRules& rules) {
    auto document = Document::parse(html);
    return media_links(document, rules, base);
}

MediaRules all_images() {
    MediaRules rules;
    rules.images.emplace();
    return rules;
}

std::string only(const std::string& html) {
    auto found = links(html, all_images());
    return found.size() == 1 ? found[0].url.href() : std::to_string(found.size()) + " links";
}

}  // namespace

TEST_CASE("of the files for one image the largest is taken", "[crawler][media]") {
    CHECK(only("<img src=a.png>") == "https://e.org/dir/a.png");
    CHECK(
        only("<img src=a.png srcset='b.png 400w, c.png 800w,d.png 600w'>") ==
        "https://e.org/dir/c.png"
    );
    CHECK(only("<img src=a.png srcset='b.png, c.png 2x'>") == "https://e.org/dir/c.png");
    CHECK(only("<img srcset='b.png'>") == "https://e.org/dir/b.png");
    CHECK(
        only("<img src=data:image/gif;base64,AA data-src=/lazy.jpg>") == "https://e.org/lazy.jpg"
    );
    CHECK(
        only("<picture><source type=image/avif srcset='x.avif 2000w'><source srcset='w.webp "
             "900w'><img "
             "src=a.png></picture>") == "https://e.org/dir/w.webp"
    );
    CHECK(only("<img src=a.png><img src=a.png#x>") == "https://e.org/dir/a.png");
    CHECK(only("<img src=data:image/gif;base64,AA>") == "0 links");
    CHECK(only("<img src='javascript:x'>") == "0 links");
    CHECK(only("<img srcset=',,, ,'>") == "0 links");
}

TEST_CASE("an image brings what the page says of it", "[crawler][media]") {
    auto found = links(
        "<meta property=og:image content=/og.jpg><meta property=og:image:alt content='the front'>"
        "<figure><img src=a.png alt=' A  cat ' title=Tom width=640 height=480><figcaption>Tom, "
        "<i>asleep</i></figcaption></figure><img src=dot.gif width=1 height=1>"
        "<a href=/big.JPG?v=2>large</a>",
        [] {
            auto rules = all_images();
            rules.images->min_width = rules.images->min_height = 10;
            return rules;
        }()
    );
    REQUIRE(found.size() == 4);
    CHECK(found[0].alt == "the front");
    CHECK(found[1].alt == "A cat");
    CHECK(found[1].title == "Tom");
    CHECK(found[1].caption == "Tom, asleep");
    CHECK(found[1].too_small.empty());
    CHECK(found[2].too_small == "1 x 1");
    CHECK(found[3].link);
    CHECK(found[3].alt == "large");
}

TEST_CASE("only the images and files that are asked for are found", "[crawler][media]") {
    const std::string page =
        "<meta property=og:image content=/og.jpg><div id=g><img src=a.png></div><img src=b.png>"
        "<a href=c.jpg>c</a><a href=d.pdf>d</a><a href=e.docx>e</a><a href=f>f</a>";
    auto rules = all_images();
    CHECK(links(page, rules).size() == 4);
    rules.images = base::from_json<ImageRules>(json::parse(R"({"from":["img"],"css":"#g"})"));
    CHECK(links(page, rules).size() == 1);
    rules.images.reset();
    rules.files = base::from_json<FileRules>(json::parse(R"({"types":["application/pdf"]})"));
    auto files = links(page, rules);
    REQUIRE(files.size() == 1);
    CHECK(files[0].kind == Kind::file);
    CHECK(rules.wants_file("application/pdf"));
    CHECK_FALSE(rules.wants_file("application/zip"));
    rules.files = base::from_json<FileRules>(json::parse(R"({"types":["application/*"]})"));
    CHECK(links(page, rules).size() == 2);
}

TEST_CASE("images are left out by size and format", "[crawler][media]") {
    ImageRules rules;
    rules.min_width = 100;
    rules.min_height = 50;
    rules.min_bytes = 1000;
    rules.formats = {"jpeg"};
    formats::Image image{100, 50, 3, "jpeg", 0};
    CHECK_FALSE(refusal_of(rules, image, 1000));
    CHECK(refusal_of(rules, image, 999)->reason == SkipReason::too_small);
    image.height = 49;
    CHECK(refusal_of(rules, image, 1000)->detail == "100 x 49");
    image.height = 50;
    image.format = "png";
    CHECK(refusal_of(rules, image, 1000)->reason == SkipReason::format);
}

TEST_CASE("parts of a page are found among its bytes as received", "[crawler][received]") {
    const std::string body = "\xef\xbb\xbf<p>\r\na</p>\r\n<b>ü</b>\r";
    auto document = Document::parse(body.substr(3));
    Received received(body, document.source());
    REQUIRE(received.is_exact());
    auto place = document.source().find("<b>");
    CHECK(body.substr(static_cast<std::size_t>(received.offset(place)), 3) == "<b>");
    CHECK(received.bytes(0, place) == "<p>\r\na</p>\r\n");
    auto end = document.source().find("</b>") + 4;
    CHECK(received.bytes(place, end) == "<b>ü</b>");
    // Another encoding: its bytes are not those of the parsed page.
    Received other("<b>\xfc</b>", document.source());
    CHECK_FALSE(other.is_exact());
    CHECK(other.offset(3) == -1);
    CHECK(other.bytes(place, end) == "<b>ü</b>");
}

TEST_CASE("a kept answer has no cookies and no codings", "[crawler][received]") {
    Response response;
    response.status = 200;
    response.headers = {
        {"content-type", "text/html; charset=latin1"},
        {"set-cookie", "a=b"},
        {"content-encoding", "br"},
        {"x-robots-tag", "noai"}};
    CHECK(
        http_message(response, "x") ==
        "HTTP/1.1 200\r\ncontent-type: text/html; charset=latin1\r\nx-robots-tag: noai\r\n\r\nx"
    );
    CHECK(
        http_message(response, "x", "utf-8").find("text/html; charset=utf-8") != std::string::npos
    );
}
