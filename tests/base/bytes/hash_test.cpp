#include <catch2/catch.hpp>

#include "base/bytes/base64.hpp"
#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/bytes/short_hash.hpp"

using namespace base;

TEST_CASE("digests are those of their standards", "[bytes]") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(digest(Digest::md5, "abc")) == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(hex(digest(Digest::sha1, "abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(base32(digest(Digest::sha1, "")) == "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
    CHECK(digest(Digest::sha512, "abc").size() == 64);
    CHECK(sha256_of({"a", "", "bc"}) == sha256("abc"));
}

TEST_CASE("HMAC is that of RFC 4231", "[bytes]") {
    CHECK(
        hex(hmac(Digest::sha256, "Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    CHECK(hmac(Digest::sha512, "Jefe", "").size() == 64);
}

TEST_CASE("secrets are compared whole, and random bytes differ", "[bytes]") {
    CHECK(equal_in_constant_time("abc", "abc"));
    CHECK_FALSE(equal_in_constant_time("abc", "abd"));
    CHECK_FALSE(equal_in_constant_time("abc", "abcd"));
    CHECK(random_bytes(32).size() == 32);
    CHECK(random_bytes(32) != random_bytes(32));
}

TEST_CASE("fast hashes are the same everywhere and depend on the seed", "[bytes]") {
    CHECK(hash_64("") == 0x2D06800538D394C2);
    CHECK(hash_64("a") != hash_64("a", 1));
    CHECK(hash_128("a")[0] != hash_128("b")[0]);
}

TEST_CASE("short hashes are the library's, of any length and seed", "[bytes]") {
    std::string text;
    for (int size = 0; size < 40; ++size) {
        for (std::uint64_t seed : {0ULL, 1ULL, 2ULL, 0x7f4a7c159e3779bbULL, ~0ULL}) {
            INFO(size << " bytes, seed " << seed);
            CHECK(short_hash_64(text, seed) == hash_64(text, seed));
        }
        text += static_cast<char>(size * 89 + 7);
    }
}
