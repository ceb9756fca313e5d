#include <catch2/catch.hpp>

#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

TEST_CASE("each maximal malformed part becomes one U+FFFD", "[text][utf8]") {
    const std::string_view bad = "\xef\xbf\xbd";
    struct Case {
        std::string_view bytes;
        int parts;
    };
    for (auto [bytes, parts] :
         {Case{"\xff", 1},
          Case{"\xc0\x80", 2},
          Case{"\xe2\x82", 1},
          Case{"\xf0\x9f\x98", 1},
          Case{"\xed\xa0\x80", 3},
          Case{"\xf4\x90\x80\x80", 4}}) {
        std::string wanted = "a";
        for (int i = 0; i < parts; ++i) wanted += bad;
        INFO(bytes.size());
        CHECK(base::mend_utf8("a" + std::string(bytes) + "z") == wanted + "z");
        CHECK_FALSE(base::is_utf8(bytes));
    }
    CHECK(base::mend_utf8("Łódź 😀") == "Łódź 😀");
}

TEST_CASE("code points are read one after the other", "[text][utf8]") {
    const std::string text = "aé€😀\xff.";
    std::u32string read;
    for (std::size_t at = 0; at < text.size();) read += base::next_code_point(text, at);
    CHECK(read == U"aé€😀\ufffd.");
    std::string written;
    for (char32_t c : read) base::append_utf8(c, written);
    CHECK(written == base::mend_utf8(text));
    CHECK(base::count_code_points("aé€😀") == 4);
    std::string surrogate;
    base::append_utf8(0xd800, surrogate);
    CHECK(surrogate == "\ufffd");
}

TEST_CASE("texts are cut between characters", "[text][utf8]") {
    CHECK(base::cut_at_character("aé€", 2) == "a");
    CHECK(base::cut_at_character("aé€", 3) == "aé");
    CHECK(base::cut_at_character("aé€", 9) == "aé€");
    CHECK(base::first_characters("aé€", 2) == "aé");
    CHECK(base::first_characters("aé€", 5) == "aé€");
}

TEST_CASE("an unfinished sequence at the end is told from a broken one", "[text][utf8]") {
    CHECK(base::unfinished_utf8("a\xe2\x82") == 2);
    CHECK(base::unfinished_utf8("a\xf0") == 1);
    CHECK(base::unfinished_utf8("\xf0\x9f\x98") == 3);
    CHECK(base::unfinished_utf8("a€") == 0);
    CHECK(base::unfinished_utf8("a\xff") == 0);
    CHECK(base::unfinished_utf8("\xed\xa0") == 0);
    CHECK(base::unfinished_utf8("\x82\x82\x82") == 0);
    CHECK(base::unfinished_utf8("") == 0);
}

TEST_CASE("ASCII has case and classes, other bytes have none", "[text][ascii]") {
    CHECK(base::to_lower("ÀBc") == "Àbc");
    CHECK(base::equal_ignoring_case("UTF-8", "utf-8"));
    CHECK_FALSE(base::equal_ignoring_case("é", "É"));
    CHECK(base::trim(" \t\f a b\r\n") == "a b");
    CHECK(base::collapse_spaces("  a \n\t b ") == "a b");
    CHECK(base::contains_ignoring_case("The Quick", "quick"));
    CHECK(base::ascii_prefix(std::string(100, 'a') + "é") == 100);
    CHECK(base::ascii_prefix("é") == 0);
    CHECK(base::ascii_prefix("") == 0);
}
