// Labels of training rows are judged by models that have not seen them, fitted as the run's was on
// the other folds; those of validation and test by the run's own. The two are judged apart, for
// their probabilities are of models of different sizes, and come in one order.
#include "training/analysis/findings.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "schema/records/record.hpp"
#include "training/analysis/labels/out_of_fold.hpp"
#include "training/evaluation/metrics.hpp"

namespace training {

namespace {

constexpr std::size_t examples_shown = 3;
constexpr std::size_t most_far_judged = 20'000;  // rows whose distances are looked for

std::vector<std::uint64_t> hashes_of(const Examples& examples) {
    std::vector<std::uint64_t> out;
    for (const auto& text : examples.text) out.push_back(schema::simhash(text.joined()));
    return out;
}

void find_far(Findings& of, Analysis& analysis) {
    const auto& predictor = of.loaded.predictor;
    of.far.assign(of.judged.items.size(), 0);
    if (predictor.answers() && !of.contents.words) return;  // there is nothing of whole records
    if (of.judged.items.empty() || of.judged.items.size() > most_far_judged) {
        if (!of.judged.items.empty())
            analysis.notes.push_back(fmt::format(
                "more than {} judged rows: none was looked at for being far from the "
                "training rows",
                most_far_judged
            ));
        return;
    }
    Team team(0);
    const auto distances = distances_to(
        of.contents.rows(predictor, of.training.examples, team),
        of.contents.rows(predictor, of.judged.examples, team),
        5,
        10'000,
        of.loaded.run.seed,
        of.request.stop
    );
    const auto found = out_of_distribution(distances);
    analysis.far_found = found.size();
    for (const auto& item : found) {
        of.far[item.row] = 1;
        if (analysis.far.size() < of.request.top)
            analysis.far.push_back(review_of(of.judged, item.row, item.score, "far"));
    }
}

void find_alike(const Findings& of, Analysis& analysis) {
    if (of.training.examples.text.empty() && of.judged.examples.text.empty()) return;
    auto hashes = hashes_of(of.training.examples);
    auto parts = of.training.parts;
    const auto judged = hashes_of(of.judged.examples);
    hashes.insert(hashes.end(), judged.begin(), judged.end());
    parts.insert(parts.end(), of.judged.parts.begin(), of.judged.parts.end());
    const auto first = of.training.items.size();
    const auto item = [&](std::uint32_t row) {
        return row < first ? of.training.items[row] : of.judged.items[row - first];
    };
    const auto label = [&](std::uint32_t row) {
        return row < first ? label_text(of.training.examples, row)
                           : label_text(of.judged.examples, row - first);
    };
    // Spans are at other places in texts that differ a little: they are not compared.
    std::vector<int> labels(hashes.size());
    std::map<std::string, int> known;
    for (std::uint32_t row = 0; row < hashes.size() && !of.loaded.predictor.reads_whole_texts();
         ++row)
        labels[row] = known.emplace(label(row), static_cast<int>(known.size())).first->second;
    const auto found = alike_rows(hashes, parts, labels);
    analysis.alike_found = found.size();
    for (const auto& [a, b] : found) {
        if (analysis.alike.size() == of.request.top) break;
        analysis.alike.push_back({item(a), item(b), label(a), label(b), parts[a], parts[b]});
    }
}

}  // namespace

ReviewItem review_of(const RunRows& rows, std::uint32_t row, double score, std::string reason) {
    ReviewItem out;
    out.item = rows.items[row];
    out.given = label_text(rows.examples, row);
    out.score = score;
    out.reason = std::move(reason);
    out.snippet = snippet_of(rows.examples, row);
    out.part = rows.parts[row];
    return out;
}

void take_suspects(
    std::vector<std::vector<Suspected>> parts,
    const AnalysisRequest& request,
    Analysis& out
) {
    std::vector<std::pair<double, Suspected>> all;
    for (auto& part : parts) {
        double rank = 0;
        for (auto& one : part) {
            const auto size = static_cast<double>(std::max<std::size_t>(1, one.rows->items.size()));
            const double key = request.rank == SuspectRank::log_odds ? one.quality : rank++ / size;
            ++out.label_errors_found;
            out.label_errors_confident += one.confident ? 1 : 0;
            all.emplace_back(key, std::move(one));
        }
    }
    std::stable_sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.first < b.first; });
    for (auto& [key, one] : all) {
        if (out.label_errors.size() == request.top) break;
        auto item = review_of(*one.rows, one.row, one.quality, "label-error");
        if (!one.given.empty()) item.given = std::move(one.given);
        item.suggested = std::move(one.suggested);
        out.label_errors.push_back(std::move(item));
    }
}

bool tells_records_apart(const LoadedRun& loaded) {
    return !model_kind(loaded.spec.model).baseline;
}

void find_confusions(const Findings& of, Analysis& analysis) {
    const auto& names = of.loaded.predictor.class_names();
    const auto& classes = of.judged.examples.classes;
    Judging how;
    how.brief = true;
    how.said = of.errors.decided;
    const auto report = judge_classes(of.errors.predicted, classes, names.size(), how);
    for (const auto& pair : confused_pairs(report)) {
        ConfusedClasses confused{
            names.at(pair.truth), names.at(pair.predicted), pair.rows, pair.share, {}};
        for (std::size_t row = 0; row < classes.size() && confused.examples.size() < examples_shown;
             ++row)
            if (classes[row] == static_cast<int>(pair.truth) &&
                of.errors.decided[row] == static_cast<int>(pair.predicted))
                confused.examples.push_back(of.judged.items[row].id.key);
        analysis.confused.push_back(std::move(confused));
    }
}

void find_label_errors(Findings& of, Analysis& analysis) {
    if (!tells_records_apart(of.loaded)) {
        analysis.notes.push_back(fmt::format(
            "{} is a baseline and says little of single records: no label was judged",
            of.loaded.spec.model
        ));
        return;
    }
    const auto& names = of.loaded.predictor.class_names();
    std::vector<std::vector<Suspected>> parts;
    double wrong = 0;
    const auto judge = [&](const RunRows& rows, const std::vector<double>& probabilities) {
        auto found = label_errors(
            probabilities, rows.examples.classes, names.size(), of.request.rank, rows.reliability
        );
        const auto count = rows.items.size();
        analysis.label_errors_judged += count;
        wrong += found.estimated_share * static_cast<double>(count);
        auto& part = parts.emplace_back();
        for (const auto& one : found.suspects)
            part.push_back(
                {&rows,
                 one.row,
                 one.quality,
                 one.confident,
                 {},
                 names.at(static_cast<std::size_t>(one.suggested))}
            );
    };
    if (!of.judged.items.empty()) {
        judge(of.judged, of.errors.predicted);
        of.suspect.assign(of.judged.items.size(), 0);
        for (const auto& suspect : parts.back())
            of.suspect[suspect.row] = suspect.confident ? 1 : 0;
    }
    if (of.request.folds >= 2 && !of.training.items.empty()) {
        try {
            auto said = of.fits.get(fmt::format("out of {} folds", of.request.folds), [&] {
                return out_of_fold(
                    of.training.examples, of.loaded.spec, of.request.folds, of.request.stop
                );
            });
            // As the run's own model says it: the thresholds of a class are of one kind.
            of.loaded.predictor.decision().calibrator().apply(said);
            judge(of.training, said);
        } catch (const base::Error& failure) {
            analysis.notes.push_back(
                fmt::format("labels of training rows were not judged: {}", failure.what())
            );
        }
    }
    if (analysis.label_errors_judged > 0)
        analysis.estimated_label_errors = wrong / static_cast<double>(analysis.label_errors_judged);
    take_suspects(std::move(parts), of.request, analysis);
}

void find_odd_items(Findings& of, Analysis& analysis) {
    find_far(of, analysis);
    find_alike(of, analysis);
    const auto& names = of.loaded.predictor.class_names();
    const bool answers = of.loaded.predictor.answers() != nullptr;
    if (of.judged.items.empty() || !tells_records_apart(of.loaded)) return;
    if (answers ? of.errors.probable.names.empty() : names.empty()) return;
    if (!of.loaded.predicts_one_class()) return find_ambiguous_parts(of, analysis);
    for (std::size_t row = 0; row < of.judged.items.size(); ++row)
        of.doubt.push_back(doubt_of(
            std::span(of.errors.predicted).subspan(row * names.size(), names.size()), Doubt::entropy
        ));
    const auto found = ambiguous_items(
        of.errors.predicted, of.judged.examples.classes, names.size(), of.judged.reliability
    );
    analysis.ambiguous_found = found.size();
    for (const auto& [row, score] : found) {
        if (analysis.ambiguous.size() == of.request.top) break;
        auto item = review_of(of.judged, row, score, "ambiguous");
        item.suggested = names.at(static_cast<std::size_t>(of.errors.decided[row]));
        analysis.ambiguous.push_back(std::move(item));
    }
}

}  // namespace training
