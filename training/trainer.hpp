#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/settings/fwd.hpp"
#include "base/words.hpp"
#include "training/calibration/decision.hpp"
#include "training/features/feature_spec.hpp"
#include "training/features/signature.hpp"
#include "training/models/model.hpp"
#include "training/preparation/preparation.hpp"
#include "training/snapshots/examples.hpp"
#include "training/tagging/span_model.hpp"
#include "training/tuning/tune.hpp"

namespace training {

// What a search lowers where classes are learnt; of values it is always the RMSE.
enum class Objective { log_loss, error };

constexpr auto words_of(Objective) {
    return std::to_array<base::Word<Objective>>({
        {Objective::log_loss, "log_loss", "mean logarithmic loss of the probabilities"},
        {Objective::error, "error", "1 less the accuracy"},
    });
}

struct TrainSpec {
    std::string model = "softmax";  // one of model_kinds(), or `automatic_model`
    FeatureSpec features = {};
    Preparation preparation = {};  // fitted to the training rows, kept in the artefact
    std::string rules = {};        // the source's mapping in JSON, kept in the artefact
    Params params = {};     // those given are not searched; the others start at their defaults
    std::string tune = {};  // as parse_search() reads it
    double budget = 0;      // seconds after which a search ends; 0: none
    Objective objective = Objective::log_loss;
    Loss loss = Loss::squared;  // where values are learnt
    double quantile = 0.5;
    DecisionSpec decision = {};  // of classes
    std::uint64_t seed = 1;
    std::size_t threads = 0;  // 0: one per processor. The result does not depend on it
};

struct TrainResult {
    std::string artefact;          // see Predictor::load
    std::string kind;              // of the model; the one chosen by `automatic_model`
    Params params;                 // the ones used
    std::vector<Trial> trials;     // of the search, if any
    std::vector<Progress> epochs;  // of the last fit
    std::size_t features = 0;      // columns that the model saw
    std::string prepared;          // FittedPreparation as JSON; empty without a preparation
    std::string summary;           // JSON: model, parameters, features, kernels, decision
    double seconds = 0;            // wall clock, features and search included
    std::string sharing;  // how the processes of a company shared the last fit; empty: it is alone
};

// What a kind has to learn, to learn from these.
Learns learnt_of(const Examples& train);

// Learns classes if train.classes is given, sets of classes if train.marks is, spans if
// train.spans are, answers of several parts if train.answers are, else values from train.targets; a
// kind that learns nothing takes rows with labels or without. Without validation a search judges by
// cross-validation. Preparation, features, search and fit see no other rows; what is decided from
// probabilities is fitted on validation, or out of fold on the training rows where there is none;
// augmented copies are made of training rows only; a validation without rows is allowed. Throws
// base::Error / UsageError with one line; base::Interrupted at a stop.
TrainResult fit(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    const OnProgress& progress = {},
    std::stop_token stop = {}
);

class AnswerModel;
struct AnswerJudging;
struct AnswersJudged;
class Featurizer;
class Finder;
struct SaidAnswer;

// A trained model, ready to predict. Immutable; predict() may be called from several threads.
class Predictor {
public:
    // Reads an artefact of this or an earlier version. Throws base::Error in one line if it is cut
    // short, altered, or newer.
    static Predictor load(std::string_view artefact);
    Predictor(Predictor&&) noexcept;
    Predictor& operator=(Predictor&&) noexcept;
    ~Predictor();

    const std::string& model() const;                     // its kind
    const std::vector<std::string>& class_names() const;  // empty: it predicts values
    bool predicts_classes() const {
        return !class_names().empty() && !predicts_spans() && !answers();
    }
    bool predicts_spans() const;  // find_spans() does
    bool predicts_values() const {
        return class_names().empty() && !predicts_spans() && !answers();
    }
    // The kind of question that answer() answers; empty: it does not. That of spans is told too.
    std::string_view question_kind() const;
    // Of each class, where a row may have any number of them: decide_sets(). Else empty.
    const std::vector<double>& thresholds() const;
    bool predicts_sets() const { return !thresholds().empty(); }
    const std::string& summary() const;  // as in TrainResult

    // What its training rows were prepared by; predict() does it to the rows that it is given.
    const FittedPreparation& preparation() const;

    // What it was trained on, by name. Nothing in artefacts before version 3.
    const std::optional<InputSignature>& inputs() const;

    // How probabilities are calibrated, which predict() does, and decided on.
    const Decision& decision() const;

    // The features by what trees gained from them, the most first; nothing of other kinds.
    std::vector<std::pair<std::string, double>> gains() const;
    // How it sees rows, and what it computes of them.
    const Featurizer& featurizer() const;
    PlainModel plain() const;

    // Whether it is a model that finds structure, and which; then predict() gives what Finder says.
    Finds finds() const;
    const Finder* finder() const;  // nullptr if it is none

    // The rows as its model sees them, and the names of their columns.
    Design rows_of(const Examples& examples, Team& team, Alignment* notes = nullptr) const;
    std::string feature_name(std::size_t column) const;

    // Row-major rows x classes probabilities (of sets each by itself), or one value per row. The
    // examples are aligned to inputs() first. Throws base::Error if they have nothing of it.
    std::vector<double>
    predict(const Examples& examples, std::size_t threads = 0, Alignment* notes = nullptr) const;
    // The same in blocks of rows, so that there is never more than a block of it: all at once while
    // that is at most most_said numbers, which is to the bit what predict() gives; else so many
    // rows as take block_said. see(first row, what is said of the block).
    void predict_blocks(
        const Examples& examples,
        const std::function<void(std::size_t, std::vector<double>&)>& see
    ) const;
    static constexpr std::size_t most_said = 50'000'000, block_said = 10'000'000;
    // The class of each line of such probabilities.
    std::vector<int> decide(std::span<const double> probabilities) const;

    // Whether it counts the characters of texts, from which nothing may be taken out then.
    bool reads_whole_texts() const;
    // Of models that answer a question of several parts; nullptr: it is no such model.
    const AnswerModel* answers() const;
    std::vector<SaidAnswer>
    answer(const Examples& examples, std::size_t threads = 0, Alignment* notes = nullptr) const;
    // The same beside what is true (Examples::answers).
    AnswersJudged judge_answers(const Examples& truth, const AnswerJudging& how) const;

    // Of models that find spans: those of the examples' texts.
    std::vector<TaggedText>
    find_spans(const Examples& examples, std::size_t threads = 0, Alignment* notes = nullptr) const;
    // Of these models: how probable the spans that the examples have are; see SpanModel.
    std::vector<std::vector<double>>
    span_probabilities(const Examples& examples, std::size_t threads = 0) const;

private:
    struct State;
    explicit Predictor(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// One point of a learning curve: a model fitted on the first `rows` of a seeded shuffle of the
// training examples.
struct CurvePoint {
    std::size_t rows = 0;
    double error = 0;  // on the held-out examples: 1 - accuracy, or RMSE
};

// Fits at growing sizes (1/16, 1/8, .. 1 of the rows) with `spec`, without a search, and judges on
// `held_out`.
std::vector<CurvePoint> learning_curve(
    const Examples& train,
    const Examples& held_out,
    const TrainSpec& spec,
    std::stop_token stop = {}
);

}  // namespace training
