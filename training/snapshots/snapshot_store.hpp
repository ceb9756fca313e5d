#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/settings/fwd.hpp"
#include "base/words.hpp"
#include "schema/records/record.hpp"
#include "training/labels/label_fields.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

namespace training {

// How the members of a snapshot are chosen and split.
struct SnapshotSpec {
    std::string name = {};
    std::string project = {};   // whose labels; empty: records of a source without labels
    std::string question = {};  // of a form: the one whose answers are the labels
    std::string source = {};
    // See schema/select/filter.hpp; also class, value, probability, method of the label.
    std::string where = {};
    std::string split =
        "0.8,0.1,0.1";  // fractions, or "field=NAME": a field that says train, validation or test
    std::string group =
        {};  // field whose equal values stay on one side; empty: the record's own group
    std::string time = {};         // field to split by in time order: the newest are the test
    std::string time_format = {};  // of strptime; empty: as it is found
    // Field whose values have equal shares in all parts, or "none". Empty: the class, where neither
    // group nor time is asked for.
    std::string stratify = {};
    int folds = 0;                 // of a cross-validation over training and validation; 0: none
    bool leave_out_stale = false;  // labels of records that changed since
    std::uint64_t seed = 1;

    static const base::Settings<SnapshotSpec> settings;
};

struct SnapshotInfo {
    std::int64_t id = 0;
    std::string name;
    std::int64_t project_id = 0;  // 0, and no name, for one of a source alone
    std::string project;
    std::int64_t source_id = 0;
    std::string source;
    std::string state;  // open, closed
    std::string
        hash;  // hexadecimal SHA-256 over the members: the snapshot's identity on any machine
    std::uint64_t members = 0;
    std::string counts;  // JSON {"training": n, "validation": n, "test": n, "clusters": n,
                         // "classes": {...}, "class_names": [.. by id, as they were then],
                         // "label_columns": [..], "warnings": [..]}
    std::string spec;    // JSON of SnapshotSpec
    std::string kind;    // of the project, or the question: classification, regression
    std::string created_at;
    std::optional<std::string> closed_at;
};
BOOST_DESCRIBE_STRUCT(
    SnapshotInfo,
    (),
    (id,
     name,
     project_id,
     project,
     source_id,
     source,
     state,
     hash,
     members,
     counts,
     spec,
     kind,
     created_at,
     closed_at)
)

struct CreateResult {
    SnapshotInfo snapshot;
    bool created = false;  // false: a snapshot of this name and content was there
};

// Fixes the labelled records of a project, or those of a source, that the condition holds for:
// their versions, labels and sides of the split. Records of one group, of equal content, or of
// nearly the same text (64-bit SimHash within 3 bits) stay on one side, and so do records where
// earlier snapshots of the same kind (source, project, and how they are split) have them, but for a
// split by time. Throws base::Error if nothing matches, or if the name is taken by other content;
// base::UsageError for fields that no record has, and times that can not be read;
// base::Interrupted, with nothing stored, when a stop was asked for.
CreateResult create_snapshot(
    base::Database& database,
    const SnapshotSpec& spec,
    schema::Time now,
    const ColumnFields& origins = {},
    const std::stop_token& stop = {}
);

std::optional<SnapshotInfo> find_snapshot(base::Tx& tx, const std::string& name);
// Throws base::Error if there is none of that name that is closed.
SnapshotInfo require_snapshot(base::Tx& tx, const std::string& name);
SnapshotInfo require_snapshot(base::Database& database, const std::string& name);
// The newest first, of smaller numbers than `before`.
std::vector<SnapshotInfo>
list_snapshots(base::Tx& tx, std::optional<std::int64_t> before, int at_most);

// What a snapshot was made with, by the name of the setting; empty if it was not said.
std::string made_with(const SnapshotInfo& snapshot, std::string_view setting);

// The columns that were made of the fields which labels of a snapshot were imported from, or repeat
// them. They are never features.
std::vector<std::string> label_columns(const SnapshotInfo& snapshot);
// Such fields whose values stand in the texts of the records, to be taken out of them.
std::vector<std::string> label_in_text(const SnapshotInfo& snapshot);

// The classes of a project by id; of one question of a form ("" of other projects) as they follow
// each other.
std::vector<std::string>
class_names(base::Tx& tx, std::int64_t project_id, const std::string& question);
std::vector<std::string> class_names(base::Tx& tx, const SnapshotInfo& snapshot);

// Who read the test part of a snapshot, and how often.
enum class TestReader { run, errors, exporting, model_test };

constexpr auto words_of(TestReader) {
    return std::to_array<base::Word<TestReader>>({
        {TestReader::run, "run", "a training judged its model on it"},
        {TestReader::errors, "errors", "what a model gets wrong on it was looked at"},
        {TestReader::exporting, "export", "its members were written out"},
        {TestReader::model_test, "model_test", "tests of a model's behaviour were run on it"},
    });
}

struct TestReads {
    TestReader reader = TestReader::run;
    std::int64_t reads = 0;
};
BOOST_DESCRIBE_STRUCT(TestReads, (), (reader, reads))

// `run_id` 0: none.
void note_read(
    base::Tx& tx,
    std::int64_t snapshot_id,
    TestReader reader,
    std::int64_t run_id,
    schema::Time now
);
std::vector<TestReads> count_reads(base::Tx& tx, std::int64_t snapshot_id);

// Computes the hash again from the members. Returns whether it is the one the snapshot was closed
// with.
bool verify_snapshot(base::Database& database, const SnapshotInfo& snapshot);

}  // namespace training
