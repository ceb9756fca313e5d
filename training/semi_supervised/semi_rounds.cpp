// Each method ends in the same: some unlabelled rows get probabilities of classes and a weight, are
// put behind the labelled ones, and an ordinary fit() follows, which makes features, preparation
// and artefact of all of them. So every kind with probabilities can be used, and nothing that
// predicts later knows of it.
#include "training/semi_supervised/semi_rounds.hpp"

#include <algorithm>
#include <cmath>

#include "training/features/features.hpp"
#include "training/labels/soft_labels.hpp"
#include "training/semi_supervised/neighbour_graph.hpp"
#include "training/tuning/selection.hpp"

namespace training {

namespace {

// Labels of the unlabelled rows that are to be used.
struct Guessed {
    std::vector<std::size_t> rows;
    std::vector<float> soft;  // rows.size() x classes
};

template <typename T>
void put_behind(std::vector<T>& to, const std::vector<T>& from) {
    to.insert(to.end(), from.begin(), from.end());
}

std::size_t likeliest(const float* from, std::size_t classes) {
    return static_cast<std::size_t>(std::max_element(from, from + classes) - from);
}

// Which fold rows with a guessed label are in: of folds by time the first, which is learnt from and
// never judged, else they are dealt out one by one. None is known to belong to a group.
void give_folds_behind(Examples& out, std::size_t rows, const std::vector<std::int64_t>& keys) {
    const auto count =
        out.folds.empty() ? 0 : *std::max_element(out.folds.begin(), out.folds.end()) + 1;
    for (std::size_t row = 0; row < rows; ++row) {
        if (!out.groups.empty())
            out.groups.push_back(
                row < keys.size() ? keys[row] : -1 - static_cast<std::int64_t>(row)
            );
        if (count > 0) out.folds.push_back(out.folds_in_time ? 0 : static_cast<int>(row) % count);
    }
}

// The labelled rows, and those with a guessed label behind them.
Examples together(
    const Examples& train,
    const Examples& unlabelled,
    const Guessed& guessed,
    double weight,
    bool soft
) {
    auto out = train;
    const auto some = take(unlabelled, guessed.rows);
    const auto classes = train.class_names.size();
    out.rows += some.rows;
    out.text.append(some.text);
    put_behind(out.numeric, some.numeric);
    put_behind(out.pixels, some.pixels);
    if (!out.sizes.empty()) put_behind(out.sizes, some.sizes);
    if (!out.keys.empty()) put_behind(out.keys, some.keys);
    give_folds_behind(out, some.rows, some.keys);
    if (out.weights.empty()) out.weights.assign(train.rows, 1.0F);
    out.weights.resize(out.rows, static_cast<float>(weight));
    for (std::size_t row = 0; row < some.rows; ++row)
        out.classes.push_back(
            static_cast<int>(likeliest(guessed.soft.data() + row * classes, classes))
        );
    if (!soft && train.soft.empty()) return out;
    out.soft = shares_of_classes(train);
    put_behind(out.soft, guessed.soft);
    return out;
}

// Those that are sure enough; with 0 all.
Guessed sure_ones(const std::vector<float>& soft, std::size_t classes, double confidence) {
    Guessed out;
    for (std::size_t row = 0; row * classes < soft.size(); ++row) {
        const auto* from = soft.data() + row * classes;
        const float most = from[likeliest(from, classes)];
        if (most <= 0 || static_cast<double>(most) < confidence) continue;
        out.rows.push_back(row);
        out.soft.insert(out.soft.end(), from, from + classes);
    }
    return out;
}

class SemiRounds {
public:
    SemiRounds(
        const RoundsInput& input,
        const OnRound& on_round,
        const OnProgress& progress,
        std::stop_token stop
    )
        : in_(input),
          on_round_(on_round),
          progress_(progress),
          stop_(std::move(stop)),
          classes_(input.train.class_names.size()) {}

    void run(const TrainResult& alone) {
        if (in_.how.method == Unlabelled::label_spreading) {
            learn(spread());
            return;
        }
        auto guessed = by_model(alone);
        for (std::size_t round = 0; round < in_.how.rounds && !guessed.rows.empty(); ++round) {
            const auto fitted = learn(std::move(guessed));
            if (changed_ < 1e-3 || round + 1 == in_.how.rounds) break;
            guessed = by_model(fitted);
        }
    }

private:
    TrainResult learn(Guessed guessed) {
        changed_ = note(guessed);
        const bool soft =
            in_.how.method != Unlabelled::self_training && model_kind(in_.spec.model).soft_labels;
        auto fitted = guessed.rows.empty()
                          ? fit(in_.train, in_.validation, in_.spec, progress_, stop_)
                          : fit(together(in_.train, in_.unlabelled, guessed, in_.how.weight, soft),
                                in_.validation,
                                in_.spec,
                                progress_,
                                stop_);
        on_round_(fitted, {.used = guessed.rows.size(), .changed = changed_});
        return fitted;
    }

    // The share of rows that have another class than in the round before.
    double note(const Guessed& guessed) {
        std::vector<int> now(in_.unlabelled.rows, -1);
        for (std::size_t i = 0; i < guessed.rows.size(); ++i)
            now[guessed.rows[i]] =
                static_cast<int>(likeliest(guessed.soft.data() + i * classes_, classes_));
        std::size_t changed = 0;
        for (std::size_t row = 0; row < now.size(); ++row)
            changed += before_.empty() || now[row] != before_[row] ? 1 : 0;
        before_ = std::move(now);
        return static_cast<double>(changed) /
               static_cast<double>(std::max<std::size_t>(1, in_.unlabelled.rows));
    }

    Guessed by_model(const TrainResult& fitted) const {
        const auto said =
            Predictor::load(fitted.artefact).predict(in_.unlabelled, in_.spec.threads);
        const std::vector<float> soft(said.begin(), said.end());
        const double sure = in_.how.method == Unlabelled::em ? 0 : in_.how.confidence;
        return sure_ones(soft, classes_, sure);
    }

    Guessed spread() const {
        Team team(in_.spec.threads);
        Guessed all;
        for (std::size_t row = 0; row < in_.unlabelled.rows; ++row) all.rows.push_back(row);
        all.soft.assign(in_.unlabelled.rows * classes_, 0);
        auto rows = together(in_.train, in_.unlabelled, all, 1, true);
        auto known = std::move(rows.soft);
        rows.soft.clear();
        Design design;
        Featurizer::fit(rows, in_.spec.features, team, design, in_.spec.seed);
        const auto graph = neighbour_graph(design, in_.how.neighbours, team, stop_);
        const auto found = spread_labels(graph, known, classes_, in_.how.spread, team, stop_);
        const auto first = found.begin() + static_cast<std::ptrdiff_t>(in_.train.rows * classes_);
        std::vector<float> soft(first, found.end());
        normalise_masses(soft, shares());
        return model_kind(in_.spec.model).soft_labels ? sure_ones(soft, classes_, 0)
                                                      : surer_half(soft);
    }

    // For kinds that take a guess for the truth.
    Guessed surer_half(const std::vector<float>& soft) const {
        std::vector<float> most;
        for (std::size_t from = 0; from < soft.size(); from += classes_)
            most.push_back(soft[from + likeliest(soft.data() + from, classes_)]);
        if (most.empty()) return {};
        const auto middle = most.begin() + static_cast<std::ptrdiff_t>(most.size() / 2);
        std::nth_element(most.begin(), middle, most.end());
        return sure_ones(soft, classes_, static_cast<double>(*middle));
    }

    // Of the classes among the labels, as if each had been seen once more.
    std::vector<double> shares() const {
        const auto each = 1 / static_cast<double>(in_.train.rows + classes_);
        std::vector<double> out(classes_, each);
        for (int label : in_.train.classes) out[static_cast<std::size_t>(label)] += each;
        return out;
    }

    const RoundsInput& in_;
    const OnRound& on_round_;
    const OnProgress& progress_;
    std::stop_token stop_;
    std::size_t classes_;
    double changed_ = 0;
    std::vector<int> before_;  // classes of the unlabelled rows in the round before; -1: unused
};

}  // namespace

void learn_rounds(
    const RoundsInput& input,
    const TrainResult& alone,
    const OnRound& on_round,
    const OnProgress& progress,
    std::stop_token stop
) {
    SemiRounds(input, on_round, progress, std::move(stop)).run(alone);
}

double cost_on(const Examples& judged, const TrainResult& fitted, const TrainSpec& spec) {
    const auto said = Predictor::load(fitted.artefact).predict(judged, spec.threads);
    Design shape;
    shape.rows = judged.rows;
    return cost_of(said, view_of(shape, judged), judged.class_names.size(), spec);
}

}  // namespace training
