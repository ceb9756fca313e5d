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
