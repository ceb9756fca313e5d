#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/words.hpp"
#include "training/analysis/forecast.hpp"
#include "training/analysis/slices.hpp"

// What to do about what error analysis finds. Pure.
namespace training {

enum class Action { label, relabel, collect, guideline, look };

constexpr auto words_of(Action) {
    return std::to_array<base::Word<Action>>({
        {Action::label, "label", "label more records of this kind"},
        {Action::relabel, "relabel", "ask again about labels that may be wrong"},
        {Action::collect, "collect", "gather more records of this kind"},
        {Action::guideline, "guideline", "say in the guideline how to tell these apart"},
        {Action::look, "look", "look at these: nothing found says why"},
    });
}

// One finding, why it is so, and what to do.
struct Advice {
    Action action = Action::look;
    std::string finding;  // "language = de: 34 of 120 wrong, 2.8 times as many as elsewhere"
    std::string cause;
    std::string advice;
    std::string where;                   // a condition for it; empty: none can ask
    std::size_t rows = 0;                // that it is about
    std::size_t labels = 0;              // so many more are spoken of in `gain`
    std::optional<Expected> gain = {};   // fall of the error of these rows
    std::vector<std::string> like = {};  // keys of records like those that are wanted, if more are
};

// Shares of some judged rows: by these the cause of their errors is told.
struct RowMarks {
    double suspects = 0;  // whose label is confidently another
    double doubt = 0;     // mean entropy of the probabilities, over what it is at most
    double far = 0;       // beyond the limit of out-of-distribution rows
};

struct SliceMarks {
    Slice slice;
    RowMarks marks;
    std::size_t training_rows = 0;       // that are of the slice
    std::optional<Expected> gain;        // of `labels` more of it
    std::vector<std::string> keys = {};  // of its records, judged and learnt
};

// Two classes that are taken for each other.
struct ConfusedMarks {
    std::string truth, predicted;
    std::size_t rows = 0;
    double share = 0;  // of the rows of class `truth`
    double back = 0;   // of those of `predicted`, taken for `truth`
};

// What is wrong of one class, or label of spans.
struct ClassMarks {
    std::string name;
    std::string what = "records";  // that are of it: records, spans, parts
    std::size_t support = 0, missed = 0, spurious = 0;
    std::size_t wrong_boundary = 0;
    std::size_t learnt = 0;              // how many the training rows have
    bool alone = false;                  // records have one class each
    std::vector<std::string> keys = {};  // of records that have it, judged and learnt
};

struct Evidence {
    bool of_values = false;  // errors of slices are squared
    std::size_t judged = 0, training_rows = 0;
    std::size_t labels = 0;  // that are spoken of in gains
    std::string source;
    RowMarks all;
    std::vector<SliceMarks> slices;
    std::vector<ConfusedMarks> confused;
    std::vector<ClassMarks> classes = {};
    std::size_t suspects = 0;         // labels that confident learning counts
    std::size_t alike_otherwise = 0;  // pairs of nearly the same rows with different labels
    std::size_t ambiguous = 0, far = 0;
    std::optional<Expected> gain;  // of `labels` more, chosen by chance
};

// The advice, that about slices first, in their order. Why a slice is worse is told by what it has
// at least 1.5 times as much of as all rows: suspected labels, far rows, doubt; or by its share of
// the training rows, if that is below two thirds of its share of the judged ones, or fewer than 50.
// A class, or a label of spans, is told of where a fifth of what has it is missed, or a tenth of
// its spans is cut otherwise; one that records have alone also where fewer than 20 training rows
// have it and half of what was judged is missed, however little that is. Of records that have one
// class each those are told of that have few labels: of the others the pairs say more.
std::vector<Advice> advise(const Evidence& evidence);

}  // namespace training
