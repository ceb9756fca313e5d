#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/database/steps.hpp"
#include "labeling/export/given_label.hpp"
#include "labeling/queue/assignment.hpp"

// Ground truth from outside.
namespace labeling {

struct ImportOptions {
    bool add_classes = false;  // make classes of values that are none, the most frequent first
    std::size_t at_most_classes = 1'000;  // with add_classes: until the project has so many
    double share = 1;  // of the records, always the same ones: a field import leaves the others
                       // unlabelled, for trials
};
using Counted = std::vector<std::pair<std::string, std::int64_t>>;
struct Imported {
    std::int64_t added = 0;
    std::int64_t changed = 0;
    std::int64_t unchanged = 0;
    std::int64_t no_record = 0;  // keys that are no record of the source; only from a file
    std::int64_t no_value = 0;   // records without the field, rows without a label
    std::int64_t scaled = 0;     // whose places were of a picture of another size than the record's
    Counted rejected{};          // values that are no class, with how often; most frequent first
    Counted faults{};            // why others are no answers, with how often
    std::vector<std::string> new_classes{};

    std::int64_t rejected_total() const;
};

// Imported labels have the method "import"; inference does not touch them unless asked to. A value
// names a class by its name or by its `value` in the project file. Importing the same again changes
// nothing. Both work for every kind of question; see labeling/export/given_answer.hpp.

// From a field of the source's records as they are now: "section", or "breadcrumb.0" for what lies
// deeper, unless a field of the whole name is there.
Imported import_field(
    base::Steps steps,
    const std::string& project,
    const std::string& field,
    const ImportOptions& options,
    Time now
);
// Of labels for one key the last counts. A picture's record is also found by the name of its file,
// if only one has it. Throws base::Error if there are labels and none of them is of a record.
Imported import_labels(
    base::Steps steps,
    const std::string& project,
    const EachLabel& labels,
    const ImportOptions& options,
    Time now
);
Imported import_labels(
    base::Steps steps,
    const std::string& project,
    const std::vector<GivenLabel>& labels,
    const ImportOptions& options,
    Time now
);

}  // namespace labeling
