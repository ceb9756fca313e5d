#include "training/evaluation/run_comparison.hpp"

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "training/evaluation/comparison.hpp"
#include "training/run_store.hpp"

namespace training {

namespace {

constexpr int test = 2;

// The test predictions that both runs made, in one order.
struct Paired {
    std::vector<int> first, second, truth;
    std::vector<double> first_loss, second_loss;
};

Paired pair_up(const std::vector<Prediction>& a, const std::vector<Prediction>& b) {
    Paired paired;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i].id < b[j].id) {
            ++i;
        } else if (b[j].id < a[i].id) {
            ++j;
        } else {
            if (a[i].class_id && b[j].class_id && a[i].truth_class) {
                paired.first.push_back(*a[i].class_id);
                paired.second.push_back(*b[j].class_id);
                paired.truth.push_back(*a[i].truth_class);
            } else if (a[i].value && b[j].value && a[i].truth_value) {
                paired.first_loss.push_back(std::pow(*a[i].value - *a[i].truth_value, 2));
                paired.second_loss.push_back(std::pow(*b[j].value - *a[i].truth_value, 2));
            }
            ++i;
            ++j;
        }
    }
    return paired;
}

}  // namespace

RunComparison compare_runs(base::Tx& tx, std::int64_t a, std::int64_t b) {
    require_run(tx, a);
    require_run(tx, b);
    auto paired = pair_up(predictions_of(tx, a, test), predictions_of(tx, b, test));
    if (paired.truth.empty() && paired.first_loss.empty())
        throw base::Error(
            fmt::format("runs {} and {}", a, b),
            "judged no test record in common",
            "compare runs on one snapshot"
        );
    RunComparison found;
    if (paired.truth.empty()) {
        auto difference = compare_losses(paired.first_loss, paired.second_loss);
        found.rows = paired.first_loss.size();
        found.squared_error_difference = difference.value;
        found.low = difference.interval.low;
        found.high = difference.interval.high;
        return found;
    }
    auto classes = compare_classes(paired.first, paired.second, paired.truth);
    found.rows = classes.rows;
    found.only_a_right = classes.only_first;
    found.only_b_right = classes.only_second;
    found.accuracy_difference = classes.difference.value;
    found.low = classes.difference.interval.low;
    found.high = classes.difference.interval.high;
    found.p_value = classes.p_value;
    return found;
}

}  // namespace training
