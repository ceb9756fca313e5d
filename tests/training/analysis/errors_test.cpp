#include "training/analysis/errors.hpp"
#include "base/numbers/random.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.hpp"

using namespace training;

TEST_CASE("confusions come most frequent first, and classes weakest first", "[training][errors]") {
    ClassReport report;
    report.confusion = {{0, 0, 8}, {0, 1, 2}, {1, 0, 5}, {1, 1, 4}, {1, 2, 1}, {2, 2, 10}};
    report.classes = {{0.6, 0.8, 0.69, 10, 13}, {0.67, 0.4, 0.5, 10, 6}, {0.9, 1, 0.95, 10, 11}};
    const auto pairs = confused_pairs(report);
    REQUIRE(pairs.size() == 3);
    CHECK(pairs[0].truth == 1);
    CHECK(pairs[0].predicted == 0);
    CHECK(pairs[0].share == Approx(0.5));
    CHECK(worst_classes(report, 2) == std::vector<std::size_t>{1, 0});
}

TEST_CASE(
    "next items are the least certain, with a random arm and without near-duplicates",
    "[training][errors]"
) {
    constexpr std::size_t n = 1000;
    std::vector<double> p;
    std::vector<std::uint64_t> hashes;
    const base::CounterRandom random(4, 1);
    for (std::size_t i = 0; i < n; ++i) {
        const double sure = 0.5 + 0.5 * static_cast<double>(i) / n;  // row 0 is least certain
        p.push_back(sure);
        p.push_back(1 - sure);
        hashes.push_back(random.at(i / 2));  // pairs of the same text
    }
    NextSpec spec;
    spec.count = 50;
    const auto items = next_items(p, 2, hashes, spec);
    REQUIRE(items.size() == 50);
    std::size_t chance = 0;
    std::set<std::uint64_t> texts;
    double last = 2;
    for (const auto& item : items) {
        CHECK(texts.insert(hashes[item.row]).second);
        if (item.reason == NextItem::Reason::random) {
            ++chance;
            continue;
        }
        CHECK(item.score <= last);
        CHECK(item.row < 120);
        last = item.score;
    }
    CHECK(chance == 5);
    CHECK(items[0].reason == NextItem::Reason::random);

    spec.count = 5000;  // more than there are
    CHECK(next_items(p, 2, hashes, spec).size() == 500);
    CHECK(next_items(p, 2, {}, spec).size() == 1000);
    spec.random_share = 0;
    CHECK(next_items(p, 2, hashes, spec).size() == 500);
    spec.random_share = 1;
    CHECK(next_items(p, 2, hashes, spec).size() == 500);
}

TEST_CASE("drawn items keep the mix of what there is", "[training][errors]") {
    // A third of the rows each is sure, doubtful, and very doubtful.
    constexpr std::size_t n = 3000;
    std::vector<double> p;
    for (std::size_t i = 0; i < n; ++i) {
        const double best = i % 3 == 0 ? 1 : i % 3 == 1 ? 0.75 : 0.5;  // doubts 0, 1/2, 1
        p.insert(p.end(), {best, 1 - best});
    }
    NextSpec spec;
    spec.count = 300;
    spec.random_share = 0;
    spec.sharpness = 2;
    const auto shares = [&](std::span<const double> of) {
        std::array<std::size_t, 3> counts{};
        for (const auto& item : next_items(of, 2, {}, spec)) ++counts[item.row % 3];
        return counts;
    };
    const auto by_doubt = shares(p);
    CHECK(by_doubt[0] == 0);
    CHECK(by_doubt[2] > 3 * by_doubt[1]);  // four times as likely
    CHECK(by_doubt[2] < 6 * by_doubt[1]);
    // Where all are as doubtful as each other they are a sample by chance.
    for (auto count : shares(std::vector<double>(2 * n, 0.5))) {
        CHECK(count > 70);
        CHECK(count < 130);
    }
    spec.first.resize(n);
    for (std::size_t i = 1; i < n; i += 3) spec.first[i] = 1;
    spec.first_times = 4;
    const auto weak = shares(p);  // now as likely as the very doubtful ones
    CHECK(weak[1] > 110);
    CHECK(weak[1] < 190);
    const auto first = next_items(p, 2, {}, spec).front().row;
    spec.seed = 2;
    CHECK(next_items(p, 2, {}, spec).front().row != first);
}

TEST_CASE("doubt is told by the best class, the two best, or all", "[training][errors]") {
    const std::vector<double> sure{1, 0, 0}, even{1.0 / 3, 1.0 / 3, 1.0 / 3}, two{0.5, 0.5, 0};
    for (auto by : {Doubt::uncertain, Doubt::margin, Doubt::entropy}) {
        CHECK(doubt_of(sure, by) == Approx(0).margin(1e-12));
        CHECK(doubt_of(even, by) == Approx(1));
    }
    CHECK(doubt_of(two, Doubt::margin) == Approx(1));
    CHECK(doubt_of(two, Doubt::uncertain) == Approx(0.75));
    CHECK(doubt_of(two, Doubt::entropy) == Approx(std::log(2) / std::log(3)));
    // The orders differ: by the two best {.45, .44, .11} comes first, by the others {.4, .3, .3}.
    const std::vector<double> p{0.45, 0.44, 0.11, 0.4, 0.3, 0.3};
    NextSpec spec;
    spec.count = 1;
    spec.random_share = 0;
    CHECK(next_items(p, 3, {}, spec).at(0).row == 0);
    spec.by = Doubt::entropy;
    CHECK(next_items(p, 3, {}, spec).at(0).row == 1);
    spec.by = Doubt::uncertain;
    CHECK(next_items(p, 3, {}, spec).at(0).row == 1);
}

TEST_CASE("a spread order takes one of each heap of alike rows first", "[training][errors]") {
    // Ten heaps of twenty doubtful rows that lie close together; the first heaps are more doubtful.
    const base::CounterRandom random(5, 0);
    std::vector<double> p;
    std::vector<float> places;
    for (int i = 0; i < 200; ++i) {
        const double doubt = 0.2 - 0.0005 * i;
        p.push_back(0.5 + (0.2 - doubt));
        p.push_back(0.5 - (0.2 - doubt));
        const int heap = i / 20;
        places.push_back(static_cast<float>(heap % 5 * 10 + random.unit(2 * i) * 0.1));
        places.push_back(static_cast<float>(heap / 5 * 10 + random.unit(2 * i + 1) * 0.1));
    }
    NextSpec spec;
    spec.count = 40;
    spec.random_share = 0;
    std::set<std::uint32_t> plain, spread;
    for (const auto& item : next_items(p, 2, {}, spec)) plain.insert(item.row / 20);
    const auto items = spread_items(p, 2, places, 2, spec);
    REQUIRE(items.size() == 40);
    CHECK(items[0].row == 0);  // the most doubtful of all
    for (std::size_t i = 0; i < 10; ++i) spread.insert(items[i].row / 20);
    CHECK(plain.size() == 2);
    CHECK(spread.size() == 10);

    spec.random_share = 0.5;
    const auto mixed = spread_items(p, 2, places, 2, spec);
    CHECK(std::count_if(mixed.begin(), mixed.end(), [](const NextItem& item) {
              return item.reason == NextItem::Reason::random;
          }) == 20);
    spec.count = 1000;
    CHECK(spread_items(p, 2, places, 2, spec).size() == 200);
    CHECK(spread_items({}, 2, {}, 2, spec).empty());
    CHECK_THROWS_AS(spread_items(p, 2, places, 3, spec), base::Error);
}

TEST_CASE(
    "places weigh numbers and pictures alike and leave categories out",
    "[training][errors]"
) {
    Examples examples;
    examples.rows = 4;
    examples.columns = {
        {"size", schema::Column::Type::number, ""}, {"kind", schema::Column::Type::category, ""}};
    const auto none = std::numeric_limits<double>::quiet_NaN();
    examples.numeric = {1, 7, 2, 8, 3, 9, none, 1};
    examples.pixels.assign(4 * 256, 0);
    std::fill(examples.pixels.begin(), examples.pixels.begin() + 512, 200);
    examples.pixel_count = 256;
    examples.pixel_width = 16;
    examples.pixel_channels = 1;
    const auto places = places_of(examples);
    CHECK(places.width == 65);
    REQUIRE(places.numbers.size() == 4 * 65);
    CHECK(places.numbers[3 * 65] == 0);  // missing is the mean
    const auto apart = [&](std::size_t a, std::size_t b) {
        double sum = 0;
        for (std::size_t k = 1; k < 65; ++k) {
            const double d = places.numbers[a * 65 + k] - places.numbers[b * 65 + k];
            sum += d * d;
        }
        return sum;
    };
    CHECK(apart(0, 1) == Approx(0));
    CHECK(apart(0, 2) == Approx(4));  // two standard deviations, over all cells together
}

TEST_CASE("a power law is recovered from its points", "[training][errors]") {
    std::vector<CurveSample> samples;
    const PowerLaw truth{.floor = 0.1, .scale = 2, .exponent = 0.5};
    for (double rows : {100.0, 200.0, 400.0, 800.0, 1600.0})
        samples.push_back({rows, truth.at(rows)});
    const auto law = fit_power_law(samples);
    REQUIRE(law);
    CHECK(law->floor == Approx(0.1).margin(0.002));
    CHECK(law->exponent == Approx(0.5).margin(0.02));
    CHECK(law->at(6400) == Approx(truth.at(6400)).margin(0.002));
    CHECK_FALSE(fit_power_law(std::vector<CurveSample>{{10, 0.5}, {20, 0.4}, {20, 0.41}}));
    // Hardly falling at first: a law without a shift would promise too little.
    const PowerLaw late{.floor = 0.05, .scale = 300, .exponent = 0.9, .shift = 800};
    std::vector<CurveSample> flat;
    for (double rows : {100.0, 200.0, 400.0, 800.0, 1600.0}) flat.push_back({rows, late.at(rows)});
    const auto shifted = fit_power_law(flat);
    REQUIRE(shifted);
    CHECK(shifted->shift > 0);
    CHECK(shifted->at(2400) == Approx(late.at(2400)).margin(0.002));
    // Three sizes have no fourth parameter.
    CHECK(fit_power_law(std::span(flat).first(3))->shift == 0);
    const auto rising = fit_power_law(std::vector<CurveSample>{{10, 0.1}, {20, 0.2}, {40, 0.3}});
    REQUIRE(rising);
    CHECK(rising->scale == 0);
}
