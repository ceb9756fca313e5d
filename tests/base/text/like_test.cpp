#include "base/text/like.hpp"

#include <catch2/catch.hpp>

using base::is_like;

TEST_CASE("a pattern of LIKE is matched whole, character by character", "[base][text]") {
    CHECK(is_like("", ""));
    CHECK(is_like("", "%"));
    CHECK_FALSE(is_like("", "_"));
    CHECK(is_like("abc", "a%"));
    CHECK(is_like("abc", "%b%"));
    CHECK(is_like("aXbXc", "a%b_c"));
    CHECK(is_like("aab", "%ab"));
    CHECK_FALSE(is_like("abc", "b"));
    CHECK_FALSE(is_like("abc", "a_"));
    CHECK(is_like("K\xc3\xb6ln", "K_ln"));
    CHECK_FALSE(is_like("K\xc3\xb6ln", "K__ln"));
    CHECK(is_like("\xe6\x9d\xb1\xe4\xba\xac", "__"));
    CHECK(is_like("50%", "__%"));
}
