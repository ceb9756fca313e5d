#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/database/steps.hpp"
#include "labeling/export/given_label.hpp"
#include "labeling/export/import_store.hpp"
#include "labeling/export/record_match_store.hpp"
#include "labeling/projects/project_store.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

// Texts by how often they came. Beyond a thousand different ones the rest are "others".
class TextCounts {
public:
    void add(const std::string& text);
    // Most frequent first.
    Counted sorted() const;

private:
    std::map<std::string, std::int64_t> counts_;
};

// Adds the classes that labels name and the project lacks, if that is wanted; the project is as it
// is then. Returns their names.
std::vector<std::string> add_strangers(
    base::Steps steps,
    StoredProject& project,
    const EachLabel& labels,
    const ImportOptions& options,
    Time now
);

// Takes labels one by one into the database, a batch at a time.
class Importer {
public:
    // The project outlives it.
    Importer(base::Steps steps, const StoredProject& project, Time now);

    void add(GivenLabel&& label);
    // What came of all of them.
    Imported finish();
    // Throws base::Error if there were labels and none was of a record.
    void require_match();

private:
    void write();
    void take(
        const GivenLabel& label,
        const MatchedRecord& record,
        std::map<std::string, InferredLabel>& last
    );

    base::Steps steps_;
    const StoredProject& project_;
    Question question_;  // as ground truth answers it
    Time now_;
    RecordMatch records_;
    std::vector<GivenLabel> waiting_;
    std::string first_;
    std::int64_t given_ = 0, matched_ = 0;
    TextCounts strangers_, faults_;
    Imported result_;
};

}  // namespace labeling
