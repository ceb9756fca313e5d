#include "labeling/truth/bradley_terry.hpp"

#include <catch2/catch.hpp>

#include <cmath>

#include "base/error.hpp"
#include "base/numbers/random.hpp"

using labeling::Comparisons;
using labeling::ComparisonsBuilder;
using labeling::Ranking;

namespace {

std::vector<std::string>
names_in_order(const Comparisons& comparisons, const labeling::Ranked& ranked) {
    std::vector<std::string> names;
    for (auto item : ranked.order) names.push_back(comparisons.items[item]);
    return names;
}

}  // namespace

TEST_CASE("Bradley and Terry's strengths of baseball teams are met", "[labeling][bradley-terry]") {
    // American League East 1987, wins of the row over the column (Agresti, Categorical Data
    // Analysis, 2nd ed., table 10.10), and the log strengths printed there, Baltimore's being 0.
    const std::vector<std::string> teams{
        "Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore"};
    const int wins[7][7] = {
        {0, 7, 9, 7, 7, 9, 11},
        {6, 0, 7, 5, 11, 9, 9},
        {4, 6, 0, 7, 7, 8, 12},
        {6, 8, 6, 0, 6, 7, 10},
        {6, 2, 6, 7, 0, 7, 12},
        {4, 4, 5, 6, 6, 0, 6},
        {2, 4, 1, 3, 1, 7, 0}};
    const double logs[7] = {1.581, 1.436, 1.294, 1.248, 1.108, 0.684, 0};
    ComparisonsBuilder builder;
    for (std::size_t a = 0; a < 7; ++a)
        for (std::size_t b = 0; b < 7; ++b)
            for (int n = 0; n < wins[a][b]; ++n)
                builder.add(
                    n % 2 ? teams[a] : teams[b], n % 2 ? teams[b] : teams[a], "league", teams[a]
                );
    auto comparisons = std::move(builder).build();
    auto ranked = labeling::rank(comparisons, Ranking::bradley_terry);
    CHECK(names_in_order(comparisons, ranked) == teams);
    double last = ranked.strength[ranked.order[6]], sum = 0;
    for (std::size_t i = 0; i < 7; ++i) {
        CHECK(std::log(ranked.strength[ranked.order[i]] / last) == Approx(logs[i]).margin(0.002));
        sum += ranked.strength[i];
    }
    CHECK(sum == Approx(1));
}

TEST_CASE(
    "items that always win, that always lose and that never met are ranked all the same",
    "[labeling][bradley-terry]"
) {
    ComparisonsBuilder builder;
    builder.add("a", "b", "w", "a");
    builder.add("b", "c", "w", "b");
    builder.add("c", "a", "w", "a");
    builder.add("x", "y", "w", "y");
    auto comparisons = std::move(builder).build();
    for (auto method : {Ranking::bradley_terry, Ranking::noisy_bradley_terry}) {
        auto ranked = labeling::rank(comparisons, method);
        const auto& s = ranked.strength;
        CHECK(s[0] > s[1]);
        CHECK(s[1] > s[2]);
        CHECK(s[2] > 0);
        CHECK(s[4] > s[3]);
    }
}

TEST_CASE(
    "workers who press the same side are found and left out of the order",
    "[labeling][bradley-terry]"
) {
    base::Random random(4);
    ComparisonsBuilder builder;
    auto item = [](std::size_t i) { return "i" + std::to_string(10 + i); };
    for (std::size_t i = 0; i < 4000; ++i) {
        auto a = random.below(20), b = (a + 1 + random.below(19)) % 20, w = i % 10;
        // The lower items come to the left more often, and six of ten workers always take the left.
        if (random.uniform() < 0.7 && a > b) std::swap(a, b);
        double ahead = 0.3 * (static_cast<double>(b) - static_cast<double>(a));
        bool left = w < 6 || random.uniform() < 1 / (1 + std::exp(ahead));
        builder.add(item(a), item(b), "w" + std::to_string(w), left ? item(a) : item(b));
    }
    auto comparisons = std::move(builder).build();
    auto plain = labeling::rank(comparisons, Ranking::bradley_terry);
    auto noisy = labeling::rank(comparisons, Ranking::noisy_bradley_terry);
    for (std::size_t w = 0; w < 10; ++w) {
        CHECK((noisy.reliability[w] < 0.2) == (w < 6));
        if (w < 6) CHECK(noisy.left_bias[w] > 0.95);
        CHECK(plain.reliability[w] == 1);
    }
    auto wrong = [&](const labeling::Ranked& ranked) {
        auto names = names_in_order(comparisons, ranked);
        std::size_t count = 0;
        for (std::size_t i = 0; i < 20; ++i)
            for (std::size_t j = i + 1; j < 20; ++j) count += names[i] < names[j] ? 1 : 0;
        return count;
    };
    CHECK(wrong(noisy) <= 8);
    CHECK(wrong(plain) > 3 * wrong(noisy));
}

TEST_CASE(
    "what is no comparison is refused, and ranking stops when asked",
    "[labeling][bradley-terry]"
) {
    ComparisonsBuilder builder;
    CHECK_THROWS_WITH(builder.add("a", "a", "w", "a"), Catch::Contains("both sides"));
    CHECK_THROWS_WITH(builder.add("a", "b", "w", "c"), Catch::Contains("neither 'a' nor 'b'"));
    builder.add("a", "b", "w", "b");
    auto comparisons = std::move(builder).build();
    CHECK_THROWS_AS(labeling::rank(Comparisons{}, Ranking::bradley_terry), base::Error);
    std::stop_source stop;
    stop.request_stop();
    CHECK_THROWS_AS(
        labeling::rank(comparisons, Ranking::noisy_bradley_terry, stop.get_token()),
        base::Interrupted
    );
}
