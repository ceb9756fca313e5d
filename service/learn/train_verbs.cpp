#include <vector>

#include "base/database/database.hpp"
#include "schema/jobs/job_store.hpp"
#include "service/areas.hpp"
#include "service/learn/train.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace service {

QueuedJob queue_training(Work& work, const training::TrainSettings& request) {
    training::require_snapshot(work.tx, request.snapshot);
    auto job = schema::add_job(
        work.tx,
        schema::JobKind::train,
        training::TrainSettings::settings.text(request),
        "",
        work.now,
        work.now
    );
    return {.job = job.value()};
}

std::span<const Verb> train_verbs() {
    static const std::vector<Verb> verbs{
        verb<queue_training>(
            "train", "Fit a model on a snapshot, tune it on validation, judge it on test", analysts
        ),
    };
    return verbs;
}

}  // namespace service
