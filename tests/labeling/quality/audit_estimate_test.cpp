// Estimates of how many labels are wrong: against values worked out by hand, and by drawing samples
// from populations whose rate is known.
#include "labeling/quality/audit_estimate.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/numbers/random.hpp"

using labeling::AuditCounts;
using labeling::error_rate;
using labeling::error_rate_by_class;

namespace {

// A population of classes, each with so many labels of which so many are wrong.
struct ClassOfLabels {
    std::int64_t labels = 0, wrong = 0;
};

// Numbers from 0 to 1, one after the other.
struct Chance {
    base::CounterRandom random{11, 0};
    std::uint64_t at = 0;
    double next() { return random.unit(at++); }
};

// How many of the wrong labels a sample of n holds that is drawn without replacement.
std::int64_t drawn(const ClassOfLabels& from, std::int64_t n, Chance& chance) {
    std::int64_t left = from.labels, wrong = from.wrong, found = 0;
    for (std::int64_t i = 0; i < n; ++i, --left)
        if (chance.next() * static_cast<double>(left) < static_cast<double>(wrong)) {
            ++found;
            --wrong;
        }
    return found;
}

double rate_of(const std::vector<ClassOfLabels>& classes) {
    double labels = 0, wrong = 0;
    for (const auto& each : classes) {
        labels += static_cast<double>(each.labels);
        wrong += static_cast<double>(each.wrong);
    }
    return wrong / labels;
}

}  // namespace

TEST_CASE(
    "a rate by chance has Wilson's interval, corrected for the population",
    "[labeling][audit]"
) {
    // 10 of 100 of very many: as Wilson (1927) has it, 0.0552 to 0.1744.
    auto found = error_rate({.labels = 1'000'000'000, .answered = 100, .wrong = 10});
    CHECK(found.rate == Approx(0.1));
    CHECK(found.low == Approx(0.05523).margin(1e-4));
    CHECK(found.high == Approx(0.17436).margin(1e-4));
    // Half of the population asked: worth 100 * 199 / 100 answers.
    auto half = error_rate({.labels = 200, .answered = 100, .wrong = 10});
    CHECK(half.low == Approx(0.06560).margin(1e-4));
    CHECK(half.high == Approx(0.14955).margin(1e-4));
    auto all = error_rate({.labels = 100, .answered = 100, .wrong = 10});
    CHECK(all.low == 0.1);
    CHECK(all.high == 0.1);
    // The sample itself leaves no more than five that could be wrong.
    CHECK(error_rate({.labels = 100, .answered = 95, .wrong = 0}).high <= 0.05);
    CHECK(error_rate({.labels = 100, .answered = 0, .wrong = 0}).high == 1);
    CHECK(error_rate({.labels = 0, .answered = 0, .wrong = 0}).high == 1);
}

TEST_CASE("a rate by class weighs each class by its size", "[labeling][audit]") {
    std::vector<AuditCounts> classes{
        {.labels = 900, .answered = 50, .wrong = 1}, {.labels = 100, .answered = 50, .wrong = 20}};
    auto found = error_rate_by_class(classes);
    CHECK(found.rate == Approx(0.9 * 0.02 + 0.1 * 0.4));
    CHECK(found.low < found.rate);
    CHECK(found.low > 0.02);
    CHECK(found.high > found.rate);
    CHECK(found.high < 0.16);
    // Where all was asked nothing is left to guess.
    std::vector<AuditCounts> asked{
        {.labels = 10, .answered = 10, .wrong = 1}, {.labels = 30, .answered = 30, .wrong = 3}};
    CHECK(error_rate_by_class(asked).low == Approx(0.1));
    CHECK(error_rate_by_class(asked).high == Approx(0.1));
    CHECK(error_rate_by_class({}).high == 1);
    std::vector<AuditCounts> all_wrong{
        {.labels = 1'000'000, .answered = 10, .wrong = 10},
        {.labels = 1'000'000, .answered = 9, .wrong = 9}};
    CHECK(error_rate_by_class(all_wrong).rate == 1);
    CHECK(error_rate_by_class(all_wrong).high == 1);
    CHECK(error_rate_by_class(all_wrong).low > 0.7);
}

TEST_CASE("no error found leaves Clopper and Pearson's upper end", "[labeling][audit]") {
    std::vector<AuditCounts> one{{.labels = 1'000'000'000, .answered = 50, .wrong = 0}};
    CHECK(error_rate_by_class(one).rate == 0);
    CHECK(error_rate_by_class(one).low == 0);
    CHECK(error_rate_by_class(one).high == Approx(1 - std::pow(0.025, 1.0 / 50)).epsilon(1e-6));
    // In proportion the classes are as one; out of it the worst case lies in what was asked little.
    std::vector<AuditCounts> even{
        {.labels = 800'000'000, .answered = 40, .wrong = 0},
        {.labels = 200'000'000, .answered = 10, .wrong = 0}};
    CHECK(error_rate_by_class(even).high == Approx(error_rate_by_class(one).high).epsilon(1e-6));
    std::vector<AuditCounts> uneven{
        {.labels = 800'000'000, .answered = 10, .wrong = 0},
        {.labels = 200'000'000, .answered = 40, .wrong = 0}};
    CHECK(error_rate_by_class(uneven).high > error_rate_by_class(one).high);
    // A class that nobody asked about may be all wrong.
    std::vector<AuditCounts> unasked{
        {.labels = 800, .answered = 400, .wrong = 0}, {.labels = 200, .answered = 0, .wrong = 0}};
    CHECK(error_rate_by_class(unasked).high > 0.2);
    // 99 of 100 asked: one could be wrong at most.
    std::vector<AuditCounts> nearly{{.labels = 100, .answered = 99, .wrong = 0}};
    CHECK(error_rate_by_class(nearly).high <= 0.01 + 1e-9);
}

TEST_CASE("the intervals hold the true rate about as often as they say", "[labeling][audit]") {
    Chance chance;
    constexpr int times = 2'000;
    int held_by_chance = 0, held_by_class = 0, all = 0;
    for (const auto& classes : std::vector<std::vector<ClassOfLabels>>{
             {{2'000, 100}, {500, 60}, {60, 20}},
             {{5'000, 50}, {300, 0}, {40, 2}},
             {{400, 40}, {400, 4}},
             {{1'000, 300}, {1'000, 100}, {1'000, 20}, {1'000, 0}}}) {
        const auto truth = rate_of(classes);
        std::vector<std::int64_t> sizes;
        ClassOfLabels whole;
        for (const auto& each : classes) {
            sizes.push_back(each.labels);
            whole.labels += each.labels;
            whole.wrong += each.wrong;
        }
        for (std::int64_t sample : {60, 200}) {
            const auto dealt = labeling::dealt_out(sizes, sample);
            int by_chance = 0, by_class = 0;
            double sum_by_class = 0;
            for (int i = 0; i < times; ++i) {
                auto simple = error_rate(
                    {.labels = whole.labels,
                     .answered = sample,
                     .wrong = drawn(whole, sample, chance)}
                );
                by_chance += simple.low <= truth && truth <= simple.high ? 1 : 0;
                std::vector<AuditCounts> counts;
                for (std::size_t c = 0; c < classes.size(); ++c)
                    counts.push_back(
                        {.labels = classes[c].labels,
                         .answered = dealt[c],
                         .wrong = drawn(classes[c], dealt[c], chance)}
                    );
                auto found = error_rate_by_class(counts);
                sum_by_class += found.rate;
                by_class += found.low <= truth && truth <= found.high ? 1 : 0;
            }
            INFO(whole.labels << " labels, " << sample << " drawn, rate " << truth);
            // Where few errors can be found an interval holds more or less by leaps, as Wilson's
            // does.
            CHECK(by_chance > 0.9 * times);
            CHECK(by_class > 0.9 * times);
            held_by_chance += by_chance;
            held_by_class += by_class;
            all += times;
            CHECK(sum_by_class / times == Approx(truth).margin(0.006));
        }
    }
    CHECK(held_by_chance / static_cast<double>(all) == Approx(0.95).margin(0.02));
    CHECK(held_by_class / static_cast<double>(all) == Approx(0.95).margin(0.02));
}

TEST_CASE("a sample is dealt out by size, with some for each class", "[labeling][audit]") {
    using Sizes = std::vector<std::int64_t>;
    CHECK(labeling::dealt_out(Sizes{900, 90, 10}, 100) == Sizes{87, 8, 5});
    CHECK(labeling::dealt_out(Sizes{900, 90, 2}, 100) == Sizes{89, 9, 2});
    CHECK(labeling::dealt_out(Sizes{900, 90, 10}, 3) == Sizes{1, 1, 1});
    CHECK(labeling::dealt_out(Sizes{3, 4}, 100) == Sizes{3, 4});
    CHECK(labeling::dealt_out(Sizes{}, 5).empty());
    auto many = labeling::dealt_out(Sizes(1'000, 1'000), 100'000);
    CHECK(std::accumulate(many.begin(), many.end(), std::int64_t{0}) == 100'000);
    CHECK(*std::max_element(many.begin(), many.end()) == 100);
}
