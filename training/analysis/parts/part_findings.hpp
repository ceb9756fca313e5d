#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "training/analysis/findings.hpp"

// What the findings about labels of several parts share.
namespace training {

// Judged rows that are wrong about a class.
struct WrongRows {
    std::string name;
    std::vector<std::uint32_t> rows;
};
// Adds the slices of each class where it is wrong more often than elsewhere, of the 20 that are
// wrong most often.
void slice_classes(Findings& of, std::span<const WrongRows> classes, Analysis& analysis);

// Three of a class are enough.
void add_example(std::vector<std::string>& to, std::string example);

// Sets estimated_label_errors as the share of records of which one part is confidently wrong.
void estimate_share(Analysis& analysis);
// Notes which judged rows are confidently wrong.
void mark_confident(Findings& of, const std::vector<Suspected>& suspects);

// Marks in pictures that may be wrong: boxes and outlines; points.
void suspect_boxes(Findings& of, Analysis& analysis);
void suspect_points(Findings& of, Analysis& analysis);

// By row, how doubtful the least sure part of its answer is: one less the lead of the likeliest
// class, 0 to 1; 0 where nothing is known.
std::vector<double> doubts_of(const PartsProbable& probable, std::size_t rows);

// Calls judge(rows, what models that have not seen the training rows say of them), and notes why
// not. `kind` is of the numbers that are kept of it, where a run has kept others.
template <typename Said, typename Judge>
void judge_training(
    Findings& of,
    Analysis& analysis,
    const Said& said,
    const Judge& judge,
    std::string_view kind = ""
) {
    if (of.request.folds < 2 || of.training.items.empty()) return;
    try {
        judge(
            of.training, of.fits.get(fmt::format("{}out of {} folds", kind, of.request.folds), said)
        );
    } catch (const base::Error& failure) {
        analysis.notes.push_back(
            fmt::format("labels of training rows were not judged: {}", failure.what())
        );
    }
}

}  // namespace training
