#include <bit>

#include <catch2/catch.hpp>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

TEST_CASE("SHA-256 agrees with FIPS 180-4's examples", "[schema][hash]") {
    CHECK(
        base::sha256_hex("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    CHECK(
        base::sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

TEST_CASE("a record key is the head of the hash of source, zero and key", "[schema][hash]") {
    CHECK(
        schema::record_key("a", "bc") ==
        schema::leading_bytes(base::sha256(std::string("a\0bc", 4)))
    );
    CHECK(schema::record_key("ab", "c") != schema::record_key("a", "bc"));
}

TEST_CASE(
    "texts that differ in a few words have near simhashes, others far ones",
    "[schema][hash]"
) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += "word" + std::to_string(i * 7919 % 1000) + " ";
    auto near = text + "and one more sentence at the end";
    std::string other;
    for (int i = 0; i < 300; ++i) other += "term" + std::to_string(i * 104729 % 1000) + " ";
    CHECK(std::popcount(schema::simhash(text) ^ schema::simhash(near)) <= 10);
    CHECK(std::popcount(schema::simhash(text) ^ schema::simhash(other)) >= 15);
    CHECK(schema::simhash("") == 0);
    CHECK(schema::simhash("One two, THREE four") == schema::simhash("one  two three\nfour"));
}

TEST_CASE("arrays for parameters quote what must be quoted", "[schema][values]") {
    CHECK(schema::array_of(std::vector<std::string>{"a", "b \"c\" \\"}) == R"({"a","b \"c\" \\"})");
    CHECK(schema::array_of(std::vector<std::int64_t>{1, -2}) == "{1,-2}");
    CHECK(schema::array_of_optional({"", "x"}) == R"({NULL,"x"})");
    CHECK(schema::array_of_bytes({std::string("\0\xff", 2)}) == R"({"\\x00ff"})");
}

TEST_CASE("hexadecimal goes both ways", "[schema][values]") {
    CHECK(schema::bytes_of_hex("\\x00ff10") == std::string("\0\xff\x10", 3));
    CHECK(base::hex(std::string("\0\xff\x10", 3)) == "00ff10");
}

TEST_CASE("times before and after 1970 are printed in UTC", "[schema][values]") {
    using namespace std::chrono;
    CHECK(schema::timestamp(schema::Time(microseconds(1))) == "1970-01-01 00:00:00.000001+00");
    CHECK(schema::timestamp(schema::Time(microseconds(-1))) == "1969-12-31 23:59:59.999999+00");
}
