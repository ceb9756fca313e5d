// Runs meet in the records: predictions lie in the order of record keys, and one pass over all
// lists finds those that every run has. A record that was relabelled between two snapshots has no
// one truth, and is counted, not judged.
#include "training/evaluation/run_comparison.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/run_store.hpp"

namespace training {

namespace {

constexpr int test_split = 2;

// The test predictions of all runs on the records that all have, in one order.
struct Aligned {
    std::vector<SaidOfRows> runs;
    std::vector<int> truth;
    std::size_t rows = 0;
    std::size_t left_out = 0;
};

bool of_classes(const std::vector<Prediction>& predictions) {
    return !predictions.empty() && predictions.front().class_id.has_value();
}

void check_kinds(
    const std::vector<RunInfo>& runs,
    const std::vector<std::vector<Prediction>>& predictions
) {
    for (std::size_t i = 1; i < runs.size(); ++i) {
        if (predictions[i].empty() || predictions[0].empty()) continue;
        const bool classes = of_classes(predictions[0]);
        if (of_classes(predictions[i]) != classes)
            throw base::Error(
                fmt::format("runs {} and {}", runs[classes ? 0 : i].id, runs[classes ? i : 0].id),
                "the one predicts classes, the other values",
                "compare runs of one kind"
            );
        if (classes && runs[i].project_id != runs[0].project_id)
            throw base::Error(
                fmt::format("runs {} and {}", runs[0].id, runs[i].id),
                fmt::format(
                    "predict classes of other projects, '{}' and '{}'",
                    runs[0].project,
                    runs[i].project
                ),
                "compare runs of one project"
            );
    }
}

void add_row(const std::vector<const Prediction*>& row, Aligned& out) {
    const auto& first = *row.front();
    const bool agree = std::all_of(row.begin(), row.end(), [&](const Prediction* one) {
        return one->truth_class == first.truth_class && one->truth_value == first.truth_value;
    });
    if (!agree) {
        ++out.left_out;
        return;
    }
    if (!first.truth_class && !first.truth_value) return;
    ++out.rows;
    if (first.class_id) out.truth.push_back(*first.truth_class);
    for (std::size_t r = 0; r < row.size(); ++r) {
        if (first.class_id) {
            out.runs[r].classes.push_back(*row[r]->class_id);
            out.runs[r].losses.push_back(loss_of_probability(row[r]->truth_probability));
        } else {
            out.runs[r].losses.push_back(std::pow(*row[r]->value - *first.truth_value, 2));
        }
    }
}

// All lists are in the order of records.
Aligned align_runs(const std::vector<std::vector<Prediction>>& predictions) {
    Aligned out;
    out.runs.resize(predictions.size());
    std::vector<std::size_t> at(predictions.size());
    for (const auto& one : predictions.front()) {
        std::vector<const Prediction*> row{&one};
        for (std::size_t r = 1; r < predictions.size(); ++r) {
            const auto& other = predictions[r];
            while (at[r] < other.size() && other[at[r]].id < one.id) ++at[r];
            if (at[r] < other.size() && other[at[r]].id == one.id) row.push_back(&other[at[r]]);
        }
        if (row.size() == predictions.size()) add_row(row, out);
    }
    return out;
}

// What is told of the first two runs by themselves.
void tell_first_pair(const std::vector<PairwiseDifference>& pairs, RunComparison& out) {
    const auto& pair = pairs.front();
    out.low = pair.difference.interval.low;
    out.high = pair.difference.interval.high;
    if (pair.by == Compared::squared_error) {
        out.squared_error_difference = pair.difference.value;
        return;
    }
    out.accuracy_difference = pair.difference.value;
    out.only_a_right = pair.only_first;
    out.only_b_right = pair.only_second;
    out.p_value = pair.p_value;
}

}  // namespace

RunComparison compare_runs(base::Tx& tx, std::span<const std::int64_t> runs, std::stop_token stop) {
    std::vector<RunInfo> infos;
    std::vector<std::vector<Prediction>> predictions;
    for (auto run : runs) infos.push_back(require_run(tx, run));
    for (auto run : runs) {
        if (stop.stop_requested()) throw base::Interrupted();
        predictions.push_back(predictions_of(tx, run, test_split));
    }
    check_kinds(infos, predictions);
    const auto aligned = align_runs(predictions);
    if (aligned.rows == 0)
        throw base::Error(
            fmt::format("runs {}", fmt::join(runs, ", ")),
            aligned.left_out > 0 ? "judged no test record with the same label in common"
                                 : "judged no test record in common",
            "compare runs on one snapshot"
        );
    const auto pairs = compare(aligned.runs, aligned.truth, 1, 0, std::move(stop));
    RunComparison out;
    out.rows = aligned.rows;
    out.left_out = aligned.left_out;
    tell_first_pair(pairs, out);
    for (const auto& pair : pairs) {
        RunDifference line{
            .a = runs[pair.first],
            .b = runs[pair.second],
            .metric = pair.by,
            .difference = pair.difference.value,
            .low = pair.difference.interval.low,
            .high = pair.difference.interval.high,
            .p_value = pair.p_value,
            .adjusted_p = pair.adjusted,
            .stands = pair.adjusted < 0.05,
            .better = {}};
        const bool second = (line.difference > 0) != less_is_better(pair.by);
        if (line.stands) line.better = second ? line.b : line.a;
        out.differences.push_back(std::move(line));
    }
    return out;
}

}  // namespace training
