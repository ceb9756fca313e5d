// The truth of numbers.
#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"
#include "labeling/truth/score.hpp"
#include "labeling/truth/truth.hpp"

using labeling::Gold;
using labeling::JudgementsBuilder;
using labeling::Method;

namespace {

std::string named(char prefix, std::size_t i) {
    return prefix + std::to_string(10000 + i);
}

}  // namespace

TEST_CASE("numbers are weighted by how near each worker is to the others", "[labeling][truth]") {
    base::Random random(11);
    JudgementsBuilder builder;
    Gold gold;
    for (std::size_t q = 0; q < 300; ++q) {
        gold[named('q', q)] = std::to_string(q % 50);
        for (std::size_t w = 0; w < 6; ++w) {
            // Two are good, four are not.
            double noise = (random.uniform() + random.uniform() - 1) * (w < 2 ? 2 : 30);
            builder.add(
                named('q', q), named('w', w), std::to_string(static_cast<double>(q % 50) + noise)
            );
        }
    }
    auto judgements = std::move(builder).build();
    auto error = [&](Method method) {
        return labeling::score(judgements, labeling::estimate(judgements, method), gold).mae;
    };
    auto mean = error(Method::mean);
    for (auto method : {Method::lfc_n, Method::catd, Method::pm}) {
        INFO(base::name_of(method));
        CHECK(error(method) < mean / 3);
        auto estimates = labeling::estimate(judgements, method);
        CHECK(estimates.worker_error[0] < estimates.worker_error[5] / 4);
    }
    for (const auto& known : {gold, Gold{}}) {
        auto choice = labeling::choose(judgements, known);
        INFO(choice.why);
        CHECK(error(choice.method) < mean / 3);
    }
}

// The rounds by hand: medians 11.5, 19, 31, 7.75, 48.5 first; c and then b are nearest to them.
TEST_CASE("PM takes the median by weight", "[labeling][truth]") {
    JudgementsBuilder builder;
    const double table[5][4] = {
        {10, 12, 11, 30}, {20, 21, 18, 5}, {33, 30, 31, 31}, {7, 8, 7.5, 40}, {50, 47, 52, 20}};
    for (std::size_t q = 0; q < 5; ++q)
        for (std::size_t w = 0; w < 4; ++w)
            builder.add(named('q', q), named('w', w), std::to_string(table[q][w]));
    auto judgements = std::move(builder).build();
    CHECK(
        labeling::estimate(judgements, Method::pm).value == std::vector<double>{11, 20, 31, 7.5, 50}
    );
    // One worker's word does not become the truth.
    CHECK(labeling::estimate(judgements, Method::lfc_n).value[0] != Approx(10).margin(0.001));
}
