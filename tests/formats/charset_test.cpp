#include "formats/text/charset.hpp"

#include <catch2/catch.hpp>

#include "base/text/decoder.hpp"
#include "formats/html/html.hpp"

using namespace formats;

namespace {

std::string decoded(std::string_view bytes, std::string_view label) {
    return base::decode(bytes, base::encoding_of_label(label).value());
}

}  // namespace

TEST_CASE("encodings are found in the order of the standard", "[crawler][charset]") {
    auto found = [](std::string_view bytes, std::string_view type = "") {
        auto charset = detect_charset(bytes, type);
        return std::string(base::name_of(charset.encoding)) + " " +
               std::string(name_of(charset.from));
    };
    CHECK(found("\xef\xbb\xbfx", "text/html; charset=latin1") == "UTF-8 bom");
    CHECK(
        found("<meta charset=utf-8>", "text/html; charset=\"ISO-8859-1\"") == "windows-1252 header"
    );
    CHECK(
        found("<!-- <meta charset=big5> --><META http-equiv='Content-Type' content='text/html; "
              "charset=sjis'>") == "Shift_JIS meta"
    );
    CHECK(found("<meta charset=utf-16>") == "UTF-8 meta");
    CHECK(found("plain") == "windows-1252 default");
    CHECK(found("caf\xc3\xa9") == "UTF-8 guess");
    CHECK(base::encoding_of_label(" Latin1 ") == base::Encoding::windows1252);
    CHECK_FALSE(base::encoding_of_label("utf-7"));
    CHECK(decoded("\x80\x93", "windows-1252") == "\u20ac\u201c");
    CHECK(decoded("\x83\x65", "Shift_JIS") == "\u30c6");
    CHECK(decoded("\xb0\xa1", "EUC-KR") == "\uac00");
    CHECK(decoded("a\xff", "UTF-8") == "a\ufffd");
    CHECK(decoded(std::string_view("a\0", 2), "UTF-16LE") == "a");
}

TEST_CASE("an encoding that a page names late is believed", "[crawler][charset]") {
    auto found = [](const std::string& bytes, std::string_view type = "") {
        auto charset = detect_charset(bytes, type);
        return std::string(base::name_of(charset.encoding)) + " " +
               std::string(name_of(charset.from));
    };
    const std::string much = "<style>" + std::string(3000, 'x') + "</style>";
    CHECK(found(much + "<meta charset=windows-1251>\xe6") == "windows-1251 meta");
    CHECK(
        found(
            much + "<script>'<meta charset=big5>'</script><!--<meta charset=big5>--><title>"
                   "<meta charset=big5></title><meta http-equiv=content-type content='a; "
                   "charset=koi8-r'>\xe6"
        ) == "KOI8-R meta"
    );
    CHECK(found(much + "<textarea><meta charset=big5>caf\xc3\xa9") == "UTF-8 guess");
    CHECK(found("x", "text/html, text/html; charset=koi8-r") == "KOI8-R header");
    CHECK(found("x", "text/html; charset=koi8-r, text/html") == "KOI8-R header");
    CHECK(found("x", "text/html; a=\"x, y\"; charset=koi8-r") == "KOI8-R header");
    CHECK(found("x", "text/html; charset=koi8-r, text/plain") == "windows-1252 default");
    auto page = parse_page(
        "<meta charset=windows-1251><a href='?q=\xe6'>x</a><form action='?f=\xe6'>", "text/html"
    );
    auto facts = read_facts(page, *parse_url("http://h/"));
    CHECK(read_links(page, facts, true).at(0).url.href() == "http://h/?q=%E6");
}

TEST_CASE(
    "characters are those of the standard's indexes, not of ICU's tables",
    "[crawler][charset]"
) {
    CHECK(decoded("a\x88\x40z", "Big5") == "a\xe3\x87\x80z");
    CHECK(decoded("\x88\x62\x87\xa4", "Big5") == "\xc3\x8a\xcc\x84\xe9\xbe\x97");
    CHECK(decoded("\xa3\xa0\x80", "GBK") == "\xe3\x80\x80\xe2\x82\xac");
    CHECK(
        decoded("\xb0\xa1\xa6\xd9\x81\x30\x81\x30", "gb18030") == "\xe5\x95\x8a\xef\xb8\x90\xc2\x80"
    );
    CHECK(decoded("\xc9\xa1z", "EUC-KR") == "\xef\xbf\xbdz");
    CHECK(decoded("\xa0z", "Shift_JIS") == "\xef\xbf\xbdz");
    CHECK(decoded("\xdb", "windows-874") == "\xef\xbf\xbd");
    CHECK(decoded("\xca", "windows-1255") == "\xd6\xba");
    CHECK(decoded("\xaa", "windows-1253") == "\xef\xbf\xbd");
    CHECK(decoded("\x88", "Big5") == "\xef\xbf\xbd");  // cut off
}
