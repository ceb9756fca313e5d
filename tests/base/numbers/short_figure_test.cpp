#include <catch2/catch.hpp>

#include "base/numbers/short_figure.hpp"

using base::short_figure;

TEST_CASE("a short figure has four digits and no exponent that people meet", "[base][numbers]") {
    CHECK(short_figure(0) == "0");
    CHECK(short_figure(46.5) == "46.5");
    CHECK(short_figure(-0.5) == "-0.5");
    CHECK(short_figure(999.96) == "1000");
    CHECK(short_figure(1998) == "1998");
    CHECK(short_figure(9999.7) == "10,000");
    CHECK(short_figure(66560) == "66,560");
    CHECK(short_figure(-844128) == "-844,100");
    CHECK(short_figure(1166780.4) == "1,167,000");
    CHECK(short_figure(0.0000123456) == "0.00001235");
    CHECK(short_figure(0.00001) == "0.00001");
    CHECK(short_figure(1e-9) == "1e-09");
    CHECK(short_figure(2e20) == "2e+20");
}

TEST_CASE("a short figure may have more digits", "[base][numbers]") {
    CHECK(short_figure(1166780.4, 6) == "1,166,780");
    CHECK(short_figure(123456.7, 6) == "123,457");
    CHECK(short_figure(12345.67, 6) == "12345.7");
    CHECK(short_figure(0.0000123456, 6) == "0.0000123456");
    CHECK(short_figure(46.5, 6) == "46.5");
}

TEST_CASE("a chance has two digits, and none that say nothing", "[base][numbers]") {
    CHECK(base::chance(0.5) == "0.5");
    CHECK(base::chance(0.0314) == "0.031");
    CHECK(base::chance(0.00012) == "0.00012");
    CHECK(base::chance(0.00009) == "< 0.0001");
    CHECK(base::chance(0) == "< 0.0001");
    CHECK(base::chance(1) == "1");
}
