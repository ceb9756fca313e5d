#include "formats/url/url.hpp"

#include <catch2/catch.hpp>

#include "formats/url/canonical.hpp"

namespace {

std::string href(const std::string& input, const std::string& base = {}) {
    std::optional<formats::Url> parsed;
    if (!base.empty()) parsed = formats::parse_url(base);
    auto url = formats::parse_url(input, parsed ? &*parsed : nullptr);
    return url ? url->href() : "failure";
}

std::string canonical(const std::string& url) {
    return formats::canonical_url(*formats::parse_url(url));
}

}  // namespace

TEST_CASE("URLs are parsed and resolved as browsers do", "[crawler][url]") {
    struct Case {
        std::string input, base, href;
    };
    for (const auto& [input, base, expected] : std::vector<Case>{
             {" http://Example.ORG:80/a/./b/../c?x#y ", "", "http://example.org/a/c?x#y"},
             {"//other/x", "https://a/b/c", "https://other/x"},
             {"\\x\\y", "http://a/b/c", "http://a/x/y"},
             {"../../../x", "http://a/b/c/d", "http://a/x"},
             {"?q", "http://a/b?x#f", "http://a/b?q"},
             {"#f", "mailto:x", "mailto:x#f"},
             {"x", "mailto:x", "failure"},
             {"http:x", "http://a/b/c", "http://a/b/x"},
             {"http:x", "https://a/b", "http://x/"},
             {"http://user:p%40ss@h:8080/", "", "http://user:p%40ss@h:8080/"},
             {"http://a b/", "", "failure"},
             {"http://a:99999/", "", "failure"},
             {"http://a:b/", "", "failure"},
             {"http://", "", "failure"},
             {"/x", "", "failure"},
             {"http://0x7f.1/", "", "http://127.0.0.1/"},
             {"http://2130706433/", "", "http://127.0.0.1/"},
             {"http://256.0.0.1/", "", "failure"},
             {"http://1.2.3.4.5/", "", "failure"},
             {"http://[1:0:0:2::3]/", "", "http://[1:0:0:2::3]/"},
             {"http://[::127.0.0.1]/", "", "http://[::7f00:1]/"},
             {"http://[1::2::3]/", "", "failure"},
             {"http://b\u00fccher.example/", "", "http://xn--bcher-kva.example/"},
             {"http://fa\u00df.de/", "", "http://xn--fa-hia.de/"},
             {"http://ex%41mple.org/%7Efoo/%zz?a b'|",
              "",
              "http://example.org/%7Efoo/%zz?a%20b%27|"},
             {"http://h/a\tb\nc", "", "http://h/abc"},
             {"http://h/%2e%2E/x/%2e", "", "http://h/x/"},
             {"file:///C|/a/../..", "", "file:///C:/"},
             {"file://localhost/x", "", "file:///x"},
             {"/..//x", "file:///C:/a", "file:///C://x"},
             {"data:text/plain,a b ?x", "", "data:text/plain,a b%20?x"},
             {"foo://h/a/../b", "", "foo://h/b"},
             {"foo:/.//p", "", "foo:/.//p"},
             {"wss://h:443/", "", "wss://h/"},
         }) {
        INFO(input << " in " << base);
        CHECK(href(input, base) == expected);
        if (expected != "failure") CHECK(href(expected) == expected);
    }
}

TEST_CASE("origins belong to web schemes", "[crawler][url]") {
    CHECK(formats::parse_url("https://a:8443/x")->origin() == "https://a:8443");
    CHECK(formats::parse_url("file:///x")->origin() == "null");
    CHECK(formats::parse_url("blob:https://a/x")->origin() == "https://a");
}

TEST_CASE("no parameter is dropped for a session's name alone", "[crawler][canonical]") {
    for (const auto* query :
         {"session_id=12",
          "sessionid=2024-05-17",
          "sessid=1234567890123456789",
          "session=keynote-on-monday-morning",
          "zenid=garden",
          "cfid=9",
          "cftoken=12345678",
          "ASPSESSIONIDQQ=4",
          "pk_product=7",
          "ga_page=2",
          "oly_year=1996",
          "cmpid=8",
          "session_id=6f9619ff-8b86-d011-b42d-00c04fc964ff"})
        CHECK(
            canonical("http://h/talk?" + std::string(query)) ==
            "http://h/talk?" + std::string(query)
        );
}

TEST_CASE("parameters of those who count visitors are dropped", "[crawler][canonical]") {
    for (const auto* query :
         {"pk_campaign=a", "ga_source=b", "oly_enc_id=c", "utm_id=d", "mtm_group=e"})
        CHECK(canonical("http://h/?" + std::string(query)) == "http://h/");
}

TEST_CASE("a key that differs within a page is no session's", "[crawler][canonical]") {
    const std::string first = "http://h/talk?session_id=0123456789abcdef0123";
    const std::string second = "http://h/talk?session_id=fedcba98765432100123";
    auto of = [](const std::string& url, const formats::SessionNames& names) {
        return formats::canonical_url(*formats::parse_url(url), names.telling());
    };
    formats::SessionNames one, several;
    for (const auto& url : {first, first + "&page=2"}) one.add(*formats::parse_url(url));
    for (const auto& url : {first, second}) several.add(*formats::parse_url(url));
    CHECK(of(first, one) == "http://h/talk");
    CHECK(of(first, several) == first);
    // What the page's own address kept is none either.
    CHECK(of(second, formats::SessionNames(*formats::parse_url(first))) == second);
}

TEST_CASE("spellings of one page have one canonical address", "[crawler][canonical]") {
    CHECK(canonical("HTTP://Example.org:80/a/../b#part") == "http://example.org/b");
    CHECK(canonical("http://h/?utm_source=x&b=2&a=1&gclid=3") == "http://h/?b=2&a=1");
    CHECK(canonical("http://h/?&&") == "http://h/");
    CHECK(canonical("http://h/x;jsessionid=AB12?PHPSESSID=9") == "http://h/x");
    CHECK(canonical("http://h/%7euser/%e2%82%ac") == "http://h/~user/%E2%82%AC");
    CHECK(canonical("http://me:secret@h./") == "http://h/");
    CHECK(canonical("http://h../x") == "http://h/x");
    CHECK(canonical("http://a..6../x") == "http://a..6../x");
    CHECK(canonical("http://h/?2%3%3%3%3%3%3%3%3%3%3%3%37") == "http://h/?27");
    CHECK(canonical("http://h/a/..;jsessionid=1/b") == "http://h/b");
    CHECK(canonical("http://h/%%32%35") == canonical(canonical("http://h/%%32%35")));
    CHECK(canonical("http://h/?sid=4") == "http://h/?sid=4");
    CHECK(canonical("http://h/?sid=0123456789abcdef01") == "http://h/");
    CHECK(canonical("http://h/?cfid=7&CFTOKEN=12345678&a=1") == "http://h/?a=1");
    for (std::string text : {"http://h/a?b=%20c", "https://h:8080/x;y=1", "http://h/?a=1&a=2"})
        CHECK(canonical(canonical(text)) == canonical(text));
}

TEST_CASE("the query of a link is sent in the encoding of its page", "[crawler][url]") {
    const auto page = *formats::parse_url("http://h/?x");
    auto sent = [&](std::string_view link, std::string_view label) {
        return formats::parse_url(link, &page, *base::encoding_of_label(label))->href();
    };
    CHECK(sent("/ж?q=ж&a=1#ж", "windows-1251") == "http://h/%D0%B6?q=%E6&a=1#%D0%B6");
    CHECK(sent("?q=中 b", "gb2312") == "http://h/?q=%D6%D0%20b");
    CHECK(sent("?q=テ", "shift_jis") == "http://h/?q=%83e");
    CHECK(sent("?q=\u20ac中", "koi8-r") == "http://h/?q=%26%238364%3B%26%2320013%3B");
    CHECK(sent("?q=ж", "utf-16le") == "http://h/?q=%D0%B6");
    CHECK(sent("ws://h/?q=ж", "windows-1251") == "ws://h/?q=%D0%B6");
    CHECK(sent("mailto:a?subject=ж", "windows-1251") == "mailto:a?subject=%D0%B6");
}
