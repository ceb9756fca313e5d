#pragma once

#include <cstdint>

#include "service/verb.hpp"
#include "training/train_settings.hpp"

// Training as a verb.
namespace service {

struct QueuedJob {
    std::int64_t job = 0;
};
BOOST_DESCRIBE_STRUCT(QueuedJob, (), (job))

// Queues a training for a worker; all that it was told travels in the job. Throws base::Error if
// there is no such snapshot.
QueuedJob queue_training(Work& work, const training::TrainSettings& request);

}  // namespace service
