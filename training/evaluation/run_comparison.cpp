// Runs meet in the records: predictions lie in the order of record keys, and one pass over all
// lists finds those that every run has. A record that was relabelled between two snapshots has no
// one truth, and is counted, not judged. Labels of several parts are compared as they were stored:
// by the parts that the two answers have in common, whichever models gave them.
#include "training/evaluation/run_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/evaluation/unanswered_store.hpp"
#include "training/parts/part_differences.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace training {

namespace {

constexpr int test_split = 2;

// The test predictions of all runs on the records that all have, in one order.
struct Aligned {
    std::vector<SaidOfRows> runs;
    std::vector<int> truth;
    std::size_t rows = 0;
    std::size_t left_out = 0;
    std::vector<std::size_t> unanswered;  // by run
};

enum class Predicts { classes, values, parts };

Predicts predicts_of(const std::vector<Prediction>& predictions) {
    const auto& first = predictions.front();
    return first.class_id ? Predicts::classes : first.label ? Predicts::parts : Predicts::values;
}

std::string_view word_of(Predicts what) {
    return what == Predicts::classes ? "classes"
           : what == Predicts::parts ? "labels of several parts"
                                     : "values";
}

// What both labels of several parts are of; nothing of other labels.
struct Parts {
    AskedQuestion question;
    const PartKind* kind = nullptr;
};

std::optional<Parts> parts_of(base::Tx& tx, const RunInfo& run) {
    if (run.project_id == 0) return std::nullopt;
    Parts out{asked_question(tx, require_snapshot(tx, run.snapshot))};
    out.kind = part_kind(out.question);
    return out.kind ? std::optional(std::move(out)) : std::nullopt;
}

void check_kinds(
    const std::vector<RunInfo>& runs,
    const std::vector<std::vector<Prediction>>& predictions
) {
    for (std::size_t i = 1; i < runs.size(); ++i) {
        if (predictions[i].empty() || predictions[0].empty()) continue;
        const auto first = predicts_of(predictions[0]), other = predicts_of(predictions[i]);
        if (first != other)
            throw base::Error(
                fmt::format("runs {} and {}", runs[0].id, runs[i].id),
                fmt::format("the one predicts {}, the other {}", word_of(first), word_of(other)),
                "compare runs of one kind"
            );
        if (first != Predicts::values && runs[i].project_id != runs[0].project_id)
            throw base::Error(
                fmt::format("runs {} and {}", runs[0].id, runs[i].id),
                fmt::format(
                    "predict {} of other projects, '{}' and '{}'",
                    word_of(first),
                    runs[0].project,
                    runs[i].project
                ),
                "compare runs of one project"
            );
    }
}

// Classes of two questions of a form are others, even of the same names.
void check_questions(base::Tx& tx, const std::vector<RunInfo>& runs) {
    const auto asked = [&](const RunInfo& run) {
        return made_with(require_snapshot(tx, run.snapshot), "question");
    };
    const auto first = asked(runs.front());
    for (const auto& run : runs)
        if (const auto other = asked(run); other != first)
            throw base::Error(
                fmt::format("runs {} and {}", runs.front().id, run.id),
                fmt::format("learnt other questions of a form, '{}' and '{}'", first, other),
                "compare runs of one question"
            );
}

// Nothing where the labels say nothing, as a ranking of level ones does.
void add_parts(const Parts& of, const std::vector<const Prediction*>& row, Aligned& out) {
    const auto& truth = *row.front()->truth_label;
    std::vector<schema::Overlap> scores;
    for (const auto* one : row)
        scores.push_back(
            one->label ? of.kind->compare(of.question, *one->label, truth).score
                       : of.kind->unsaid(of.question, truth)
        );
    const bool says = std::any_of(scores.begin(), scores.end(), [](const auto& one) {
        return one.first + one.second > 0;
    });
    if (!says) return;
    ++out.rows;
    for (std::size_t r = 0; r < row.size(); ++r) {
        out.runs[r].parts.push_back(scores[r]);
        out.unanswered[r] += row[r]->label ? 0 : 1;
    }
}

void add_row(
    const std::optional<Parts>& parts,
    const std::vector<const Prediction*>& row,
    Aligned& out
) {
    const auto& first = *row.front();
    const bool agree = std::all_of(row.begin(), row.end(), [&](const Prediction* one) {
        return one->truth_class == first.truth_class && one->truth_value == first.truth_value &&
               one->truth_label == first.truth_label;
    });
    if (!agree) {
        ++out.left_out;
        return;
    }
    if (parts && first.truth_label) {
        const bool any = std::any_of(row.begin(), row.end(), [](const Prediction* one) {
            return one->label.has_value();
        });
        if (any) add_parts(*parts, row, out);
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
Aligned align_runs(
    const std::optional<Parts>& parts,
    const std::vector<std::vector<Prediction>>& predictions
) {
    Aligned out;
    out.runs.resize(predictions.size());
    out.unanswered.resize(predictions.size());
    std::vector<std::size_t> at(predictions.size());
    for (const auto& one : predictions.front()) {
        std::vector<const Prediction*> row{&one};
        for (std::size_t r = 1; r < predictions.size(); ++r) {
            const auto& other = predictions[r];
            while (at[r] < other.size() && other[at[r]].id < one.id) ++at[r];
            if (at[r] < other.size() && other[at[r]].id == one.id) row.push_back(&other[at[r]]);
        }
        if (row.size() == predictions.size()) add_row(parts, row, out);
    }
    return out;
}

// Puts what a run says nothing of among what it says.
void add_unanswered(std::vector<Prediction>& said, std::vector<Prediction>&& unanswered) {
    const auto middle = static_cast<std::ptrdiff_t>(said.size());
    std::move(unanswered.begin(), unanswered.end(), std::back_inserter(said));
    std::inplace_merge(
        said.begin(),
        said.begin() + middle,
        said.end(),
        [](const Prediction& a, const Prediction& b) { return a.id < b.id; }
    );
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
    if (pair.by != Compared::accuracy) return;
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
    check_questions(tx, infos);
    check_kinds(infos, predictions);
    const auto parts = parts_of(tx, infos.front());
    for (std::size_t r = 0; parts && r < predictions.size(); ++r)
        add_unanswered(predictions[r], unanswered_of(tx, runs[r], test_split));
    const auto aligned = align_runs(parts, predictions);
    if (aligned.rows == 0)
        throw base::Error(
            fmt::format("runs {}", fmt::join(runs, ", ")),
            aligned.left_out > 0 ? "judged no test record with the same label in common"
                                 : "judged no test record in common",
            "compare runs on one snapshot"
        );
    const auto pairs = compare(
        aligned.runs,
        aligned.truth,
        1,
        0,
        std::move(stop),
        parts ? parts->kind->measure : Compared::micro_f1
    );
    RunComparison out;
    out.rows = aligned.rows;
    out.left_out = aligned.left_out;
    for (std::size_t r = 0; r < runs.size(); ++r)
        if (aligned.unanswered[r] > 0) out.unanswered.push_back({runs[r], aligned.unanswered[r]});
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
