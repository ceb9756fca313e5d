// Error analysis for all faces. What it finds is sent to the queue in the transaction of the
// request, by the one way that puts a run's choice into a queue (service/labels/queue), so that
// both kinds of findings are sent or none.
#include "service/learn/errors.hpp"

#include "base/database/database.hpp"
#include "labeling/store.hpp"
#include "service/labels/queue/queue.hpp"
#include "training/analysis/analysis.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace service {

const base::Settings<AnalyseErrors> AnalyseErrors::settings{
    {"run", &AnalyseErrors::run, "its number", {.required = true}},
    {"slices", &AnalyseErrors::slices, "show only slices"},
    {"label_errors",
     &AnalyseErrors::label_errors,
     "show only labels that may be wrong; with send they are asked again"},
    {"next", &AnalyseErrors::next, "choose so many records to label next"},
    {"order", &AnalyseErrors::order, "which of them come first"},
    {"pool", &AnalyseErrors::pool, "records without a label to look at"},
    {"seed", &AnalyseErrors::seed, "of the random share"},
    {"send", &AnalyseErrors::send, "put what was chosen into the labeling queue"},
};

namespace {

std::vector<ToReview> reviews(const std::vector<training::ReviewItem>& items) {
    std::vector<ToReview> all;
    for (const auto& one : items)
        all.push_back(
            {.key = one.item.id.key,
             .given = one.given,
             .suggested = one.suggested,
             .score = one.score,
             .reason = one.reason,
             .text = one.snippet}
        );
    return all;
}

SentToQueue send(Work& work, const training::Analysis& analysis, bool suspects) {
    auto project = labeling::load_project(work.tx, analysis.run.project);
    auto first = send_to_queue(work, project, analysis.run.id, analysis.next, false);
    labeling::Enqueued second;
    if (suspects)
        second = send_to_queue(work, project, analysis.run.id, analysis.label_errors, true);
    return {
        .added = first.added + second.added,
        .changed = first.changed + second.changed,
        .waiting = first.waiting + second.waiting};
}

}  // namespace

FoundErrors find_errors_of(Work& work, const AnalyseErrors& request) {
    auto analysis = training::analyse(
        work.here.database,
        work.here.blobs,
        {},
        {.run_id = request.run,
         .next =
             {.run_id = request.run,
              .count = request.next,
              .order = request.order,
              .seed = request.seed,
              .pool = request.pool}}
    );
    training::note_read(
        work.tx, analysis.run.snapshot_id, training::TestReader::errors, analysis.run.id, work.now
    );
    FoundErrors found{
        .run = analysis.run.id,
        .model = analysis.run.kind,
        .snapshot = analysis.run.snapshot,
        .project = analysis.run.project,
        .judged = analysis.judged,
        .wrong = analysis.wrong,
        .label_errors = reviews(analysis.label_errors),
        .estimated_label_errors = analysis.estimated_label_errors,
        .next = reviews(analysis.next),
        .pool = analysis.pool};
    for (const auto& pair : analysis.confused)
        found.confused.push_back(
            {.truth = pair.truth,
             .predicted = pair.predicted,
             .rows = pair.rows,
             .share = pair.share}
        );
    for (const auto& slice : analysis.slices)
        found.slices.push_back(
            {.slice = slice.description,
             .rows = slice.rows.size(),
             .errors = slice.errors,
             .rate = slice.rate,
             .low = slice.interval.low,
             .high = slice.interval.high,
             .lift = slice.lift,
             .q_value = slice.q_value}
        );
    if (request.send) found.sent = send(work, analysis, request.label_errors);
    return found;
}

}  // namespace service
