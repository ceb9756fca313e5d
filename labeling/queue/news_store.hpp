#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "labeling/projects/project_store.hpp"
#include "labeling/truth/truth_store.hpp"
#include "schema/webhooks/webhook.hpp"

// What webhooks are told of labeling. One step inside the caller's transaction; costs one small
// query where nobody waits for it.
namespace labeling {

// After an answer to a task, or its undoing: whether it is done, whether it was the project's last,
// and whether its record has another label now.
void tell_of_answer(
    base::Tx& tx,
    const StoredProject& project,
    std::int64_t task,
    const Refreshed& refreshed,
    Time now
);
// The same of several tasks, by what webhooks wait for (schema::awaited_events); `writes` is run
// before anything is told to them.
void tell_of_answers(
    base::Batch& writes,
    const std::vector<schema::WebhookEvent>& awaited,
    const StoredProject& project,
    std::span<const Refreshed> refreshed,
    Time now
);
// That the project is done, if no task of it is open.
void tell_of_end(base::Tx& tx, const StoredProject& project, Time now);
// After all answers of a project were merged anew, if any label came of it or changed: once for all
// of them, with how many they are.
void tell_of_inference(
    base::Tx& tx,
    const StoredProject& project,
    const Resolved& resolved,
    Time now
);
// After a comment that wants a reviewer.
void tell_of_flag(
    base::Tx& tx,
    std::int64_t task,
    const std::string& user,
    const std::string& text,
    Time now
);

}  // namespace labeling
