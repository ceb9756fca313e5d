#include "quality/duplicates/similarity.hpp"

#include <catch2/catch.hpp>

using ingest::quality::edit_distance;
using ingest::quality::jaro_winkler;

TEST_CASE("Jaro-Winkler gives the published values", "[quality][similarity]") {
    // Winkler's examples.
    CHECK(jaro_winkler("MARTHA", "MARHTA") == Approx(0.961).margin(0.001));
    CHECK(jaro_winkler("DWAYNE", "DUANE") == Approx(0.840).margin(0.001));
    CHECK(jaro_winkler("DIXON", "DICKSONX") == Approx(0.813).margin(0.001));
    CHECK(jaro_winkler("same", "same") == 1);
    CHECK(jaro_winkler("", "") == 1);
    CHECK(jaro_winkler("a", "") == 0);
    CHECK(jaro_winkler("abc", "xyz") == 0);
}

TEST_CASE("edits are counted, swapped neighbours as one", "[quality][similarity]") {
    CHECK(edit_distance("kitten", "sitting", 5) == 3);
    CHECK(edit_distance("ca", "ac", 2) == 1);
    CHECK(edit_distance("abcdef", "abdcef", 3) == 1);
    CHECK(edit_distance("", "abc", 3) == 3);
    CHECK(edit_distance("same", "same", 0) == 0);
    CHECK(edit_distance("kitten", "sitting", 2) == 3);  // more than asked for
    CHECK(edit_distance("a", "abcdefgh", 3) == 4);
}
