#pragma once

#include <optional>
#include <string>

#include "schema/jobs/worker_store.hpp"
#include "service/verb.hpp"

// Who works, as people see it.
namespace service {

struct ListWorkers {
    int limit = 100;
    std::optional<std::string> after;
    static const base::Settings<ListWorkers> settings;
};

// In order of their names. One that is silent for more than half a minute has most likely died.
Page<schema::WorkerLine> list_workers(Work& work, const ListWorkers& request);

}  // namespace service
