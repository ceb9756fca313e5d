// Each part of the snapshot is read once, and only where a finding that is asked for needs it. The
// same predictor serves the second half, which ranks unlabelled records; there the texts' SimHashes
// keep near-equal records from being asked for twice.
#include "training/analysis/analysis.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "training/analysis/findings.hpp"
#include "training/analysis/parts/set_errors.hpp"
#include "training/answers/answer_model.hpp"
#include "training/models/label_sets.hpp"

namespace training {

namespace {

// The judged rows, with what can be said of each.
void judge_parts(Findings& of, Analysis& analysis, bool columns) {
    of.judged = rows_of_parts(of.loaded, {1, 2});
    of.errors = judge_rows(of.loaded, of.judged);
    const auto& errors = of.errors.errors;
    analysis.judged = errors.size();
    const bool values = of.loaded.predicts_values();
    const double mean = errors.empty() ? 0
                                       : std::accumulate(errors.begin(), errors.end(), 0.0) /
                                             static_cast<double>(errors.size());
    analysis.wrong =
        static_cast<std::size_t>(std::count_if(errors.begin(), errors.end(), [&](double error) {
            return error > (values ? mean : 0);
        }));
    if (values && !errors.empty()) analysis.rmse = std::sqrt(mean);
    if (!columns || errors.empty()) return;
    of.contents = of.fits.get("contents", [&] {
        return contents_of(
            of.loaded.predictor,
            of.judged.items,
            of.judged.examples,
            of.loaded.run.seed,
            of.request.stop
        );
    });
    of.columns =
        slice_columns_of(of.loaded, of.contents, of.judged.items, of.judged.examples, true);
}

// What was fitted at an earlier look, unless labels are others now.
void take_kept(const LoadedRun& loaded, Findings& of, Analysis& analysis) {
    const auto& labels = of.request.labels_now;
    const auto found =
        loaded.database.call([&](base::Tx& tx) { return fits_of(tx, loaded.run.id, labels); });
    of.fits = KeptFits(found.fits);
    if (found.outdated)
        analysis.notes.emplace_back(
            "labels have changed since the last look at this run: what was kept of it is void, and "
            "fitted again"
        );
    if (labels.changed > 0)
        analysis.notes.push_back(fmt::format(
            "{} labels have changed since the snapshot was made; the findings are of those that it "
            "has: make another one and train on it",
            labels.changed
        ));
}

// Rows of `examples` that are in one of the worst slices of the run.
std::vector<std::uint8_t> weak_rows(
    const LoadedRun& loaded,
    const RunContents& contents,
    const std::vector<Slice>& slices,
    const std::vector<Item>& items,
    const Examples& examples
) {
    std::vector<std::uint8_t> weak(items.size());
    const auto columns = slice_columns_of(loaded, contents, items, examples, false);
    for (const auto& slice : slices)
        for (auto row : rows_of(slice.predicates, columns)) weak[row] = 1;
    return weak;
}

// What a run says of records without a label: probabilities that doubt is told by, and what each is
// said to be.
struct SaidOfPool {
    std::vector<double> probabilities = {};
    std::size_t classes = 0;  // 0: values are said
    std::vector<std::string> suggested = {};
};

// Of sets, the class that is the least sure; of spans, that all is as it is said, which is never
// less doubtful for being improbable.
SaidOfPool said_of_pool(const Predictor& predictor, const Examples& examples) {
    SaidOfPool out;
    const auto& names = predictor.class_names();
    out.suggested.resize(examples.rows);
    const auto add_two = [&](double p) {
        out.classes = 2;
        out.probabilities.insert(out.probabilities.end(), {p, 1 - p});
    };
    if (predictor.predicts_spans()) {
        const auto said = predictor.find_spans(examples);
        for (std::size_t row = 0; row < examples.rows; ++row) {
            add_two(std::max(said[row].probability, 0.5));
            out.suggested[row] = fmt::format("{} spans", said[row].spans.size());
        }
        return out;
    }
    if (predictor.answers()) {
        const auto said = predictor.answer(examples);
        for (std::size_t row = 0; row < examples.rows; ++row) {
            add_two(std::max(said[row].probability, 0.5));
            out.suggested[row] = base::cut_at_character(said[row].answer, 120);
        }
        return out;
    }
    if (names.empty()) return out;
    const auto probabilities = predictor.predict(examples);
    if (predictor.predicts_sets()) {
        const auto sets = decide_sets(probabilities, predictor.thresholds());
        for (std::size_t row = 0; row < examples.rows; ++row) {
            const auto from = row * names.size();
            add_two(1 - doubt_of_set(std::span(probabilities).subspan(from, names.size())) / 2);
            out.suggested[row] = set_text(std::span(sets).subspan(from, names.size()), names);
        }
        return out;
    }
    const auto decided = predictor.decide(probabilities);
    for (std::size_t row = 0; row < examples.rows; ++row)
        out.suggested[row] = names.at(static_cast<std::size_t>(decided[row]));
    out.probabilities = probabilities;
    out.classes = names.size();
    return out;
}

NextFound choose_of(const LoadedRun& loaded, const NextRequest& request) {
    auto items = request.among ? *request.among
                               : loaded.store.unlabeled_items(
                                     loaded.run.project_id, loaded.run.source_id, request.pool
                                 );
    NextFound found{.items = {}, .pool = items.size()};
    if (items.empty()) return found;
    const auto examples = loaded.store.load(items, loaded.predictor.class_names());
    const auto said = said_of_pool(loaded.predictor, examples);
    std::vector<std::uint8_t> weak;
    if (request.order == Order::weakest) {
        const AnalysisRequest nothing{};
        Findings of{loaded, nothing, {}, {}, {}};
        Analysis analysis;
        judge_parts(of, analysis, true);
        weak = weak_rows(
            loaded, of.contents, worst_slices(of.columns, of.errors.errors), items, examples
        );
    }
    for (const auto& next :
         choose_rows(request, said.probabilities, said.classes, examples, std::move(weak)))
        found.items.push_back(
            {items[next.row],
             "",
             said.suggested[next.row],
             next.score,
             std::string(
                 next.reason == NextItem::Reason::random ? "random" : base::name_of(request.order)
             ),
             snippet_of(examples, next.row)}
        );
    return found;
}

}  // namespace

Analysis analyse(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const AnalysisRequest& request
) {
    const auto loaded = load_run(database, blobs, decode, request.run_id);
    const bool values = loaded.predicts_values(), one_class = loaded.predicts_one_class();
    Analysis analysis;
    analysis.run = loaded.run;
    Findings of{loaded, request, {}, {}, {}};
    take_kept(loaded, of, analysis);
    const bool all = request.curves;
    judge_parts(of, analysis, request.slices || all);
    if (all || (request.label_errors && !values && request.folds >= 2))
        of.training = rows_of_parts(loaded, {0});
    if (analysis.judged > 0) {
        if (one_class) find_confusions(of, analysis);
        if (request.slices || all) {
            analysis.slices = of.fits.get("slices", [&] {
                return worst_slices(of.columns, of.errors.errors, {}, request.stop);
            });
            drop_false_conditions(loaded, of.judged.items, analysis.slices);
        }
    }
    if (loaded.predictor.predicts_sets()) find_set_errors(of, analysis);
    if (loaded.predictor.predicts_spans()) find_span_errors(of, analysis);
    if (loaded.question) find_answer_errors(of, analysis);
    if (request.label_errors && one_class) find_label_errors(of, analysis);
    if (all) {
        find_odd_items(of, analysis);
        find_forecasts(of, analysis);
    }
    analysis.fits = of.fits.added();
    analysis.fits_used = of.fits.used();
    if (request.next.count > 0) {
        auto next = choose_of(loaded, request.next);
        analysis.next = std::move(next.items);
        analysis.pool = next.pool;
        if (analysis.next.empty())
            analysis.notes.emplace_back(
                "no record is left to label next: each has a label or is asked for already"
            );
    }
    return analysis;
}

NextFound choose_next(
    base::Database& database,
    const schema::Blobs& blobs,
    const DecodeImage& decode,
    const NextRequest& request
) {
    return choose_of(load_run(database, blobs, decode, request.run_id), request);
}

}  // namespace training
