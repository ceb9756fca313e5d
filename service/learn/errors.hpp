#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/verb.hpp"
#include "training/analysis/analysis.hpp"

// Error analysis as a verb: it ends in actions.
namespace service {

struct AnalyseErrors {
    std::int64_t run = 0;
    bool slices = false;        // only these
    bool label_errors = false;  // only these; sent, they are asked again
    std::size_t next = 0;
    training::Order order = training::Order::margin;
    std::size_t pool = 20'000;
    std::uint64_t seed = 1;
    bool send = false;
    static const base::Settings<AnalyseErrors> settings;
};

struct ConfusedClass {
    std::string truth, predicted;
    std::size_t rows = 0;
    double share = 0;  // of the rows of class `truth`
};
BOOST_DESCRIBE_STRUCT(ConfusedClass, (), (truth, predicted, rows, share))

struct WorseSlice {
    std::string slice;  // "language = de"
    std::size_t rows = 0, errors = 0;
    double rate = 0, low = 0, high = 0;  // of errors, with the 95 % interval
    double lift = 0;                     // rate over that of all rows
    double q_value = 1;
};
BOOST_DESCRIBE_STRUCT(WorseSlice, (), (slice, rows, errors, rate, low, high, lift, q_value))

struct ToReview {
    std::string key, given, suggested;
    double score = 0;
    std::string reason;  // label-error, random, or the order
    std::string text;    // title or first words
};
BOOST_DESCRIBE_STRUCT(ToReview, (), (key, given, suggested, score, reason, text))

struct SentToQueue {
    std::int64_t added = 0, changed = 0, waiting = 0;
};
BOOST_DESCRIBE_STRUCT(SentToQueue, (), (added, changed, waiting))

struct FoundErrors {
    std::int64_t run = 0;
    std::string model, snapshot, project;
    std::size_t judged = 0, wrong = 0;  // rows of validation and test
    std::vector<ConfusedClass> confused{};
    std::vector<WorseSlice> slices{};
    std::vector<ToReview> label_errors{};
    double estimated_label_errors = 0;  // share of the judged rows
    std::vector<ToReview> next{};
    std::size_t pool = 0;  // unlabelled records looked at
    std::optional<SentToQueue> sent{};
};
BOOST_DESCRIBE_STRUCT(
    FoundErrors,
    (),
    (run,
     model,
     snapshot,
     project,
     judged,
     wrong,
     confused,
     slices,
     label_errors,
     estimated_label_errors,
     next,
     pool,
     sent)
)

// Where a run is wrong, and what to label next. With `send` that goes to the labeling queue:
// unlabelled records as new tasks, suspected labels as tasks again, to people who have not seen
// them; both or neither. base::Error for a run that made no model, or that predicts values.
FoundErrors find_errors_of(Work& work, const AnalyseErrors& request);

}  // namespace service
