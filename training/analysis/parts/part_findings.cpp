// What is wrong with sets and spans, class by class, and put together to records, which people are
// asked about as a whole.
//
// Each class has its own slices. That many searches would find something by chance in one of them,
// so that the rate of false discoveries is that of all searches together: each has its share of it.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "training/analysis/labels/out_of_fold.hpp"
#include "training/analysis/parts/part_findings.hpp"
#include "training/analysis/parts/set_errors.hpp"
#include "training/analysis/parts/span_errors.hpp"

namespace training {

namespace {

constexpr std::size_t examples_of_class = 3, classes_sliced = 20, slices_of_class = 3;
constexpr std::size_t spans_told = 3;  // suspected ones of a record
constexpr double doubtful_part = 0.5;

}  // namespace

void add_example(std::vector<std::string>& to, std::string example) {
    if (to.size() < examples_of_class) to.push_back(std::move(example));
}

void slice_classes(Findings& of, std::span<const WrongRows> classes, Analysis& analysis) {
    if (of.columns.empty()) return;
    std::vector<std::size_t> order;
    for (std::size_t c = 0; c < classes.size(); ++c)
        if (!classes[c].rows.empty()) order.push_back(c);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return classes[a].rows.size() > classes[b].rows.size();
    });
    if (order.size() > classes_sliced) order.resize(classes_sliced);
    for (auto c : order) {
        std::vector<double> errors(of.judged.items.size());
        for (auto row : classes[c].rows) errors[row] = 1;
        SliceSpec spec;
        spec.most_q /= static_cast<double>(order.size());
        spec.limit = slices_of_class;
        spec.predicates = 2;
        auto found = of.fits.get(fmt::format("slices of class {}", classes[c].name), [&] {
            return worst_slices(of.columns, errors, spec, of.request.stop);
        });
        drop_false_conditions(of.loaded, of.judged.items, found);
        for (auto& slice : found)
            analysis.class_slices.push_back({classes[c].name, std::move(slice)});
    }
    std::stable_sort(
        analysis.class_slices.begin(),
        analysis.class_slices.end(),
        [](const auto& a, const auto& b) { return a.slice.score > b.slice.score; }
    );
}

namespace {

// The suspects of a part as records, with what they are said to be.
std::vector<Suspected> suspected_sets(const RunRows& rows, const SetLabelErrors& found) {
    const auto& names = rows.examples.class_names;
    std::vector<Suspected> out;
    for (const auto& one : found.suspects) {
        const auto from =
            rows.examples.marks.begin() + static_cast<std::ptrdiff_t>(one.row * names.size());
        std::vector<std::uint8_t> marks(from, from + static_cast<std::ptrdiff_t>(names.size()));
        for (auto c : one.classes) marks[c] = marks[c] ? 0 : 1;
        out.push_back({&rows, one.row, one.quality, one.confident, {}, set_text(marks, names)});
    }
    return out;
}

}  // namespace

void estimate_share(Analysis& analysis) {
    if (analysis.label_errors_judged > 0)
        analysis.estimated_label_errors = static_cast<double>(analysis.label_errors_confident) /
                                          static_cast<double>(analysis.label_errors_judged);
}

void mark_confident(Findings& of, const std::vector<Suspected>& suspects) {
    of.suspect.assign(of.judged.items.size(), 0);
    for (const auto& one : suspects) of.suspect[one.row] = one.confident ? 1 : 0;
}

namespace {

void suspect_sets(Findings& of, Analysis& analysis) {
    std::vector<std::vector<Suspected>> parts;
    const auto classes = of.loaded.predictor.class_names().size();
    const auto judge = [&](const RunRows& rows, const std::vector<double>& said) {
        const auto found =
            set_label_errors(said, rows.examples.marks, classes, of.request.rank, rows.reliability);
        analysis.label_errors_judged += rows.items.size();
        for (std::size_t c = 0; c < classes; ++c) {
            analysis.by_class[c].suspects += found.of_class[c];
            analysis.by_class[c].confident += found.confident_of_class[c];
        }
        parts.push_back(suspected_sets(rows, found));
    };
    if (!of.judged.items.empty()) {
        judge(of.judged, of.errors.predicted);
        mark_confident(of, parts.back());
    }
    const auto said = [&] {
        return out_of_fold(of.training.examples, of.loaded.spec, of.request.folds, of.request.stop);
    };
    judge_training(of, analysis, said, judge);
    take_suspects(std::move(parts), of.request, analysis);
    estimate_share(analysis);
}

// One list of spans as people read it: "person 'Ada', place 'Paris'".
std::string told_spans(std::string_view body, const std::vector<schema::TextSpan>& spans) {
    std::string out;
    for (std::size_t i = 0; i < std::min(spans.size(), spans_told); ++i)
        out += fmt::format(
            "{}{} '{}'", out.empty() ? "" : ", ", spans[i].label, marked_text(body, spans[i])
        );
    if (spans.size() > spans_told) out += fmt::format(" and {} more", spans.size() - spans_told);
    return out.empty() ? "none" : out;
}

using ByLabel = std::map<std::string, ClassErrors*>;

std::vector<Suspected> suspected_spans(
    const RunRows& rows,
    const std::vector<JudgedSpans>& texts,
    const ByLabel& by_label
) {
    std::vector<Suspected> out;
    const auto found = span_suspects(texts);
    for (std::uint32_t row = 0; row < found.size(); ++row) {
        if (found[row].empty()) continue;
        std::vector<schema::TextSpan> given, said;
        bool confident = false;
        for (const auto& one : found[row]) {
            if (one.at.truth) given.push_back(texts[row].truth[*one.at.truth]);
            if (one.at.said) said.push_back(texts[row].said.spans[*one.at.said].span);
            const auto& label = one.at.truth ? given.back().label : said.back().label;
            if (const auto at = by_label.find(label); at != by_label.end()) {
                ++at->second->suspects;
                at->second->confident += one.confident ? 1 : 0;
            }
            confident |= one.confident;
        }
        const auto& body = rows.examples.text[row].body;
        out.push_back(
            {&rows,
             row,
             found[row].front().quality,
             confident,
             told_spans(body, given),
             told_spans(body, said)}
        );
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return a.quality < b.quality;
    });
    return out;
}

void count_span_faults(const Findings& of, const ByLabel& by_label) {
    for (std::size_t row = 0; row < of.errors.spans.size(); ++row) {
        const auto& text = of.errors.spans[row];
        const auto said = text.said.bare();
        const auto& body = of.judged.examples.text[row].body;
        const auto& key = of.judged.items[row].id.key;
        const auto known = [&](const std::string& label) { return by_label.at(label); };
        for (const auto& span : text.truth) ++known(span.label)->support;
        for (const auto& span : said) ++known(span.label)->said;
        for (const auto& one : mismatches(text.truth, said)) {
            const auto& span = one.truth ? text.truth[*one.truth] : said[*one.said];
            auto& to = *known(span.label);
            const auto shown = fmt::format("{}: {}", key, marked_text(body, span));
            switch (one.fault) {
                case SpanFault::missed:
                    ++to.missed;
                    add_example(to.missed_examples, shown);
                    break;
                case SpanFault::spurious:
                    ++to.spurious;
                    add_example(to.spurious_examples, shown);
                    break;
                case SpanFault::label:
                    ++to.wrong_label;
                    break;
                case SpanFault::boundary:
                    ++to.wrong_boundary;
                    add_example(
                        to.cut_examples,
                        fmt::format("{} as {}", shown, marked_text(body, said[*one.said]))
                    );
                    break;
            }
        }
    }
}

// Texts where a span of a label is missed, is none, or is another.
std::vector<WrongRows> wrong_spans_of(const Findings& of) {
    std::map<std::string, std::set<std::uint32_t>> rows;
    for (std::uint32_t row = 0; row < of.errors.spans.size(); ++row) {
        const auto& text = of.errors.spans[row];
        const auto said = text.said.bare();
        for (const auto& one : mismatches(text.truth, said)) {
            if (one.truth) rows[text.truth[*one.truth].label].insert(row);
            if (one.said) rows[said[*one.said].label].insert(row);
        }
    }
    std::vector<WrongRows> out;
    for (const auto& [name, of_label] : rows)
        out.push_back({name, {of_label.begin(), of_label.end()}});
    return out;
}

// Labels that are taken for each other, as pairs of classes are.
void confuse_labels(const Findings& of, const ByLabel& by_label, Analysis& analysis) {
    std::map<std::pair<std::string, std::string>, ConfusedClasses> pairs;
    for (std::size_t row = 0; row < of.errors.spans.size(); ++row) {
        const auto& text = of.errors.spans[row];
        const auto said = text.said.bare();
        for (const auto& one : mismatches(text.truth, said)) {
            if (one.fault != SpanFault::label) continue;
            const auto& truth = text.truth[*one.truth].label;
            const auto& other = said[*one.said].label;
            auto& pair = pairs[{truth, other}];
            pair.truth = truth;
            pair.predicted = other;
            ++pair.rows;
            add_example(pair.examples, of.judged.items[row].id.key);
        }
    }
    for (auto& [labels, pair] : pairs) {
        const auto support = static_cast<double>(by_label.at(pair.truth)->support);
        pair.share = static_cast<double>(pair.rows) / support;
        analysis.confused.push_back(std::move(pair));
    }
    std::stable_sort(
        analysis.confused.begin(),
        analysis.confused.end(),
        [](const auto& a, const auto& b) { return a.rows > b.rows; }
    );
}

}  // namespace

void find_set_errors(Findings& of, Analysis& analysis) {
    const auto& names = of.loaded.predictor.class_names();
    const auto& truth = of.judged.examples.marks;
    for (const auto& name : names) analysis.by_class.push_back({.name = name});
    if (!of.judged.items.empty()) {
        const auto keys = [&](const std::vector<std::uint32_t>& rows) {
            std::vector<std::string> some;
            for (auto row : rows) add_example(some, of.judged.items[row].id.key);
            return some;
        };
        const auto by_class = mark_errors(truth, of.errors.sets, names.size());
        for (std::size_t c = 0; c < names.size(); ++c) {
            auto& to = analysis.by_class[c];
            to.support = by_class[c].support;
            to.said = by_class[c].said;
            to.missed = by_class[c].missed.size();
            to.spurious = by_class[c].spurious.size();
            to.missed_examples = keys(by_class[c].missed);
            to.spurious_examples = keys(by_class[c].spurious);
        }
        for (const auto& one : set_confusions(truth, of.errors.sets, names.size()))
            analysis.confused.push_back(
                {names[one.truth], names[one.predicted], one.rows.size(), one.share, keys(one.rows)}
            );
        std::vector<WrongRows> wrong;
        for (std::size_t c = 0; c < names.size(); ++c) {
            auto rows = by_class[c].missed;
            rows.insert(rows.end(), by_class[c].spurious.begin(), by_class[c].spurious.end());
            wrong.push_back({names[c], std::move(rows)});
        }
        slice_classes(of, wrong, analysis);
    }
    if (of.request.label_errors && tells_records_apart(of.loaded)) suspect_sets(of, analysis);
}

void find_span_errors(Findings& of, Analysis& analysis) {
    for (const auto& name : of.loaded.predictor.class_names())
        analysis.by_class.push_back({.name = name});
    ByLabel by_label;
    for (auto& one : analysis.by_class) by_label[one.name] = &one;
    // A label that was given to the project after the training is known to the texts alone.
    std::size_t unknown = 0;
    for (auto& text : of.errors.spans)
        for (std::size_t i = text.truth.size(); i-- > 0;)
            if (!by_label.contains(text.truth[i].label)) {
                text.truth.erase(text.truth.begin() + static_cast<std::ptrdiff_t>(i));
                text.of_truth.erase(text.of_truth.begin() + static_cast<std::ptrdiff_t>(i));
                ++unknown;
            }
    if (unknown > 0)
        analysis.notes.push_back(
            fmt::format("{} spans have labels that the run does not know: left out", unknown)
        );
    count_span_faults(of, by_label);
    slice_classes(of, wrong_spans_of(of), analysis);
    confuse_labels(of, by_label, analysis);
    if (!of.request.label_errors) return;
    std::vector<std::vector<Suspected>> parts;
    const auto judge = [&](const RunRows& rows, const std::vector<JudgedSpans>& texts) {
        analysis.label_errors_judged += rows.items.size();
        parts.push_back(suspected_spans(rows, texts, by_label));
    };
    if (!of.judged.items.empty()) {
        judge(of.judged, of.errors.spans);
        mark_confident(of, parts.back());
    }
    const auto said = [&] {
        return spans_out_of_fold(
            of.training.examples, of.loaded.spec, of.request.folds, of.request.stop
        );
    };
    judge_training(of, analysis, said, judge);
    take_suspects(std::move(parts), of.request, analysis);
    estimate_share(analysis);
}

void find_ambiguous_parts(Findings& of, Analysis& analysis) {
    const auto& names = of.loaded.predictor.class_names();
    std::vector<double> answers;
    if (of.loaded.predictor.answers())
        answers = doubts_of(of.errors.probable, of.judged.items.size());
    std::vector<OddItem> found;
    for (std::uint32_t row = 0; row < of.judged.items.size(); ++row) {
        const double doubt =
            !answers.empty() ? answers[row]
            : of.errors.spans.empty()
                ? doubt_of_set(
                      std::span(of.errors.predicted).subspan(row * names.size(), names.size())
                  )
                : 1 - of.errors.spans[row].said.probability;
        of.doubt.push_back(doubt);
        if (doubt >= doubtful_part && of.errors.errors[row] == 0) found.push_back({row, doubt});
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.score > b.score;
    });
    analysis.ambiguous_found = found.size();
    for (const auto& [row, score] : found) {
        if (analysis.ambiguous.size() == of.request.top) break;
        auto item = review_of(of.judged, row, score, "ambiguous");
        item.suggested = item.given;
        analysis.ambiguous.push_back(std::move(item));
    }
}

}  // namespace training
