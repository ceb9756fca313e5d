#pragma once

#include <cstdint>
#include <functional>

#include "base/database/steps.hpp"
#include "labeling/export/exporter.hpp"
#include "labeling/projects/project_store.hpp"

// Labels on their way out.
namespace labeling {

// When a page is read: after the one before was visited, or meanwhile by another thread. Ahead, the
// visit must not use the transaction that the pages come from.
enum class PageReading { in_turn, ahead };

// What an export of the project has to hold.
ExportContent content_of(base::Tx& tx, const StoredProject& project);

// Visits the labeled records of a project in key order, page by page. Labels that change meanwhile
// come in their old or their new form, none twice. Returns how many there were.
std::int64_t each_label(
    base::Steps steps,
    const StoredProject& project,
    const std::function<void(const ExportRow&)>& visit,
    PageReading reading = PageReading::in_turn
);
// The same of all records that are labeled or answered, with who answered what.
std::int64_t each_answered(
    base::Steps steps,
    const StoredProject& project,
    const std::function<void(const ExportRow&)>& visit,
    PageReading reading = PageReading::in_turn
);

}  // namespace labeling
