#pragma once

#include <span>

#include "service/verb.hpp"

// The areas of the service, each with its verbs. One line here makes a new area known to all faces.
namespace service {

std::span<const Verb> disk_verbs();      // service/disk/disk.cpp
std::span<const Verb> gather_verbs();    // service/gather/gather_verbs.cpp
std::span<const Verb> job_verbs();       // service/jobs.cpp
std::span<const Verb> label_verbs();     // service/labels/label_verbs.cpp
std::span<const Verb> model_verbs();     // service/models/models.cpp
std::span<const Verb> people_verbs();    // service/people/people_verbs.cpp
std::span<const Verb> prepare_verbs();   // service/prepare/prepare_verbs.cpp
std::span<const Verb> preview_verbs();   // service/gather/preview/preview.cpp
std::span<const Verb> quality_verbs();   // service/quality/quality_verbs.cpp
std::span<const Verb> record_verbs();    // service/records/record_verbs.cpp
std::span<const Verb> reject_verbs();    // service/gather/reject_verbs.cpp
std::span<const Verb> run_verbs();       // service/learn/runs.cpp
std::span<const Verb> snapshot_verbs();  // service/learn/snapshots.cpp
std::span<const Verb> source_verbs();    // service/gather/source_verbs.cpp
std::span<const Verb> train_verbs();     // service/learn/train_verbs.cpp
std::span<const Verb> webhook_verbs();   // service/webhooks/webhooks.cpp
std::span<const Verb> worker_verbs();    // service/workers.cpp

inline constexpr std::span<const Verb> (*areas[])() = {
    disk_verbs,
    gather_verbs,
    job_verbs,
    label_verbs,
    model_verbs,
    people_verbs,
    prepare_verbs,
    preview_verbs,
    quality_verbs,
    record_verbs,
    reject_verbs,
    run_verbs,
    snapshot_verbs,
    source_verbs,
    train_verbs,
    webhook_verbs,
    worker_verbs,
};

}  // namespace service
