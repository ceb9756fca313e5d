// The inner model is a whole artefact of its own, sealed within the outer one: it is read, checked
// and used by the same code as any model of classes.
#include "training/answers/unit_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/evaluation/set_metrics.hpp"

namespace training {

namespace json = boost::json;

namespace {

// Rows whose class is known, with what the records say of folds and weights.
Examples labelled(Examples rows, std::vector<int> classes, std::vector<std::string> names) {
    std::vector<std::size_t> known;
    for (std::size_t row = 0; row < classes.size(); ++row)
        if (classes[row] >= 0) known.push_back(row);
    rows.classes = std::move(classes);
    for (auto& one : rows.classes) one = std::max(one, 0);
    rows.class_names = std::move(names);
    return known.size() == rows.rows ? std::move(rows) : take(rows, known);
}

// Right, said and true rows of each class of one record.
struct RecordCounts {
    std::vector<std::uint32_t> common, said, truth;
    std::size_t right = 0, rows = 0;

    void add(std::size_t is, std::size_t says) {
        ++rows;
        right += is == says ? 1 : 0;
        common[is] += is == says ? 1 : 0;
        ++said[says];
        ++truth[is];
    }
    double share_wrong() const {
        return rows == 0 ? 0 : 1 - static_cast<double>(right) / static_cast<double>(rows);
    }
};

json::value share_or_null(double part, double of) {
    return of > 0 ? json::value(part / of) : json::value();
}

}  // namespace

std::vector<std::string> UnitModel::class_names() const {
    auto all = names();
    all.emplace_back();
    return all;
}

void UnitModel::add_unit(const Examples& records, std::size_t record, Units& out) {
    auto& rows = out.rows;
    ++rows.rows;
    out.record.push_back(record);
    if (!records.keys.empty()) rows.keys.push_back(records.keys[record]);
    if (!records.weights.empty()) rows.weights.push_back(records.weights[record]);
    if (!records.folds.empty()) rows.folds.push_back(records.folds[record]);
    rows.groups.push_back(
        records.groups.empty() ? static_cast<std::int64_t>(record) : records.groups[record]
    );
    rows.folds_in_time = records.folds_in_time;
}

AnswerModel::Fitted UnitModel::learn(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    const OnProgress& progress,
    std::stop_token stop
) {
    auto inner = spec;
    inner.rules.clear();
    inner.preparation = {};
    auto learnt = units_of(train);
    auto judged = units_of(validation);
    if (stop.stop_requested()) throw base::Interrupted();
    auto all_names = class_names();
    all_names.back() = "(none)";
    const auto rows = labelled(std::move(learnt.rows), std::move(learnt.classes), all_names);
    const auto held_out =
        validation.rows > 0 ? labelled(std::move(judged.rows), std::move(judged.classes), all_names)
                            : Examples{};
    if (rows.rows == 0)
        throw base::Error(
            "training",
            fmt::format("no record has a labelled {}", part()),
            "label more records, or widen the snapshot"
        );
    auto found = fit(rows, held_out, inner, progress, std::move(stop));
    artefact_ = std::move(found.artefact);
    inner_.emplace(Predictor::load(artefact_));
    Fitted out;
    out.kind = found.kind;
    out.params = std::move(found.params);
    out.trials = std::move(found.trials);
    out.columns = found.features;
    out.notes = {
        {fmt::format("{}s", part()), rows.rows},
        {"unfit", learnt.unfit + judged.unfit},
        {"inner", json::parse(found.summary)}};
    return out;
}

PlainPart UnitModel::plain_unit() const {
    return {
        .features = &inner_->featurizer(),
        .inputs = inner_->inputs() ? &*inner_->inputs() : nullptr,
        .model = inner_->plain(),
        .decision = &inner_->decision(),
        .classes = inner_->class_names()};
}

std::vector<SaidAnswer> UnitModel::predict(const Examples& examples, std::size_t threads) const {
    const auto units = units_of(examples);
    const auto all_names = class_names();
    std::vector<double> said;
    if (units.rows.rows > 0) said = inner_->predict(units.rows, threads);
    const auto decided = inner_->decide(said);
    std::vector<SaidAnswer> out;
    std::size_t unit = 0;
    for (std::size_t record = 0; record < examples.rows; ++record) {
        std::vector<std::string> classes;
        json::array sure;
        double probability = 1;
        for (; unit < units.record.size() && units.record[unit] == record; ++unit) {
            const auto c = static_cast<std::size_t>(decided[unit]);
            const double own = said[unit * all_names.size() + c];
            classes.push_back(all_names[c]);
            sure.emplace_back(own);
            probability *= own;
        }
        auto answer = said_of(examples, record, classes);
        answer.probability = answer.answer.empty() ? 0 : probability;
        answer.more["sure"] = std::move(sure);
        out.push_back(std::move(answer));
    }
    return out;
}

// Counts by record, from which every figure of a resample is a sum.
struct UnitModel::Judged {
    std::vector<RecordCounts> records;
    std::size_t classes = 0;
    bool none_is_nothing = false;

    using Rows = std::span<const std::uint32_t>;

    Judged(std::size_t all, std::size_t names, bool none)
        : records(all), classes(names), none_is_nothing(none) {
        for (auto& one : records)
            for (auto* list : {&one.common, &one.said, &one.truth}) list->resize(names);
    }

    json::array parts(Rows rows, const std::vector<std::string>& names) const {
        json::array out;
        for (std::size_t c = 0; c < counted(); ++c) {
            const auto [common, said, is] = of_class(rows, c);
            out.push_back(json::object{
                {"name", names[c].empty() ? "(none)" : names[c]},
                {"precision", share_or_null(common, said)},
                {"recall", share_or_null(common, is)},
                {"f1", share_or_null(2 * common, said + is)},
                {"support", is},
                {"predicted", said}});
        }
        return out;
    }
    std::size_t counted() const { return none_is_nothing ? classes - 1 : classes; }
    double accuracy(Rows rows) const {
        double right = 0, all = 0;
        for (auto row : rows) {
            right += static_cast<double>(records[row].right);
            all += static_cast<double>(records[row].rows);
        }
        return all > 0 ? right / all : 1;
    }
    double whole(Rows rows) const {
        double right = 0;
        for (auto row : rows) right += records[row].right == records[row].rows ? 1 : 0;
        return right / static_cast<double>(rows.size());
    }
    // Common, said and true rows of a class.
    std::array<double, 3> of_class(Rows rows, std::size_t c) const {
        std::array<double, 3> sum{};
        for (auto row : rows) {
            sum[0] += records[row].common[c];
            sum[1] += records[row].said[c];
            sum[2] += records[row].truth[c];
        }
        return sum;
    }
    double macro(Rows rows) const {
        double sum = 0, met = 0;
        for (std::size_t c = 0; c < counted(); ++c) {
            const auto [common, said, truth] = of_class(rows, c);
            if (said + truth == 0) continue;
            sum += 2 * common / (said + truth);
            met += 1;
        }
        return met > 0 ? sum / met : 1;
    }
    double micro(Rows rows) const {
        double common = 0, all = 0;
        for (std::size_t c = 0; c < counted(); ++c) {
            const auto one = of_class(rows, c);
            common += one[0];
            all += one[1] + one[2];
        }
        return all > 0 ? 2 * common / all : 1;
    }
};

PartsProbable UnitModel::probable_of(
    const Examples& truth,
    const Units& units,
    std::span<const double> probabilities
) const {
    PartsProbable out;
    out.names = inner_->class_names();
    const auto classes = out.names.size();
    std::vector<std::string> names;
    std::size_t first = 0;  // unit of the record
    for (std::size_t unit = 0; unit < units.record.size(); ++unit) {
        const auto record = units.record[unit];
        if (unit == 0 || record != units.record[first]) {
            first = unit;
            names = unit_names(truth, record);
        }
        if (units.classes[unit] < 0) continue;
        const auto own = probabilities.subspan(unit * classes, classes);
        out.probabilities.insert(out.probabilities.end(), own.begin(), own.end());
        out.given.push_back(units.classes[unit]);
        out.record.push_back(static_cast<std::uint32_t>(record));
        const auto at = unit - first;
        out.parts.push_back(at < names.size() ? names[at] : fmt::format("{} {}", part(), at + 1));
    }
    return out;
}

AnswersJudged UnitModel::judge(const Examples& truth, const AnswerJudging& how) const {
    AnswersJudged out;
    out.said = predict(truth, how.threads);
    const auto units = units_of(truth);
    Judged judged(truth.rows, class_names().size(), none_is_nothing());
    std::vector<double> probable;
    std::vector<int> decided;
    if (units.rows.rows > 0) {
        probable = inner_->predict(units.rows, how.threads);
        decided = inner_->decide(probable);
    }
    if (how.parts) out.probable = probable_of(truth, units, probable);
    for (std::size_t unit = 0; unit < units.record.size(); ++unit) {
        const auto is = units.classes[unit], says = decided[unit];
        if (is < 0) continue;
        judged.records[units.record[unit]].add(
            static_cast<std::size_t>(is), static_cast<std::size_t>(says)
        );
    }
    for (const auto& record : judged.records) out.errors.push_back(record.share_wrong());
    if (!how.figures) return out;
    std::vector<std::uint32_t> all(truth.rows);
    std::iota(all.begin(), all.end(), 0U);
    const auto add = [&](std::string name, auto of) {
        const auto figure = [&](Judged::Rows rows) {
            if (how.stop.stop_requested()) throw base::Interrupted();
            return of(rows);
        };
        Metric metric;
        metric.name = std::move(name);
        metric.estimate = {figure(all), resampled_interval(all.size(), 1, figure)};
        out.metrics.push_back(std::move(metric));
    };
    const std::string of_part(part());
    if (none_is_nothing()) {
        add(of_part + "_f1", [&](auto rows) { return judged.micro(rows); });
    } else {
        add(of_part + "_accuracy", [&](auto rows) { return judged.accuracy(rows); });
    }
    add(of_part + "_macro_f1", [&](auto rows) { return judged.macro(rows); });
    add("all_" + of_part + "s_right", [&](auto rows) { return judged.whole(rows); });
    out.report = {
        {"rows", truth.rows}, {"unfit", units.unfit}, {"parts", judged.parts(all, class_names())}};
    return out;
}

void UnitModel::save(Writer& out) const {
    out.text(artefact_);
}

void UnitModel::load(Reader& in) {
    artefact_ = in.text();
    inner_.emplace(Predictor::load(artefact_));
    if (!inner_->predicts_classes() || inner_->class_names().size() != class_names().size())
        Reader::broken();
}

}  // namespace training
