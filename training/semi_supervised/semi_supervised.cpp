// Each method ends in the same: some unlabelled rows get probabilities of classes and a weight, are
// put behind the labelled ones, and an ordinary fit() follows, which makes features, preparation
// and artefact of all of them. So every kind with probabilities can be used, and nothing that
// predicts later knows of it.
//
// Whether it helps is not taken for granted: the rows of validation decide between the rounds, and
// the first round is the model of the labels alone.
#include "training/semi_supervised/semi_supervised.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "training/features/features.hpp"
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
    put_behind(out.text, some.text);
    put_behind(out.numeric, some.numeric);
    put_behind(out.pixels, some.pixels);
    if (!out.keys.empty()) put_behind(out.keys, some.keys);
    give_folds_behind(out, some.rows, some.keys);
    if (out.weights.empty()) out.weights.assign(train.rows, 1.0F);
    out.weights.resize(out.rows, static_cast<float>(weight));
    for (std::size_t row = 0; row < some.rows; ++row)
        out.classes.push_back(
            static_cast<int>(likeliest(guessed.soft.data() + row * classes, classes))
        );
    if (!soft && train.soft.empty()) return out;
    if (train.soft.empty()) {
        out.soft.assign(train.rows * classes, 0);
        for (std::size_t row = 0; row < train.rows; ++row)
            out.soft[row * classes + static_cast<std::size_t>(train.classes[row])] = 1;
    }
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
        const Examples& train,
        const Examples& unlabelled,
        const Examples& validation,
        const TrainSpec& spec,
        const UnlabelledSpec& how,
        const OnProgress& progress,
        std::stop_token stop
    )
        : train_(train),
          unlabelled_(unlabelled),
          validation_(validation),
          spec_(spec),
          how_(how),
          progress_(progress),
          stop_(std::move(stop)),
          classes_(train.class_names.size()) {}

    SemiSupervised run() {
        learn({});
        if (unlabelled_.rows == 0) return std::move(out_);
        if (how_.method == Unlabelled::label_spreading) {
            learn(spread());
            return std::move(out_);
        }
        for (std::size_t round = 0; round < how_.rounds; ++round) {
            auto guessed = by_model();
            if (guessed.rows.empty()) break;
            learn(std::move(guessed));
            if (out_.rounds.back().changed < 1e-3) break;
        }
        return std::move(out_);
    }

private:
    void learn(Guessed guessed) {
        UnlabelledRound round;
        round.used = guessed.rows.size();
        round.changed = note(guessed);
        const bool soft = how_.method != Unlabelled::self_training &&
                          (out_.rounds.empty() || model_kind(latest_.kind).soft_labels);
        latest_ = guessed.rows.empty()
                      ? fit(train_, validation_, spec_, progress_, stop_)
                      : fit(together(train_, unlabelled_, guessed, how_.weight, soft),
                            validation_,
                            spec_,
                            progress_,
                            stop_);
        // What a search found stays.
        spec_.model = latest_.kind;
        spec_.params = latest_.params;
        spec_.tune.clear();
        spec_.budget = 0;
        round.cost = cost();
        const bool better = out_.rounds.empty() || std::isnan(round.cost) ||
                            round.cost < out_.rounds[out_.kept].cost;
        out_.rounds.push_back(round);
        if (!better) return;
        out_.kept = out_.rounds.size() - 1;
        auto trials = std::move(out_.fitted.trials);
        out_.fitted = latest_;
        if (out_.fitted.trials.empty()) out_.fitted.trials = std::move(trials);
    }

    // The share of rows that have another class than in the round before.
    double note(const Guessed& guessed) {
        std::vector<int> now(unlabelled_.rows, -1);
        for (std::size_t i = 0; i < guessed.rows.size(); ++i)
            now[guessed.rows[i]] =
                static_cast<int>(likeliest(guessed.soft.data() + i * classes_, classes_));
        std::size_t changed = 0;
        for (std::size_t row = 0; row < now.size(); ++row)
            changed += before_.empty() || now[row] != before_[row] ? 1 : 0;
        before_ = std::move(now);
        return static_cast<double>(changed) /
               static_cast<double>(std::max<std::size_t>(1, unlabelled_.rows));
    }

    double cost() const {
        if (validation_.rows == 0) return std::numeric_limits<double>::quiet_NaN();
        const auto said = Predictor::load(latest_.artefact).predict(validation_, spec_.threads);
        Design shape;
        shape.rows = validation_.rows;
        return cost_of(said, view_of(shape, validation_), classes_, spec_);
    }

    Guessed by_model() const {
        const auto said = Predictor::load(latest_.artefact).predict(unlabelled_, spec_.threads);
        const std::vector<float> soft(said.begin(), said.end());
        return sure_ones(soft, classes_, how_.method == Unlabelled::em ? 0 : how_.confidence);
    }

    Guessed spread() const {
        Team team(spec_.threads);
        Guessed all;
        for (std::size_t row = 0; row < unlabelled_.rows; ++row) all.rows.push_back(row);
        all.soft.assign(unlabelled_.rows * classes_, 0);
        auto rows = together(train_, unlabelled_, all, 1, true);
        auto known = std::move(rows.soft);
        rows.soft.clear();
        Design design;
        Featurizer::fit(rows, spec_.features, team, design, spec_.seed);
        const auto graph = neighbour_graph(design, how_.neighbours, team, stop_);
        const auto found = spread_labels(graph, known, classes_, how_.spread, team, stop_);
        const auto first = found.begin() + static_cast<std::ptrdiff_t>(train_.rows * classes_);
        return sure_ones({first, found.end()}, classes_, how_.confidence);
    }

    const Examples& train_;
    const Examples& unlabelled_;
    const Examples& validation_;
    TrainSpec spec_;
    const UnlabelledSpec& how_;
    const OnProgress& progress_;
    std::stop_token stop_;
    std::size_t classes_;
    SemiSupervised out_;
    TrainResult latest_;
    std::vector<int> before_;  // classes of the unlabelled rows in the round before; -1: unused
};

}  // namespace

SemiSupervised fit_with_unlabelled(
    const Examples& train,
    const Examples& unlabelled,
    const Examples& validation,
    const TrainSpec& spec,
    const UnlabelledSpec& how,
    const OnProgress& progress,
    std::stop_token stop
) {
    if (how.method == Unlabelled::none)
        return {fit(train, validation, spec, progress, std::move(stop)), {}, 0};
    if (!train.has_classes())
        throw base::Error(
            "unlabelled", "records without a label teach classes only", "leave it out"
        );
    check(unlabelled);
    return SemiRounds(train, unlabelled, validation, spec, how, progress, std::move(stop)).run();
}

}  // namespace training
