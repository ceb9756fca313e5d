// Error analysis for all faces. What it finds is sent to the queue in the transaction of the
// request, by the one way that puts a run's choice into a queue (service/labels/queue), so that
// both kinds of findings are sent or none.
#include "service/learn/errors.hpp"

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "labeling/store.hpp"
#include "service/labels/queue/queue.hpp"
#include "service/learn/labels_of_run.hpp"
#include "training/analysis/analysis.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace service {

namespace {

// The command line may be given files instead, so that a run is not required there.
std::optional<base::Fault> check_errors_request(AnalyseErrors& request) {
    const bool advises = !request.quick && !request.slices && !request.label_errors;
    if (request.collect > 0 && !advises)
        return base::Fault{
            "rests on the advice, which quick, slices and label_errors leave out",
            "ask for it without them",
            "collect"};
    if (request.folds == 1)
        return base::Fault{
            "one model judges no row that it has not seen", "give 0, or 2 or more", "folds"};
    if (request.run > 0) return std::nullopt;
    return base::Fault{"is missing", "give the number of a run", "run"};
}

}  // namespace

const base::Settings<AnalyseErrors> AnalyseErrors::settings{
    {
        {"run", &AnalyseErrors::run, "its number"},
        {"slices", &AnalyseErrors::slices, "show only slices"},
        {"label_errors",
         &AnalyseErrors::label_errors,
         "show only labels that may be wrong; with send they are asked again"},
        {"quick",
         &AnalyseErrors::quick,
         "only what the run's own model says: labels of training rows are not judged, and nothing "
         "is "
         "forecast"},
        {"top", &AnalyseErrors::top, "so many suspected labels and other odd records are given"},
        {"rank", &AnalyseErrors::rank, "how suspected labels are put in order"},
        {"folds",
         &AnalyseErrors::folds,
         "labels of training rows are judged by so many models, each fitted without a part of "
         "them; 0: "
         "they are not",
         {.high = 20}},
        {"more",
         &AnalyseErrors::more,
         "so many more labels the forecasts speak of",
         {.low = 1, .high = 1e9}},
        {"next", &AnalyseErrors::next, "choose so many records to label next"},
        {"order", &AnalyseErrors::order, "which of them come first"},
        {"collect",
         &AnalyseErrors::collect,
         "with send, for a source that is crawled: queue a crawl for so many more pages, first "
         "those of the kind that is advised and of parts of the site that were seen least",
         {.high = 1e9}},
        {"pool", &AnalyseErrors::pool, "records without a label to look at"},
        {"seed", &AnalyseErrors::seed, "of the random share"},
        {"send",
         &AnalyseErrors::send,
         "put what was chosen into the labeling queue, and what is to be gathered into that of the "
         "workers"},
    },
    &check_errors_request};

namespace {

constexpr const char* part_names[] = {"training", "validation", "test"};

std::string part_name(int part) {
    return part >= 0 && part < 3 ? part_names[part] : "";
}

std::vector<ToReview> reviews(const std::vector<training::ReviewItem>& items) {
    std::vector<ToReview> all;
    for (const auto& one : items)
        all.push_back(
            {.key = one.item.id.key,
             .given = one.given,
             .suggested = one.suggested,
             .score = one.score,
             .reason = one.reason,
             .text = one.snippet,
             .part = part_name(one.part)}
        );
    return all;
}

AdviceLine advice_line(const training::Advice& one) {
    AdviceLine line{
        .action = one.action,
        .finding = one.finding,
        .cause = one.cause,
        .advice = one.advice,
        .where = one.where,
        .rows = one.rows,
        .labels = one.labels};
    if (one.gain) {
        line.gain = one.gain->error;
        line.gain_low = one.gain->interval.low;
        line.gain_high = one.gain->interval.high;
    }
    return line;
}

training::AnalysisRequest analysis_request(Work& work, const AnalyseErrors& request) {
    const bool all = !request.slices && !request.label_errors;
    return {
        .run_id = request.run,
        .slices = all || request.slices,
        .label_errors = all || request.label_errors,
        .top = request.top,
        .rank = request.rank,
        .folds = request.quick ? 0 : request.folds,
        .curves = all && !request.quick,
        .labels = request.more,
        .next =
            {.run_id = request.run,
             .count = request.next,
             .order = request.order,
             .seed = request.seed,
             .pool = request.pool},
        .stop = work.here.stop};
}

SentToQueue send(
    Work& work,
    const training::Analysis& analysis,
    const FoundErrors& found,
    bool suspects,
    std::size_t pages
) {
    const auto& run = analysis.run;
    SentToQueue sent;
    if (pages > 0) sent.pages = queue_gathering(work, run.source, found.collect, pages);
    if (run.project.empty()) {
        if (pages > 0) return sent;
        throw base::Error(
            fmt::format("run {}", run.id),
            "has no labeling project to send to, as it learnt from a column",
            "leave --send out"
        );
    }
    const auto project = labeling::load_project(work.tx, run.project);
    const auto put = [&](const std::vector<training::ReviewItem>& items, bool again) {
        const auto queued = send_to_queue(work, project, run.id, items, again);
        sent.added += queued.added;
        sent.changed += queued.changed;
        sent.waiting += queued.waiting;
        sent.unfit += queued.unfit;
    };
    put(analysis.next, false);
    if (suspects) put(analysis.label_errors, true);
    return sent;
}

void add_odd_items(const training::Analysis& analysis, FoundErrors& found) {
    found.label_errors = reviews(analysis.label_errors);
    found.estimated_label_errors = analysis.estimated_label_errors;
    found.ambiguous = reviews(analysis.ambiguous);
    found.far = reviews(analysis.far);
    for (const auto& pair : analysis.alike)
        found.alike.push_back(
            {.key_a = pair.a.id.key,
             .label_a = pair.label_a,
             .part_a = part_name(pair.part_a),
             .key_b = pair.b.id.key,
             .label_b = pair.label_b,
             .part_b = part_name(pair.part_b)}
        );
    found.counts = {
        .label_errors_judged = analysis.label_errors_judged,
        .label_errors = analysis.label_errors_found,
        .label_errors_confident = analysis.label_errors_confident,
        .ambiguous = analysis.ambiguous_found,
        .far = analysis.far_found,
        .alike = analysis.alike_found};
}

WorseSlice worse_slice(const training::Slice& slice, const std::string& description) {
    return {
        .slice = description,
        .where = slice.where,
        .rows = slice.rows.size(),
        .errors = slice.errors,
        .rate = slice.rate,
        .low = slice.interval.low,
        .high = slice.interval.high,
        .lift = slice.lift,
        .score = slice.score,
        .q_value = slice.q_value};
}

void add_classes(const training::Analysis& analysis, FoundErrors& found) {
    for (const auto& one : analysis.by_class)
        found.classes.push_back(
            {.name = one.name,
             .support = one.support,
             .said = one.said,
             .missed = one.missed,
             .spurious = one.spurious,
             .wrong_label = one.wrong_label,
             .wrong_boundary = one.wrong_boundary,
             .label_errors = one.suspects,
             .label_errors_confident = one.confident,
             .missed_examples = one.missed_examples,
             .spurious_examples = one.spurious_examples,
             .cut_examples = one.cut_examples}
        );
    for (const auto& slice : analysis.slices)
        found.slices.push_back(worse_slice(slice, slice.description));
    for (const auto& [name, slice] : analysis.class_slices)
        found.slices.push_back(worse_slice(slice, "class '" + name + "' where " + slice.description)
        );
}

FoundErrors found_errors(const training::Analysis& analysis) {
    FoundErrors found{
        .run = analysis.run.id,
        .model = analysis.run.kind,
        .snapshot = analysis.run.snapshot,
        .project = analysis.run.project,
        .judged = analysis.judged,
        .wrong = analysis.wrong,
        .rmse = analysis.rmse,
        .notes = analysis.notes,
        .next = reviews(analysis.next),
        .pool = analysis.pool,
        .fits_kept = analysis.fits_used};
    add_odd_items(analysis, found);
    add_classes(analysis, found);
    for (const auto& pair : analysis.confused)
        found.confused.push_back(
            {.truth = pair.truth,
             .predicted = pair.predicted,
             .rows = pair.rows,
             .share = pair.share,
             .examples = pair.examples}
        );
    for (const auto& one : analysis.forecasts) found.forecasts.push_back(label_forecast(one));
    for (const auto& one : analysis.scored) found.past.push_back(past_forecast(one));
    for (const auto& one : analysis.advice) found.advice.push_back(advice_line(one));
    return found;
}

}  // namespace

LabelForecast label_forecast(const training::Forecast& one) {
    return {
        .slice = one.slice,
        .training_rows = one.training_rows,
        .judged = one.judged,
        .labels = one.labels,
        .error = one.error,
        .gain = one.gain.error,
        .gain_low = one.gain.interval.low,
        .gain_high = one.gain.interval.high};
}

PastForecast past_forecast(const training::ScoredForecast& scored) {
    return {
        .run = scored.run_id,
        .slice = scored.slice,
        .rows_then = scored.rows_then,
        .rows_now = scored.rows_now,
        .error_then = scored.error_then,
        .expected = scored.expected.error,
        .low = scored.expected.interval.low,
        .high = scored.expected.interval.high,
        .came = scored.came,
        .held = scored.held};
}

FoundErrors find_errors_of(Work& work, const AnalyseErrors& request) {
    auto asked = analysis_request(work, request);
    asked.labels_now = labels_now(work, training::require_run(work.tx, request.run));
    auto analysis = training::analyse(work.here.database, work.here.blobs, {}, asked);
    training::note_read(
        work.tx, analysis.run.snapshot_id, training::TestReader::errors, analysis.run.id, work.now
    );
    if (!analysis.forecasts.empty())
        training::keep_forecasts(work.tx, analysis.run.id, analysis.forecasts, work.now);
    training::keep_fits(work.tx, analysis.run.id, asked.labels_now, analysis.fits, work.now);
    auto found = found_errors(analysis);
    add_people(work, analysis, found);
    found.collect = pages_to_gather(work, analysis, request.collect);
    if (request.send)
        found.sent = send(work, analysis, found, request.label_errors, request.collect);
    return found;
}

}  // namespace service
