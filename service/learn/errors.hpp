#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/learn/collecting.hpp"
#include "service/verb.hpp"
#include "training/analysis/analysis.hpp"

// Error analysis as a verb: it ends in actions.
namespace service {

struct AnalyseErrors {
    std::int64_t run = 0;
    bool slices = false;        // only these
    bool label_errors = false;  // only these; sent, they are asked again
    bool quick = false;         // nothing that fits further models
    std::size_t top = 200;      // of suspected labels and other odd items
    training::SuspectRank rank = training::SuspectRank::log_odds;
    std::size_t folds = 5;   // that training rows are judged by; fewer than 2: they are not
    std::size_t more = 200;  // labels that the forecasts speak of
    std::size_t next = 0;
    training::Order order = training::Order::drawn;
    std::size_t collect = 0;  // pages
    std::size_t pool = 20'000;
    std::uint64_t seed = 1;
    bool send = false;
    static const base::Settings<AnalyseErrors> settings;
};

struct ConfusedClass {
    std::string truth, predicted;
    std::size_t rows = 0;
    double share = 0;                   // of the rows of class `truth`
    std::vector<std::string> examples;  // keys of some
};
BOOST_DESCRIBE_STRUCT(ConfusedClass, (), (truth, predicted, rows, share, examples))

// Of one class of sets, or one label of spans.
struct ClassFaults {
    std::string name;
    std::size_t support = 0, said = 0;  // marks or spans of it, and those that the run says
    std::size_t missed = 0, spurious = 0;
    std::size_t wrong_label = 0, wrong_boundary = 0;           // of spans
    std::size_t label_errors = 0, label_errors_confident = 0;  // that may be wrong, of all parts
    std::vector<std::string> missed_examples, spurious_examples, cut_examples;
};
BOOST_DESCRIBE_STRUCT(
    ClassFaults,
    (),
    (name,
     support,
     said,
     missed,
     spurious,
     wrong_label,
     wrong_boundary,
     label_errors,
     label_errors_confident,
     missed_examples,
     spurious_examples,
     cut_examples)
)

struct WorseSlice {
    std::string slice;  // "language = de", "texts about goal, match, team"; of one class of sets
                        // "class 'sport' where language = de"
    std::string where;  // the same as a condition; empty if none can ask for it
    std::size_t rows = 0, errors = 0;
    double rate = 0, low = 0, high = 0;  // of errors, with the 95 % interval
    double lift = 0;                     // rate over that of all rows
    double score = 0;                    // of SliceLine
    double q_value = 1;
};
BOOST_DESCRIBE_STRUCT(
    WorseSlice,
    (),
    (slice, where, rows, errors, rate, low, high, lift, score, q_value)
)

struct ToReview {
    std::string key, given, suggested;
    double score = 0;
    std::string reason;    // label-error, ambiguous, far, random, or the order
    std::string text;      // title or first words
    std::string part;      // training, validation, test; empty for a record without a label
    std::string people{};  // "sport 2, music 1": what several people said; empty if not several did
};
BOOST_DESCRIBE_STRUCT(ToReview, (), (key, given, suggested, score, reason, text, part, people))

struct AlikePair {
    std::string key_a, label_a, part_a, key_b, label_b, part_b;
};
BOOST_DESCRIBE_STRUCT(AlikePair, (), (key_a, label_a, part_a, key_b, label_b, part_b))

// How many there were of what is shown in part.
struct OddCounts {
    std::size_t label_errors_judged = 0;  // rows of all parts whose labels were judged
    std::size_t label_errors = 0, label_errors_confident = 0;
    std::size_t ambiguous = 0, far = 0, alike = 0;
};
BOOST_DESCRIBE_STRUCT(
    OddCounts,
    (),
    (label_errors_judged, label_errors, label_errors_confident, ambiguous, far, alike)
)

// What so many more labels are expected to bring; of values the error is the RMSE.
struct LabelForecast {
    std::string slice;  // empty: all judged rows
    std::size_t training_rows = 0, judged = 0, labels = 0;
    double error = 0;                              // now, by the curve
    double gain = 0, gain_low = 0, gain_high = 0;  // fall of the error, 80 %
};
BOOST_DESCRIBE_STRUCT(
    LabelForecast,
    (),
    (slice, training_rows, judged, labels, error, gain, gain_low, gain_high)
)

// What an earlier run expected of as many labels as this one has, and what came.
struct PastForecast {
    std::int64_t run = 0;  // that made it
    std::string slice;
    std::size_t rows_then = 0, rows_now = 0;
    double error_then = 0;
    double expected = 0, low = 0, high = 0;  // error, 80 %
    double came = 0;
    bool held = false;  // what came lies between low and high
};
BOOST_DESCRIBE_STRUCT(
    PastForecast,
    (),
    (run, slice, rows_then, rows_now, error_then, expected, low, high, came, held)
)

struct AdviceLine {
    training::Action action = training::Action::look;
    std::string finding, cause, advice;
    std::string where;  // a condition for it; empty if there is none
    std::size_t rows = 0;
    std::size_t labels = 0;  // that gain is spoken of
    std::optional<double> gain{}, gain_low{}, gain_high{};
};
BOOST_DESCRIBE_STRUCT(
    AdviceLine,
    (),
    (action, finding, cause, advice, where, rows, labels, gain, gain_low, gain_high)
)

struct SentToQueue {
    std::int64_t added = 0, changed = 0, waiting = 0;
    std::int64_t unfit = 0;  // left out: they lack a field that the project's question is about
    // That a crawl was queued for, if one was asked for; 0: the source waits or runs already.
    std::optional<std::size_t> pages{};
};
BOOST_DESCRIBE_STRUCT(SentToQueue, (), (added, changed, waiting, unfit, pages))

struct FoundErrors {
    std::int64_t run = 0;
    std::string model, snapshot, project;
    // Rows of validation and test; of values those are wrong that err by more than the rmse, of
    // sets and spans those that are not all right.
    std::size_t judged = 0, wrong = 0;
    std::optional<double> rmse{};  // of values
    std::vector<ConfusedClass> confused{};
    std::vector<ClassFaults> classes{};  // of sets and spans
    std::vector<WorseSlice> slices{};
    std::vector<ToReview> label_errors{};
    double estimated_label_errors = 0;  // share of the rows whose labels were judged
    std::vector<ToReview> ambiguous{}, far{};
    std::vector<AlikePair> alike{};
    OddCounts counts{};
    std::vector<LabelForecast> forecasts{};
    std::vector<PastForecast> past{};
    std::vector<AdviceLine> advice{};
    std::vector<PagesToGather> collect{};  // where more of what is advised waits
    std::vector<std::string> notes{};
    std::vector<ToReview> next{};
    std::size_t pool = 0;       // unlabelled records looked at
    std::size_t fits_kept = 0;  // that an earlier look had made, and none made again
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
     rmse,
     confused,
     classes,
     slices,
     label_errors,
     estimated_label_errors,
     ambiguous,
     far,
     alike,
     counts,
     forecasts,
     past,
     advice,
     collect,
     notes,
     next,
     pool,
     fits_kept,
     sent)
)

LabelForecast label_forecast(const training::Forecast& forecast);
PastForecast past_forecast(const training::ScoredForecast& scored);

// Where a run is wrong, what to do about it, and what to label next. Forecasts are kept with the
// run, and so is what was fitted, until labels of its records change: the next look fits nothing
// again. A look that is stopped keeps nothing. With `send` the records go to the labeling queue:
// unlabelled ones as new tasks, a share of them picked by chance, suspected labels as tasks again,
// to people who have not seen them; all or nothing. With `collect` a crawl is queued for so many
// pages of the kind that is advised. base::Error for a run that made no model.
FoundErrors find_errors_of(Work& work, const AnalyseErrors& request);

}  // namespace service
