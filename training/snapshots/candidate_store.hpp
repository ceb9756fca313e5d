#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "schema/select/filter.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "training/snapshots/split.hpp"

// Which records a snapshot is made of; for the making of snapshots alone.
namespace training {

// A labeling project, as far as a snapshot asks for it.
struct SnapshotProject {
    std::int64_t id = 0;
    std::int64_t source_id = 0;
    std::string source;
    std::string label_fields = "[]";  // JSON: paths in the records that labels were imported from
};
BOOST_DESCRIBE_STRUCT(SnapshotProject, (), (id, source_id, source, label_fields))

// A labelled record that the condition holds for.
struct Candidate {
    std::int64_t rk = 0;
    std::string key;
    int version = 0;
    std::string content_sha256;  // hexadecimal
    std::optional<int> class_id;
    std::optional<double> value;
    bool imported = false;  // its label
    bool ruled = false;     // its label: rules made it, and nobody looked at it
};

struct Candidates {
    std::vector<Candidate> candidates;
    std::vector<Member> members;
    std::uint64_t denied = 0;  // left out: their sites forbid training
};

// What a SnapshotSpec asks for, read.
struct SnapshotPlan {
    schema::Filter where;
    SplitSpec split;
    std::string split_field;
    std::vector<std::string> asked;  // fields
};

// Throws base::UsageError for a condition or a split that is none.
SnapshotPlan plan_of(const SnapshotSpec& spec);

// Throws base::Error if there is none.
SnapshotProject find_project(base::Tx& tx, const std::string& name);

// The labelled records of a project that the condition holds for, with what the splitter must know
// of each; a page of a transaction of its own after the other.
Candidates choose(
    base::Database& database,
    const SnapshotProject& project,
    const SnapshotSpec& spec,
    const SnapshotPlan& plan,
    const std::vector<std::string>& classes
);

}  // namespace training
