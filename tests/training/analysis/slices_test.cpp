// Slices against planted ones, against all slices of a small lattice gone through one by one, and
// against what chance gives.
#include "training/analysis/slices.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "schema/select/filter.hpp"

using namespace training;

namespace {

// Three columns; rows that are both "de" and large are wrong more often.
struct PlantedSlices {
    SliceColumn language{.name = "language", .field = "language"};
    SliceColumn size{.name = "size", .field = "size"};
    SliceColumn noise{.name = "noise"};
    std::vector<double> wrong;

    explicit PlantedSlices(std::size_t n, double planted_rate = 0.6) {
        const base::CounterRandom random(1, 1);
        for (std::size_t i = 0; i < n; ++i) {
            language.texts.push_back(random.below(i, 3) == 0 ? "de" : "en");
            size.numbers.push_back(random.unit(n + i) * 100);
            noise.texts.push_back("v" + std::to_string(random.below(2 * n + i, 20)));
            const bool planted = language.texts.back() == "de" && size.numbers.back() > 75;
            wrong.push_back(random.unit(3 * n + i) < (planted ? planted_rate : 0.1) ? 1 : 0);
        }
    }
    std::vector<SliceColumn> columns() const { return {language, size, noise}; }
};

}  // namespace

TEST_CASE("a slice with planted errors is found, and noise is not", "[training][slices]") {
    const PlantedSlices made(3000);
    const auto slices = worst_slices(made.columns(), made.wrong);
    REQUIRE(!slices.empty());
    CHECK_THAT(
        slices[0].description, Catch::Contains("language = de") && Catch::Contains("size above")
    );
    CHECK(slices[0].predicates.size() == 2);
    CHECK(slices[0].lift > 3);
    CHECK(slices[0].interval.low < slices[0].rate);
    for (const auto& slice : slices) {
        CHECK(slice.rows.size() >= 30);
        CHECK(slice.q_value <= 0.05);
        if (slice.predicates.size() == 1)
            CHECK_THAT(slice.description, !Catch::StartsWith("noise"));
    }
    const std::vector<SliceColumn> only_noise{made.noise};
    CHECK(worst_slices(only_noise, made.wrong).empty());
    CHECK(worst_slices(made.columns(), std::vector<double>(3000, 0)).empty());
    CHECK(worst_slices({}, made.wrong).empty());
    CHECK_THROWS_WITH(
        worst_slices(made.columns(), std::vector<double>(5, 1)), Catch::Contains("for 5 rows")
    );
    std::stop_source stopped;
    stopped.request_stop();
    CHECK_THROWS_AS(
        worst_slices(made.columns(), made.wrong, {}, stopped.get_token()), base::Interrupted
    );
}

TEST_CASE("amounts are sliced as wrong answers are", "[training][slices]") {
    PlantedSlices made(3000);
    const base::CounterRandom random(2, 1);
    for (std::size_t i = 0; i < 3000; ++i) {
        const bool planted = made.language.texts[i] == "de" && made.size.numbers[i] > 75;
        made.wrong[i] = random.unit(i) * (planted ? 9 : 1);
    }
    const auto slices = worst_slices(made.columns(), made.wrong);
    REQUIRE(!slices.empty());
    CHECK_THAT(
        slices[0].description, Catch::Contains("language = de") && Catch::Contains("size above")
    );
    CHECK(slices[0].rate == Approx(4.5).margin(0.5));
    CHECK(slices[0].interval.low < slices[0].rate);
    CHECK(slices[0].interval.high > slices[0].rate);
    // The same amounts whatever the row: nothing to find.
    for (std::size_t i = 0; i < 3000; ++i) made.wrong[i] = random.unit(i);
    CHECK(worst_slices(made.columns(), made.wrong).empty());
}

TEST_CASE("three conditions are found where two are not enough", "[training][slices]") {
    const base::CounterRandom random(3, 1);
    constexpr std::size_t n = 8000;
    std::vector<SliceColumn> columns(4);
    std::vector<double> wrong;
    for (std::size_t c = 0; c < 4; ++c)
        columns[c].name = std::string(1, static_cast<char>('a' + c));
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t c = 0; c < 4; ++c)
            columns[c].texts.push_back(std::to_string(random.below(i * 8 + c, 3)));
        const bool planted =
            columns[0].texts[i] == "0" && columns[1].texts[i] == "0" && columns[2].texts[i] == "0";
        wrong.push_back(random.unit(i * 8 + 7) < (planted ? 0.8 : 0.05) ? 1 : 0);
    }
    const auto slices = worst_slices(columns, wrong);
    REQUIRE(!slices.empty());
    CHECK(slices[0].description == "a = 0 and b = 0 and c = 0");
    SliceSpec pairs;
    pairs.predicates = 2;
    for (const auto& slice : worst_slices(columns, wrong, pairs))
        CHECK(slice.predicates.size() <= 2);
}

TEST_CASE("pruning loses none of the best slices", "[training][slices]") {
    // All conjunctions of two of four columns, by hand.
    const base::CounterRandom random(4, 1);
    constexpr std::size_t n = 900;
    std::vector<SliceColumn> columns(4);
    std::vector<double> errors;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t c = 0; c < 4; ++c) {
            columns[c].name = "c" + std::to_string(c);
            columns[c].texts.push_back(std::to_string(random.below(i * 8 + c, 4)));
        }
        const bool odd = columns[1].texts[i] == "2" && columns[3].texts[i] == "1";
        errors.push_back(random.unit(i * 8 + 5) < (odd ? 0.9 : 0.2) ? 1 : 0);
    }
    double total = 0;
    for (double e : errors) total += e;
    std::pair<double, std::string> best;
    for (std::size_t a = 0; a < 4; ++a)
        for (std::size_t b = a + 1; b < 4; ++b) {
            std::map<std::string, std::pair<double, double>> cells;
            for (std::size_t i = 0; i < n; ++i) {
                auto& [rows, sum] = cells
                    [columns[a].name + " = " + columns[a].texts[i] + " and " + columns[b].name +
                     " = " + columns[b].texts[i]];
                ++rows;
                sum += errors[i];
            }
            for (const auto& [name, cell] : cells) {
                if (cell.first < 30) continue;
                const double score = 0.99 * (cell.second / cell.first / (total / n) - 1) -
                                     0.01 * (n / cell.first - 1);
                best = std::max(best, {score, name});
            }
        }
    SliceSpec spec;
    spec.limit = 1;  // so that the ten best set the bound
    const auto found = worst_slices(columns, errors, spec);
    REQUIRE(found.size() == 1);
    CHECK(found[0].description == best.second);
    CHECK(found[0].score == Approx(best.first));
}

TEST_CASE("columns are cut and said so that a condition can ask for them", "[training][slices]") {
    SliceColumn kind{.name = "kind", .field = "kind"};
    SliceColumn stars{.name = "stars", .field = "stars"};
    SliceColumn size{.name = "size \"kB\"", .field = "size \"kB\""};
    std::vector<double> wrong;
    for (int i = 0; i < 400; ++i) {
        kind.texts.push_back(i % 4 == 0 ? "it's" : i % 4 == 1 ? "" : "plain");
        stars.numbers.push_back(i % 5);
        size.numbers.push_back(i % 10 == 0 ? std::numeric_limits<double>::quiet_NaN() : i / 7.0);
        wrong.push_back(i % 4 == 0 ? 1 : 0);
    }
    const std::vector<SliceColumn> columns{kind, stars, size};
    auto slices = worst_slices(columns, wrong);
    REQUIRE(!slices.empty());
    CHECK(slices[0].description == "kind = it's");
    CHECK(slices[0].where == "\"kind\" = 'it''s'");
    CHECK(schema::Filter::parse(slices[0].where).matches([](const std::string& field) {
        return field == "kind" ? std::optional<std::string>("it's") : std::nullopt;
    }));
    CHECK(rows_of(slices[0].predicates, columns) == slices[0].rows);

    for (int i = 0; i < 400; ++i) wrong[static_cast<std::size_t>(i)] = i % 5 == 3 ? 1 : 0;
    slices = worst_slices(columns, wrong);
    REQUIRE(!slices.empty());
    CHECK(slices[0].description == "stars = 3");

    for (std::size_t i = 0; i < 400; ++i) wrong[i] = size.numbers[i] > 45 ? 1 : 0;
    slices = worst_slices(columns, wrong);
    REQUIRE(!slices.empty());
    CHECK_THAT(slices[0].description, Catch::StartsWith("size \"kB\" above "));
    CHECK_THAT(slices[0].where, Catch::StartsWith("\"size \"\"kB\"\"\" > "));
    CHECK_NOTHROW(schema::Filter::parse(slices[0].where));
    CHECK(rows_of(slices[0].predicates, columns) == slices[0].rows);
    CHECK(rows_of(slices[0].predicates, {}).empty());
}
