#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/words.hpp"
#include "training/analysis/errors.hpp"
#include "training/run_store.hpp"
#include "training/snapshots/example_store.hpp"

namespace training {

// By what records are chosen to be labeled next.
enum class Order { uncertain, margin, entropy, diverse };

constexpr auto words_of(Order) {
    return std::to_array<base::Word<Order>>({
        {Order::uncertain, "uncertain", "the least sure of its class first"},
        {Order::margin, "margin", "those first whose two best classes are nearest to each other"},
        {Order::entropy, "entropy", "those first whose probabilities are most even"},
        {Order::diverse, "diverse", "by margin, but spread out over what there is"},
    });
}

struct NextRequest {
    std::int64_t run_id = 0;
    std::size_t count = 0;  // how many to choose
    Order order = Order::margin;
    double random_share = 0.1;  // chosen by chance instead
    std::uint64_t seed = 1;
    std::size_t pool = 20000;  // records without a label or a task that are looked at
    // Chosen from these instead, if they are given.
    std::optional<std::vector<Item>> among{};
    bool all = false;  // put all in order: none is left out for being like another
};

struct AnalysisRequest {
    std::int64_t run_id = 0;
    bool slices = true;
    bool label_errors = true;
    std::size_t label_errors_at_most = 100;
    NextRequest next;  // its run is the one above
};

// One record that deserves a look.
struct ReviewItem {
    Item item;
    std::string given;      // its label, empty if it has none
    std::string suggested;  // what the model says
    double score = 0;       // label errors: probability of the given label; next items: the doubt
    std::string reason;     // "label-error", "random", or the word of the order
    std::string snippet;    // title or first words
};

struct ConfusedClasses {
    std::string truth;
    std::string predicted;
    std::size_t rows = 0;
    double share = 0;  // of the rows of class `truth`
};

struct Analysis {
    RunInfo run;
    std::size_t judged = 0;  // rows of validation and test
    std::size_t wrong = 0;
    std::vector<ConfusedClasses> confused;  // most rows first
    std::vector<Slice> slices;              // worst first
    std::vector<ReviewItem> label_errors;   // least sure of the given label first
    double estimated_label_errors = 0;      // share of the judged rows
    std::vector<ReviewItem> next;           // what to label next
    std::size_t pool = 0;                   // unlabelled records looked at
};

// What a run gets wrong, on the rows it has not learnt from (validation and test): confused
// classes, slices where it is worse than elsewhere, labels that are likely wrong; and which
// unlabelled records to label next. Reads only. Throws base::Error for a run that made no model, or
// that predicts values.
Analysis analyse(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const AnalysisRequest& request
);

// What to label next, and how many records were looked at. Reads only; throws as analyse() does.
struct NextFound {
    std::vector<ReviewItem> items;  // in the order in which they should be labeled
    std::size_t pool = 0;
};
NextFound choose_next(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const NextRequest& request
);

}  // namespace training
