#include "quality/outliers/outliers.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <catch2/catch.hpp>

using namespace ingest::quality;

TEST_CASE("robust deviations are those of Iglewicz and Hoaglin", "[quality][outliers]") {
    // Median 3, absolute deviations 2 1 0 1 97: MAD 1.
    auto z = robust_z({1, 2, 3, 4, 100, std::numeric_limits<double>::quiet_NaN()});
    CHECK(z[0] == Approx(-2 * 0.6745));
    CHECK(z[4] == Approx(97 * 0.6745));
    CHECK(std::isnan(z[5]));
    auto mostly_equal = robust_z({5, 5, 5, 5, 9});
    CHECK(mostly_equal[0] == 0);
    CHECK(mostly_equal[4] == Approx(4 / (1.253314 * 0.8)));
    CHECK(robust_z({2, 2, 2})[0] == 0);
}

TEST_CASE("fences lie at the quartiles and beyond", "[quality][outliers]") {
    auto fences = tukey_fences({1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(fences.low == Approx(3 - 6));
    CHECK(fences.high == Approx(7 + 6));
}

TEST_CASE("an isolation forest sets the strange row apart", "[quality][outliers]") {
    std::mt19937_64 random(5);
    std::normal_distribution<double> normal;
    std::vector<std::vector<double>> columns(3);
    for (int i = 0; i < 500; ++i) {
        auto x = normal(random);
        columns[0].push_back(x);
        columns[1].push_back(x + 0.1 * normal(random));
        columns[2].push_back(normal(random));
    }
    columns[0][123] = 6, columns[1][123] = -6, columns[2][123] = 5;
    auto scores = isolation_scores(columns);
    CHECK(std::max_element(scores.begin(), scores.end()) - scores.begin() == 123);
    CHECK(scores[123] > 0.7);
    CHECK(isolation_scores(columns) == scores);
    CHECK(isolation_scores({}).empty());
}
