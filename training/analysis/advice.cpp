// The rules that turn findings into advice. They are few and say what they rest on: a cause that is
// named must be one that the data show, so where nothing stands out that is said, too.
#include "training/analysis/advice.hpp"

#include <cmath>

#include <fmt/format.h>

namespace training {

namespace {

constexpr double stands_out = 1.5, few_share = 2.0 / 3;
constexpr std::size_t few_rows = 50;
constexpr double least_suspects = 0.03, least_far = 0.05;
constexpr std::size_t least_support = 10;  // of a class that something is said of
constexpr double missed_share = 0.2;
constexpr std::size_t hardly_any = 20;  // training rows of a class
constexpr double confused_share = 0.1;  // of a class, from which on a guideline may help

std::string share_text(double share) {
    return fmt::format("{:.1f} %", share * 100);
}

// Sets cause, action and advice of a slice.
void explain(const SliceMarks& of, const Evidence& evidence, Advice& advice) {
    const auto more = [](double here, double there, double least) {
        return here >= least && here >= stands_out * there;
    };
    const double share = static_cast<double>(of.slice.rows.size()) /
                         static_cast<double>(std::max<std::size_t>(evidence.judged, 1));
    const double learnt = static_cast<double>(of.training_rows) /
                          static_cast<double>(std::max<std::size_t>(evidence.training_rows, 1));
    if (more(of.marks.suspects, evidence.all.suspects, least_suspects)) {
        advice.action = Action::relabel;
        advice.cause = fmt::format(
            "label noise: {} of its labels are confidently another class, {} elsewhere",
            share_text(of.marks.suspects),
            share_text(evidence.all.suspects)
        );
        advice.advice = "ask its suspected labels again: 'tilth errors RUN --label-errors --send'";
        return;
    }
    if (of.training_rows < few_rows || learnt < few_share * share) {
        advice.action = Action::label;
        advice.cause = fmt::format(
            "few labels: {} training rows, {} of all where it is {} of those judged",
            of.training_rows,
            share_text(learnt),
            share_text(share)
        );
        advice.advice = fmt::format("label {} more of it", evidence.labels);
        return;
    }
    if (more(of.marks.far, evidence.all.far, least_far)) {
        advice.action = Action::collect;
        advice.cause = fmt::format(
            "unlike what was learnt: {} of its rows are far from all training rows, {} elsewhere",
            share_text(of.marks.far),
            share_text(evidence.all.far)
        );
        advice.advice = fmt::format("collect more of it from source '{}'", evidence.source);
        return;
    }
    if (more(of.marks.doubt, evidence.all.doubt, 0)) {
        advice.action = Action::guideline;
        advice.cause = fmt::format(
            "ambiguous: the model's doubt is {:.2f}, {:.2f} elsewhere",
            of.marks.doubt,
            evidence.all.doubt
        );
        advice.advice = "say in the guideline how to decide such records, and label some again";
        return;
    }
    if (of.gain && of.gain->interval.low > 0) {
        advice.action = Action::label;
        advice.cause = "its error still falls with more labels";
        advice.advice = fmt::format("label {} more of it", evidence.labels);
        return;
    }
    advice.cause = "no more noise, doubt or strangeness than elsewhere, and labels enough";
    advice.advice = "look at some of its errors; a feature may be missing";
}

Advice about(const SliceMarks& of, const Evidence& evidence) {
    const auto shown = [&](double error) {
        return evidence.of_values ? std::sqrt(std::max(error, 0.0)) : error;
    };
    Advice advice{
        .finding = fmt::format(
            "{}: {} {:.3f} over {} rows, {:.1f} times that of all",
            of.slice.description,
            evidence.of_values ? "RMSE" : "error",
            shown(of.slice.rate),
            of.slice.rows.size(),
            shown(of.slice.lift)
        ),
        .cause = {},
        .advice = {},
        .where = of.slice.where,
        .rows = of.slice.rows.size()};
    explain(of, evidence, advice);
    if (advice.action == Action::label || advice.action == Action::collect) {
        advice.labels = evidence.labels;
        advice.gain = of.gain;
        advice.like = of.keys;
    }
    if (!advice.where.empty() && advice.action != Action::look)
        advice.advice += fmt::format("; such records are found by: {}", advice.where);
    return advice;
}

void add_confused(const Evidence& evidence, std::vector<Advice>& out) {
    for (const auto& pair : evidence.confused) {
        if (pair.share < confused_share) continue;
        const bool both = pair.back >= confused_share;
        out.push_back(
            {.action = Action::guideline,
             .finding = fmt::format(
                 "{} of class '{}' are taken for '{}'{}",
                 share_text(pair.share),
                 pair.truth,
                 pair.predicted,
                 both ? fmt::format(", and {} of that for it", share_text(pair.back)) : ""
             ),
             .cause = both ? "the classes overlap" : "the one class is not told from the other",
             .advice = fmt::format(
                 "say in the guideline how '{}' and '{}' differ, with examples of both",
                 pair.truth,
                 pair.predicted
             ),
             .where = {},
             .rows = pair.rows}
        );
    }
}

// What is said of a class where much of it is missed.
Advice about_missed(const ClassMarks& of, double share, const Evidence& evidence) {
    const auto& what = of.what;
    Advice advice{
        .action = Action::guideline,
        .finding = fmt::format(
            "{} of the {} {} of '{}' are missed", share_text(share), of.support, what, of.name
        ),
        .cause = "what has it is not told from what has not",
        .advice = fmt::format("say in the guideline what is '{}', with examples", of.name),
        .where = {},
        .rows = of.missed};
    if (of.learnt >= few_rows) return advice;
    advice.action = Action::label;
    advice.cause = fmt::format("few labels: {} {} of it to learn from", of.learnt, what);
    advice.advice = fmt::format("label more {} of '{}'", what, of.name);
    advice.labels = evidence.labels;
    advice.like = of.keys;
    return advice;
}

// Of a class that hardly any record has little can be measured, and that it is missed is no wonder.
bool is_hardly_known(const ClassMarks& of) {
    return of.alone && of.learnt < hardly_any && 2 * of.missed >= of.support;
}

Advice about_hardly_known(const ClassMarks& of, const Evidence& evidence) {
    return {
        .action = Action::label,
        .finding = fmt::format(
            "'{}' has {} training rows; {} of its {} judged ones are missed",
            of.name,
            of.learnt,
            of.missed,
            of.support
        ),
        .cause = "hardly anything to learn it from",
        .advice = fmt::format("label more records of '{}', or gather some", of.name),
        .where = {},
        .rows = of.missed,
        .labels = evidence.labels,
        .like = of.keys};
}

void add_classes(const Evidence& evidence, std::vector<Advice>& out) {
    for (const auto& of : evidence.classes) {
        if (is_hardly_known(of)) {
            out.push_back(about_hardly_known(of, evidence));
            continue;
        }
        if (of.support < least_support || (of.alone && of.learnt >= few_rows)) continue;
        const double all = static_cast<double>(of.support);
        const double missed = static_cast<double>(of.missed) / all;
        const double cut = static_cast<double>(of.wrong_boundary) / all;
        if (missed >= missed_share) out.push_back(about_missed(of, missed, evidence));
        if (cut >= confused_share)
            out.push_back(
                {.action = Action::guideline,
                 .finding = fmt::format(
                     "{} of the {} {} of '{}' are placed otherwise",
                     share_text(cut),
                     of.support,
                     of.what,
                     of.name
                 ),
                 .cause = "where it begins and ends is not clear",
                 .advice = fmt::format("say in the guideline where '{}' begins and ends", of.name),
                 .where = {},
                 .rows = of.wrong_boundary}
            );
    }
}

}  // namespace

std::vector<Advice> advise(const Evidence& evidence) {
    std::vector<Advice> out;
    for (const auto& slice : evidence.slices) out.push_back(about(slice, evidence));
    add_confused(evidence, out);
    add_classes(evidence, out);
    if (evidence.suspects > 0)
        out.push_back(
            {.action = Action::relabel,
             .finding = fmt::format("{} labels are confidently another class", evidence.suspects),
             .cause = "mistakes of those who labelled, or of the import",
             .advice = "ask them again: 'tilth errors RUN --label-errors --send'",
             .where = {},
             .rows = evidence.suspects}
        );
    if (evidence.alike_otherwise > 0)
        out.push_back(
            {.action = Action::relabel,
             .finding = fmt::format(
                 "{} pairs of nearly the same records have different labels",
                 evidence.alike_otherwise
             ),
             .cause = "one label of each pair is wrong, or what tells them apart is not seen",
             .advice = "decide each pair",
             .where = {},
             .rows = evidence.alike_otherwise}
        );
    if (evidence.far > 0 && evidence.all.far >= least_far)
        out.push_back(
            {.action = Action::collect,
             .finding = fmt::format(
                 "{} of the judged rows ({}) are far from all training rows",
                 evidence.far,
                 share_text(evidence.all.far)
             ),
             .cause = "what comes in is no longer what was learnt",
             .advice = fmt::format("label what is new in source '{}'", evidence.source),
             .where = {},
             .rows = evidence.far}
        );
    if (evidence.gain)
        out.push_back(
            {.action = Action::label,
             .finding = fmt::format(
                 "{} more labels, whichever, are expected to lower the {} by {:.4f}",
                 evidence.labels,
                 evidence.of_values ? "RMSE" : "error",
                 evidence.gain->error
             ),
             .cause = "the learning curve",
             .advice = evidence.gain->interval.low > 0 ? "label on"
                                                       : "more labels alone may bring nothing",
             .where = {},
             .rows = evidence.judged,
             .labels = evidence.labels,
             .gain = evidence.gain}
        );
    return out;
}

}  // namespace training
