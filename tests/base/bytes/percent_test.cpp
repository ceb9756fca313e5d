#include <catch2/catch.hpp>

#include "base/bytes/percent.hpp"

using namespace base;

TEST_CASE("all but unreserved characters are escaped in a value", "[bytes]") {
    CHECK(percent_encoded("aZ09-._~") == "aZ09-._~");
    CHECK(percent_encoded("a b/\xc3\xa9%+") == "a%20b%2F%C3%A9%25%2B");
    std::string out = "x?";
    percent_encode("a b c", all_bytes_but("abc"), out);
    CHECK(out == "x?a%20b%20c");
}

TEST_CASE("a broken escape stays, or makes the whole nothing", "[bytes]") {
    struct Case {
        std::string_view text, lenient;
        bool broken;
    };
    for (const auto& c : std::initializer_list<Case>{
             {"a%20b", "a b", false},
             {"%C3%a9", "\xc3\xa9", false},
             {"100%", "100%", true},
             {"%4", "%4", true},
             {"%zz%41", "%zzA", true},
             {"a+b", "a+b", false},
         }) {
        INFO(c.text);
        CHECK(percent_decode(c.text) == c.lenient);
        CHECK(percent_decode_strictly(c.text).has_value() == !c.broken);
    }
}

TEST_CASE("forms write a blank as +", "[bytes]") {
    CHECK(form_encoded("a b*-._~&\xff") == "a+b*-._%7E%26%FF");
    CHECK(form_decoded("a+b%2B") == "a b+");
    CHECK_FALSE(form_decoded("a%"));
}
