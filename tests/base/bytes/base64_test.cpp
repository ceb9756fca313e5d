#include <catch2/catch.hpp>

#include "base/bytes/base64.hpp"
#include "base/bytes/hex.hpp"

using namespace base;

TEST_CASE("base64 and base32 are those of RFC 4648", "[bytes]") {
    struct Case {
        std::string_view bytes, base64, base64_url, base32;
    };
    for (const auto& c : std::initializer_list<Case>{
             {"", "", "", ""},
             {"f", "Zg==", "Zg", "MY"},
             {"fo", "Zm8=", "Zm8", "MZXQ"},
             {"foo", "Zm9v", "Zm9v", "MZXW6"},
             {"foob", "Zm9vYg==", "Zm9vYg", "MZXW6YQ"},
             {"fooba", "Zm9vYmE=", "Zm9vYmE", "MZXW6YTB"},
             {"foobar", "Zm9vYmFy", "Zm9vYmFy", "MZXW6YTBOI"},
             {"\xfb\xff\xfe", "+//+", "-__-", "7P774"},
         }) {
        INFO(hex(c.bytes));
        CHECK(base64(c.bytes) == c.base64);
        CHECK(base64_url(c.bytes) == c.base64_url);
        CHECK(base32(c.bytes) == c.base32);
        CHECK(from_base64(c.base64) == c.bytes);
        CHECK(from_base64(c.base64_url) == c.bytes);
    }
}

TEST_CASE("base64 may be broken into lines, and nothing else may stand in it", "[bytes]") {
    CHECK(from_base64("Zm9v\r\n YmFy\t") == "foobar");
    CHECK(from_base64("Zg= =") == "f");
    CHECK_FALSE(from_base64("Zm9v!"));
    CHECK_FALSE(from_base64("Zg==Zg=="));
    CHECK_FALSE(from_base64("Zm9vY"));
    CHECK_FALSE(from_base64("Zm\xc3\xa9v"));
}

TEST_CASE("hexadecimal is read in either case and written in lower case", "[bytes]") {
    const std::string bytes("\0\x7f\xff\x10", 4);
    CHECK(hex(bytes) == "007fff10");
    CHECK(from_hex("007fFF10") == bytes);
    CHECK(from_hex("") == "");
    CHECK_FALSE(from_hex("abc"));
    CHECK_FALSE(from_hex("0g"));
    CHECK_FALSE(from_hex("-1"));
    CHECK_FALSE(from_hex("g0"));
    CHECK_FALSE(from_hex("\xc3\xa9"));
    std::string every;
    for (int byte = 0; byte < 256; ++byte) every.push_back(static_cast<char>(byte));
    CHECK(from_hex(hex(every)) == every);
    std::string out = "\\x";
    append_hex("\xab", out);
    CHECK(out == "\\xab");
}
