// What is wrong with answers of several parts: rankings, rows of tables, relations, marks in
// pictures. Which parts differ is read from the two answers, and which labels may be wrong from how
// probable the parts of the labels are, where the model says that; marks in pictures are told apart
// in mark_findings.cpp.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "training/analysis/labels/label_errors.hpp"
#include "training/analysis/labels/out_of_fold.hpp"
#include "training/analysis/parts/part_findings.hpp"
#include "training/answers/answer_kinds.hpp"
#include "training/parts/part_differences.hpp"

namespace training {

namespace {

constexpr std::size_t parts_told = 3;  // suspected ones of a record

// Classes in the order of the question, those that only answers name behind them.
class ByClass {
public:
    explicit ByClass(const AskedQuestion& question) {
        for (const auto& name : question.classes) of(name);
        for (const auto& one : question.relations) of(one.name);
        if (question.classes.empty())
            for (const auto& name : question.candidates) of(name);
    }
    ClassErrors& of(const std::string& name) {
        const auto at = places_.emplace(name, classes_.size());
        if (at.second) classes_.push_back({.name = name});
        return classes_[at.first->second];
    }
    std::vector<ClassErrors> take() { return std::move(classes_); }

private:
    std::map<std::string, std::size_t> places_;
    std::vector<ClassErrors> classes_;
};

struct Found {
    ByClass classes;
    std::map<std::string, std::set<std::uint32_t>> wrong;
    std::map<std::pair<std::string, std::string>, ConfusedClasses> confused;

    void add(const PartDifference& one, std::uint32_t row, const std::string& key) {
        const auto shown = one.shown.empty() ? key : key + ": " + one.shown;
        auto& of = classes.of(one.truth.empty() ? one.said : one.truth);
        for (const auto* name : {&one.truth, &one.said})
            if (!name->empty()) wrong[*name].insert(row);
        switch (one.fault) {
            case PartFault::missed:
                ++of.missed;
                add_example(of.missed_examples, shown);
                break;
            case PartFault::spurious:
                ++of.spurious;
                add_example(of.spurious_examples, shown);
                break;
            case PartFault::boundary:
                ++of.wrong_boundary;
                add_example(of.cut_examples, shown);
                break;
            case PartFault::label: {
                ++of.wrong_label;
                auto& pair = confused[{one.truth, one.said}];
                pair.truth = one.truth;
                pair.predicted = one.said;
                ++pair.rows;
                add_example(pair.examples, shown);
            }
        }
    }
};

void count_parts(const Findings& of, const PartKind& kind, Analysis& analysis, Found& found) {
    std::size_t none = 0;
    for (std::uint32_t row = 0; row < of.judged.items.size(); ++row) {
        if (of.errors.said[row].answer.empty()) {
            ++none;
            continue;
        }
        const auto parts = kind.compare(
            *of.loaded.question, of.errors.said[row].answer, of.judged.examples.answers[row]
        );
        for (const auto& name : parts.truth) ++found.classes.of(name).support;
        for (const auto& name : parts.said) ++found.classes.of(name).said;
        for (const auto& one : parts.differences) found.add(one, row, of.judged.items[row].id.key);
    }
    if (none > 0)
        analysis.notes.push_back(
            fmt::format("{} judged records lack what the question is about: no answer", none)
        );
}

std::string told_part(const PartsProbable& parts, std::size_t at, int c) {
    const auto& name = parts.names.at(static_cast<std::size_t>(c));
    return parts.parts[at].empty() ? name : parts.parts[at] + ": " + name;
}

// The suspected parts of each record, the likeliest error first.
std::vector<Suspected>
suspected_answers(const RunRows& rows, const PartsProbable& parts, SuspectRank rank) {
    if (parts.given.empty()) return {};
    std::vector<double> reliability;
    for (auto row : parts.record)
        if (!rows.reliability.empty()) reliability.push_back(rows.reliability[row]);
    const auto found =
        label_errors(parts.probabilities, parts.given, parts.names.size(), rank, reliability);
    std::map<std::uint32_t, std::pair<Suspected, std::size_t>> by_row;
    std::vector<std::uint32_t> order;
    for (const auto& one : found.suspects) {
        const auto row = parts.record[one.row];
        auto [at, added] = by_row.try_emplace(row);
        auto& [of, told] = at->second;
        if (added) {
            of.rows = &rows;
            of.row = row;
            of.quality = one.quality;
            order.push_back(row);
        }
        of.confident |= one.confident;
        if (++told > parts_told) continue;
        const char* gap = told > 1 ? ", " : "";
        of.given += gap + told_part(parts, one.row, one.given);
        of.suggested += gap + told_part(parts, one.row, one.suggested);
    }
    std::vector<Suspected> out;
    for (auto row : order) {
        auto& [of, told] = by_row.at(row);
        if (told > parts_told) of.suggested += fmt::format(" and {} more", told - parts_told);
        out.push_back(std::move(of));
    }
    return out;
}

void suspect_answers(Findings& of, const PartKind& kind, Analysis& analysis) {
    if (!tells_records_apart(of.loaded)) {
        analysis.notes.push_back(fmt::format(
            "{} is a baseline and says little of single records: no label was judged",
            of.loaded.spec.model
        ));
        return;
    }
    if (!of.errors.boxes.empty()) return suspect_boxes(of, analysis);
    if (of.loaded.question->kind == keypoint_answers().name) return suspect_points(of, analysis);
    if (of.errors.probable.names.empty()) {
        analysis.notes.push_back(fmt::format(
            "no label was judged: a model of {} does not say how probable a label is; records that "
            "are wrong are listed by class",
            kind.parts
        ));
        return;
    }
    std::vector<std::vector<Suspected>> parts;
    const auto judge = [&](const RunRows& rows, const PartsProbable& said) {
        analysis.label_errors_judged += rows.items.size();
        parts.push_back(suspected_answers(rows, said, of.request.rank));
    };
    judge(of.judged, of.errors.probable);
    mark_confident(of, parts.back());
    const auto said = [&] {
        return answers_out_of_fold(
            of.training.examples, of.loaded.spec, of.request.folds, of.request.stop
        );
    };
    judge_training(
        of,
        analysis,
        said,
        [&](const RunRows& rows, const std::vector<double>& probabilities) {
            // Which parts there are does not depend on the model.
            auto known =
                of.loaded.predictor.judge_answers(rows.examples, {.figures = false, .parts = true})
                    .probable;
            if (known.probabilities.size() != probabilities.size())
                throw base::Error("out of fold", "the parts of the answers are others by now");
            known.probabilities = probabilities;
            judge(rows, known);
        }
    );
    take_suspects(std::move(parts), of.request, analysis);
    estimate_share(analysis);
}

}  // namespace

std::vector<double> doubts_of(const PartsProbable& probable, std::size_t rows) {
    std::vector<double> out(rows);
    const auto classes = probable.names.size();
    for (std::size_t part = 0; part < probable.record.size(); ++part) {
        double first = 0, second = 0;
        for (std::size_t c = 0; c < classes; ++c) {
            const double p = probable.probabilities[part * classes + c];
            second = std::max(second, std::min(first, p));
            first = std::max(first, p);
        }
        auto& most = out.at(probable.record[part]);
        most = std::max(most, 1 - (first - second));
    }
    return out;
}

void find_answer_errors(Findings& of, Analysis& analysis) {
    const auto* kind = part_kind(*of.loaded.question);
    if (!kind || of.judged.items.empty()) return;
    Found found{ByClass(*of.loaded.question), {}, {}};
    count_parts(of, *kind, analysis, found);
    analysis.by_class = found.classes.take();
    // Which candidate was better is not a matter of what the candidates are.
    const bool orders = !of.loaded.question->candidates.empty();
    if (orders) found.confused.clear();
    for (auto& [classes, pair] : found.confused) {
        const auto at =
            std::find_if(analysis.by_class.begin(), analysis.by_class.end(), [&](const auto& one) {
                return one.name == pair.truth;
            });
        pair.share = static_cast<double>(pair.rows) / static_cast<double>(at->support);
        analysis.confused.push_back(std::move(pair));
    }
    std::stable_sort(
        analysis.confused.begin(),
        analysis.confused.end(),
        [](const auto& a, const auto& b) { return a.rows > b.rows; }
    );
    std::vector<WrongRows> wrong;
    for (const auto& [name, rows] : found.wrong)
        wrong.push_back({name, {rows.begin(), rows.end()}});
    slice_classes(of, wrong, analysis);
    if (of.request.label_errors) suspect_answers(of, *kind, analysis);
}

}  // namespace training
