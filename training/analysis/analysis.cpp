// Each part of the snapshot is read once, and only where a finding that is asked for needs it. The
// same predictor serves the second half, which ranks unlabelled records; there the texts' SimHashes
// keep near-equal records from being asked for twice.
#include "training/analysis/analysis.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "training/analysis/findings.hpp"

namespace training {

namespace {

// The judged rows, with what can be said of each.
void judge_parts(Findings& of, Analysis& analysis, bool columns) {
    of.judged = rows_of_parts(of.loaded, {1, 2});
    of.errors = judge_rows(of.loaded, of.judged);
    const auto& errors = of.errors.errors;
    analysis.judged = errors.size();
    const bool classes = of.loaded.predictor.predicts_classes();
    const double mean = errors.empty() ? 0
                                       : std::accumulate(errors.begin(), errors.end(), 0.0) /
                                             static_cast<double>(errors.size());
    analysis.wrong =
        static_cast<std::size_t>(std::count_if(errors.begin(), errors.end(), [&](double error) {
            return error > (classes ? 0 : mean);
        }));
    if (!classes && !errors.empty()) analysis.rmse = std::sqrt(mean);
    if (columns && !errors.empty())
        of.columns = slice_columns_of(of.loaded, of.judged.items, of.judged.examples, true);
}

// Rows of `examples` that are in one of the worst slices of the run.
std::vector<std::uint8_t> weak_rows(
    const LoadedRun& loaded,
    const std::vector<Slice>& slices,
    const std::vector<Item>& items,
    const Examples& examples
) {
    std::vector<std::uint8_t> weak(items.size());
    const auto columns = slice_columns_of(loaded, items, examples, false);
    for (const auto& slice : slices)
        for (auto row : rows_of(slice.predicates, columns)) weak[row] = 1;
    return weak;
}

NextFound choose_of(const LoadedRun& loaded, const NextRequest& request) {
    auto items = request.among ? *request.among
                               : loaded.store.unlabeled_items(
                                     loaded.run.project_id, loaded.run.source_id, request.pool
                                 );
    NextFound found{.items = {}, .pool = items.size()};
    if (items.empty()) return found;
    const auto& names = loaded.predictor.class_names();
    const auto examples = loaded.store.load(items, names);
    std::vector<double> probabilities;
    std::vector<int> decided;
    if (!names.empty()) {
        probabilities = loaded.predictor.predict(examples);
        decided = loaded.predictor.decide(probabilities);
    }
    std::vector<std::uint8_t> weak;
    if (request.order == Order::weakest) {
        const AnalysisRequest nothing{};
        Findings of{loaded, nothing, {}, {}, {}};
        Analysis analysis;
        judge_parts(of, analysis, true);
        weak = weak_rows(loaded, worst_slices(of.columns, of.errors.errors), items, examples);
    }
    for (const auto& next :
         choose_rows(request, probabilities, names.size(), examples, std::move(weak)))
        found.items.push_back(
            {items[next.row],
             "",
             names.empty() ? "" : names.at(static_cast<std::size_t>(decided[next.row])),
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
    const bool classes = loaded.predictor.predicts_classes();
    Analysis analysis;
    analysis.run = loaded.run;
    Findings of{loaded, request, {}, {}, {}};
    const bool all = request.curves;
    judge_parts(of, analysis, request.slices || all);
    if (all || (request.label_errors && classes && request.folds >= 2))
        of.training = rows_of_parts(loaded, {0});
    if (analysis.judged > 0) {
        if (classes) find_confusions(of, analysis);
        if (request.slices || all) {
            analysis.slices = worst_slices(of.columns, of.errors.errors, {}, request.stop);
            drop_false_conditions(loaded, of.judged.items, analysis.slices);
        }
    }
    if (request.label_errors && classes) find_label_errors(of, analysis);
    if (all) {
        find_odd_items(of, analysis);
        find_forecasts(of, analysis);
    }
    if (request.next.count > 0) {
        auto next = choose_of(loaded, request.next);
        analysis.next = std::move(next.items);
        analysis.pool = next.pool;
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
