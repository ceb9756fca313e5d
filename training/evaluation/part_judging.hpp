#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "training/run_store.hpp"
#include "training/snapshots/example_store.hpp"
#include "training/trainer.hpp"

namespace training {

// What a run says of one part of a snapshot whose labels have several parts.
struct PartsJudged {
    std::vector<Metric> metrics;
    std::vector<Prediction> predictions;
    boost::json::object report;
};

// By judge_sets() of what the model's thresholds make of its probabilities; the report has a line a
// class, with its AUC and threshold. A prediction's probability is that its set is exactly right,
// as if the classes did not depend on each other.
PartsJudged judge_sets_of(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    int split
);

// Spans that are equal in place and class (precision, recall, F1), and code points under the same
// class (partial F1), of all texts together, with bootstrap intervals over the texts; the report
// has a line a class. The truth is as it was labelled, not as tags can say it.
PartsJudged judge_spans_of(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    int split
);

// As the model of the question's kind judges itself (AnswerModel::judge).
PartsJudged judge_answers_of(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    int split,
    std::stop_token stop
);

// By one of these, as the model is of sets, of spans or of answers; nothing for other models.
std::optional<PartsJudged> judge_parts(
    const Predictor& predictor,
    const std::vector<Item>& items,
    const Examples& examples,
    int split,
    std::stop_token stop
);

// The names of the classes that a row of decide_sets() has.
std::vector<std::string>
names_of_set(std::span<const std::uint8_t> marks, const std::vector<std::string>& names);

}  // namespace training
