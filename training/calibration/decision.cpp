// The order is fixed: probabilities are calibrated, classes decided by them, and what is decided is
// answered or not. An artefact that asks for none of it decides as models always did.
#include "training/calibration/decision.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "training/calibration/thresholds.hpp"
#include "training/evaluation/metrics.hpp"

namespace training {

namespace json = boost::json;

namespace {

std::optional<std::size_t>
class_at(const std::vector<std::string>& names, std::string_view wanted) {
    const auto found = std::find(names.begin(), names.end(), wanted);
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
}

// The classes of "TRUTH>SAID", whose names may have a '>' of their own.
std::optional<std::pair<std::size_t, std::size_t>>
classes_of_cost(const std::string& pair, const std::vector<std::string>& names) {
    for (auto at = pair.find('>'); at != pair.npos; at = pair.find('>', at + 1)) {
        const auto truth = class_at(names, std::string_view(pair).substr(0, at));
        const auto said = class_at(names, std::string_view(pair).substr(at + 1));
        if (truth && said) return std::pair(*truth, *said);
    }
    return std::nullopt;
}

std::optional<base::Fault> check_decision(DecisionSpec& spec) {
    if (!spec.costs.empty() && spec.decide != DecideBy::cost)
        return base::Fault{"they are given, but not asked for", "give decide cost", "costs"};
    if (spec.costs.empty() && spec.decide == DecideBy::cost)
        return base::Fault{"there are none", "give cost TRUTH>SAID=N", "costs"};
    if (!spec.positive.empty() && spec.decide != DecideBy::f_beta)
        return base::Fault{"it is of f_beta alone", "give decide f_beta", "positive"};
    if (spec.beta != DecisionSpec{}.beta && spec.decide != DecideBy::f_beta)
        return base::Fault{"it is of f_beta alone", "give decide f_beta", "beta"};
    if (spec.abstain_below > 0 && spec.abstain_accuracy > 0)
        return base::Fault{"it is given beside abstain_accuracy", "give one", "abstain_below"};
    for (const auto& [pair, cost] : spec.costs) {
        if (pair.find('>') == pair.npos)
            return base::Fault{
                fmt::format("'{}' names no two classes", pair), "write TRUTH>SAID=N", "costs"};
        if (!std::isfinite(cost) || cost < 0)
            return base::Fault{fmt::format("'{}' is below 0", pair), {}, "costs"};
    }
    return std::nullopt;
}

double mean_log_loss(const HeldOut& rows, std::size_t classes) {
    double sum = 0;
    for (std::size_t row = 0; row < rows.truth.size(); ++row) {
        const auto at = row * classes + static_cast<std::size_t>(rows.truth[row]);
        sum += loss_of_probability(rows.probabilities[at]);
    }
    return sum / static_cast<double>(std::max<std::size_t>(1, rows.truth.size()));
}

}  // namespace

const base::Settings<DecisionSpec> DecisionSpec::settings{
    {{"calibrate",
      &DecisionSpec::calibrate,
      "how probabilities are calibrated: on validation, or out of fold"},
     {"decide", &DecisionSpec::decide, "by what a class is chosen"},
     {"beta",
      &DecisionSpec::beta,
      "of f_beta: above 1 recall weighs more",
      {.low = 0.01, .high = 100}},
     {"positive", &DecisionSpec::positive, "the class whose F-beta counts; else the mean of all"},
     {"costs", &DecisionSpec::costs, "TRUTH>SAID=N, of decide cost; others 1", {.flag = "cost"}},
     {"abstain_below",
      &DecisionSpec::abstain_below,
      "leave records without an answer whose class is less probable",
      {.low = 0, .high = 1}},
     {"abstain_accuracy",
      &DecisionSpec::abstain_accuracy,
      "answer only so many that this share of them is right on validation",
      {.low = 0, .high = 1}}},
    &check_decision};

bool DecisionSpec::empty() const {
    return calibrate == Calibration::none && decide == DecideBy::probability &&
           abstain_below <= 0 && abstain_accuracy <= 0;
}

void DecisionSpec::check_classes(const std::vector<std::string>& class_names) const {
    if (!positive.empty() && !class_at(class_names, positive))
        throw base::UsageError(
            "positive '" + positive + "'", "no such class", "use " + base::one_of(class_names)
        );
    for (const auto& [pair, cost] : costs)
        if (!classes_of_cost(pair, class_names))
            throw base::UsageError(
                "cost '" + pair + "'",
                "not two classes with > between them",
                "use " + base::one_of(class_names)
            );
}

Decision Decision::fit(
    const DecisionSpec& spec,
    HeldOut rows,
    const std::vector<std::string>& class_names,
    std::uint64_t seed
) {
    const auto classes = class_names.size();
    Decision out;
    out.from_ = rows.from;
    out.rows_ = rows.truth.size();
    out.loss_before_ = mean_log_loss(rows, classes);
    out.calibrator_ =
        Calibrator::fit(spec.calibrate, rows.probabilities, rows.truth, classes, seed);
    out.calibrator_.apply(rows.probabilities);
    out.loss_after_ = mean_log_loss(rows, classes);
    if (spec.decide == DecideBy::f_beta) {
        const auto positive = class_at(class_names, spec.positive);
        if (!positive && classes > 100)
            throw base::Error(
                "decide f_beta", "there are more than 100 classes", "name the one as positive"
            );
        out.thresholds_ =
            best_thresholds(rows.probabilities, rows.truth, classes, spec.beta, positive);
    }
    for (const auto& [pair, cost] : spec.costs) {
        const auto [truth, said] = classes_of_cost(pair, class_names).value();
        out.costs_.push_back(
            {static_cast<std::uint32_t>(truth),
             static_cast<std::uint32_t>(said),
             cost - (truth == said ? 0 : 1)}
        );
    }
    out.abstain_below_ = spec.abstain_below;
    if (spec.abstain_accuracy > 0) out.fit_abstention(spec, rows, classes);
    return out;
}

void Decision::fit_abstention(const DecisionSpec& spec, const HeldOut& rows, std::size_t classes) {
    const auto decided = decide(rows.probabilities, classes);
    std::vector<std::pair<double, bool>> sure;
    for (std::size_t row = 0; row < decided.size(); ++row)
        sure.emplace_back(
            rows.probabilities[row * classes + static_cast<std::size_t>(decided[row])],
            decided[row] == rows.truth[row]
        );
    std::sort(sure.begin(), sure.end(), [](const auto& a, const auto& b) {
        return a.first > b.first;
    });
    double right = 0;
    double best = 0;
    for (std::size_t i = 0; i < sure.size(); ++i) {
        right += sure[i].second ? 1 : 0;
        if (i + 1 < sure.size() && sure[i + 1].first == sure[i].first) continue;
        const double accuracy = right / static_cast<double>(i + 1);
        best = std::max(best, accuracy);
        if (accuracy >= spec.abstain_accuracy) abstain_below_ = sure[i].first;
    }
    if (abstain_below_ > 0) return;
    throw base::Error(
        fmt::format("abstain_accuracy {}", spec.abstain_accuracy),
        fmt::format("on {} the surest answers reach {:.4f}", rows.from, best),
        "ask for less, or train a better model"
    );
}

double Decision::cost(std::size_t truth, std::size_t said) const {
    double cost = truth == said ? 0 : 1;
    for (const auto& one : costs_)
        if (one.truth == truth && one.said == said) cost += one.more;
    return cost;
}

bool Decision::empty() const {
    return calibrator_.empty() && thresholds_.empty() && costs_.empty() && abstain_below_ <= 0;
}

std::vector<int> Decision::decide(std::span<const double> probabilities, std::size_t classes)
    const {
    if (thresholds_.empty() && costs_.empty()) return training::decide(probabilities, classes);
    std::vector<double> scores(probabilities.begin(), probabilities.end());
    for (std::size_t at = 0; at + classes <= scores.size(); at += classes) {
        if (!thresholds_.empty())
            for (std::size_t c = 0; c < classes; ++c) scores[at + c] /= thresholds_[c];
        for (const auto& cost : costs_)
            scores[at + cost.said] -= cost.more * probabilities[at + cost.truth];
    }
    return training::decide(scores, classes);
}

std::vector<char> Decision::abstains(
    std::span<const double> probabilities,
    std::span<const int> decided,
    std::size_t classes
) const {
    std::vector<char> out(decided.size());
    for (std::size_t row = 0; row < decided.size(); ++row)
        out[row] =
            probabilities[row * classes + static_cast<std::size_t>(decided[row])] < abstain_below_;
    return out;
}

json::object Decision::json(const std::vector<std::string>& class_names) const {
    auto out = calibrator_.json();
    out["fitted_on"] = from_;
    out["rows"] = rows_;
    out["log_loss_before"] = loss_before_;
    out["log_loss_after"] = loss_after_;
    if (!thresholds_.empty()) {
        json::object thresholds;
        for (std::size_t c = 0; c < thresholds_.size(); ++c)
            thresholds[class_names.at(c)] = thresholds_[c];
        out["thresholds"] = thresholds;
    }
    if (!costs_.empty()) {
        json::object costs;
        for (const auto& cost : costs_)
            costs[class_names.at(cost.truth) + ">" + class_names.at(cost.said)] =
                cost.more + (cost.truth == cost.said ? 0 : 1);
        out["costs"] = costs;
    }
    if (may_abstain()) out["abstain_below"] = abstain_below_;
    return out;
}

void Decision::save(Writer& out) const {
    calibrator_.save(out);
    out.list(thresholds_);
    out.put<std::uint64_t>(costs_.size());
    for (const auto& cost : costs_) {
        out.put(cost.truth);
        out.put(cost.said);
        out.put(cost.more);
    }
    out.put(abstain_below_);
    out.text(from_);
    out.put(rows_);
    out.put(loss_before_);
    out.put(loss_after_);
}

Decision Decision::load(Reader& in, std::size_t classes) {
    Decision out;
    out.calibrator_ = Calibrator::load(in);
    out.thresholds_ = in.list<double>();
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
        Cost cost;
        cost.truth = in.get<std::uint32_t>();
        cost.said = in.get<std::uint32_t>();
        cost.more = in.get<double>();
        if (cost.truth >= classes || cost.said >= classes) Reader::broken();
        out.costs_.push_back(cost);
    }
    out.abstain_below_ = in.get<double>();
    out.from_ = in.text();
    out.rows_ = in.get<std::uint64_t>();
    out.loss_before_ = in.get<double>();
    out.loss_after_ = in.get<double>();
    const bool fits = (out.thresholds_.empty() || out.thresholds_.size() == classes) &&
                      (out.calibrator_.empty() || out.calibrator_.classes() == classes);
    if (!fits) Reader::broken();
    return out;
}

}  // namespace training
