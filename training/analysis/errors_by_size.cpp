// For learning curves a model is fitted without validation rows, or early stopping would look at
// the rows that it is judged by.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/analysis/forecast.hpp"
#include "training/analysis/parts/span_errors.hpp"
#include "training/answers/answer_model.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/models/label_sets.hpp"

namespace training {

namespace {

// With a decision that is fitted on some of the rows. What was said of the rows is calibrated.
std::vector<int> decide_by(
    const DecisionSpec& spec,
    std::vector<double>& said,
    const Examples& rows,
    std::span<const std::uint32_t> validation,
    std::uint64_t seed
) {
    const auto classes = rows.class_names.size();
    if (spec.empty()) return decide(said, classes);
    HeldOut held_out{{}, {}, "validation"};
    for (auto row : validation) {
        const auto line = std::span(said).subspan(row * classes, classes);
        held_out.probabilities.insert(held_out.probabilities.end(), line.begin(), line.end());
        held_out.truth.push_back(rows.classes[row]);
    }
    const auto decision = Decision::fit(spec, std::move(held_out), rows.class_names, seed);
    decision.calibrator().apply(said);
    return decision.decide(said, classes);
}

// The share of each row's classes that is wrong, by thresholds that are fitted on some of the rows.
std::vector<double> share_wrong(
    const std::vector<double>& said,
    const Examples& rows,
    std::span<const std::uint32_t> validation
) {
    const auto classes = rows.class_names.size();
    std::vector<double> thresholds(classes, 0.5);
    for (std::size_t c = 0; c < classes && !validation.empty(); ++c) {
        std::vector<std::pair<double, bool>> of_class;
        for (auto row : validation)
            of_class.emplace_back(said[row * classes + c], rows.marks[row * classes + c] != 0);
        thresholds[c] = best_threshold(std::move(of_class));
    }
    const auto sets = decide_sets(said, thresholds);
    std::vector<double> out;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        std::size_t wrong = 0;
        for (auto at = row * classes; at < (row + 1) * classes; ++at)
            wrong += sets[at] != rows.marks[at];
        out.push_back(static_cast<double>(wrong) / static_cast<double>(classes));
    }
    return out;
}

struct Judge {
    const Examples& held_out;
    const DecisionSpec& decision;
    std::span<const std::uint32_t> validation;
    const TrainSpec& spec;

    std::vector<double> errors(const Predictor& model) const {
        if (held_out.has_spans()) {
            std::vector<double> out;
            const auto said = model.find_spans(held_out, spec.threads);
            for (std::size_t row = 0; row < held_out.rows; ++row)
                out.push_back(span_error(said[row].bare(), held_out.spans[row]));
            return out;
        }
        if (held_out.has_answers())
            return model.judge_answers(held_out, {spec.threads, false}).errors;
        auto predicted = model.predict(held_out, spec.threads);
        if (held_out.has_sets()) return share_wrong(predicted, held_out, validation);
        std::vector<double> out;
        if (!held_out.has_classes()) {
            for (std::size_t row = 0; row < held_out.rows; ++row)
                out.push_back(std::pow(predicted[row] - held_out.targets[row], 2));
            return out;
        }
        const auto decided = validation.empty()
                                 ? model.decide(predicted)
                                 : decide_by(decision, predicted, held_out, validation, spec.seed);
        for (std::size_t row = 0; row < held_out.rows; ++row)
            out.push_back(decided[row] == held_out.classes[row] ? 0 : 1);
        return out;
    }
};

}  // namespace

std::vector<SizeErrors> errors_by_size(
    const Examples& train,
    const Examples& held_out,
    const TrainSpec& spec,
    std::stop_token stop,
    std::span<const std::uint32_t> validation,
    std::size_t draws
) {
    auto plain = spec;
    plain.tune.clear();
    plain.budget = 0;
    plain.decision.abstain_below = plain.decision.abstain_accuracy =
        0;  // a class is said all the same
    const auto decision = plain.decision;
    if (!validation.empty()) plain.decision = {};
    const Judge judge{held_out, decision, validation, spec};
    const auto of_draw = [&](std::size_t rows, std::size_t draw) {
        if (stop.stop_requested()) throw base::Interrupted();
        std::vector<std::size_t> order(train.rows);
        std::iota(order.begin(), order.end(), std::size_t{0});
        base::CounterRandom(spec.seed, 11 + 100 * draw).shuffle(std::span(order));
        const auto sample =
            take(train, {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(rows)});
        return judge.errors(Predictor::load(fit(sample, {}, plain, {}, stop).artefact));
    };
    std::vector<SizeErrors> sizes;
    for (std::size_t part = 16; part >= 1; part /= 2) {
        const auto rows = train.rows / part;
        if (rows < 20) continue;
        SizeErrors size{rows, of_draw(rows, 0)};
        const auto most = part == 1 ? 1 : std::min<std::size_t>(draws, part == 2 ? 2 : draws);
        for (std::size_t draw = 1; draw < most; ++draw) size.again.push_back(of_draw(rows, draw));
        sizes.push_back(std::move(size));
    }
    return sizes;
}

}  // namespace training
