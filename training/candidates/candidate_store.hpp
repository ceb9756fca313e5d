#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "schema/select/filter.hpp"
#include "training/candidates/candidate_file.hpp"
#include "training/snapshots/snapshot_store.hpp"
#include "training/snapshots/split.hpp"

// Which records a snapshot is made of; for the making of snapshots alone.
namespace training {

// A labeling project, as far as a snapshot asks for it; or a source without one.
struct SnapshotProject {
    std::int64_t id = 0;  // 0: none
    std::int64_t source_id = 0;
    std::string source;
    std::string kind;                 // of the project, or of the question of its form
    std::string questions = {};       // of a form: their names
    std::string label_fields = "[]";  // JSON: paths in the records that labels were imported from
};
BOOST_DESCRIBE_STRUCT(SnapshotProject, (), (id, source_id, source, kind, questions, label_fields))

struct Candidates {
    CandidateFile candidates;  // in the order of their rk
    Members members;
    std::vector<std::string> methods;  // "" of those without a label
    std::uint64_t denied = 0;          // left out: their sites forbid training
    std::uint64_t stale = 0;    // the record changed after it was labelled; left out if so asked
    std::uint64_t no_time = 0;  // left out: they do not say the time that the split goes by
    std::string time_format;    // that times were read by, if it was found here

    bool imported(const Candidate& one) const {
        return methods[one.method] == "import";  // of the contract of labeling/
    }
    std::vector<std::string> strata;    // by number, from 1
    std::vector<std::string> warnings;  // one line each
};

// What a SnapshotSpec asks for, read.
struct SnapshotPlan {
    schema::Filter where;
    SplitSpec split;
    std::string split_field;
    std::vector<std::string> asked;  // fields
    std::string stratify;            // the field of the strata; empty: none
};

// Throws base::UsageError for a condition or a split that is none, or that contradicts itself.
SnapshotPlan plan_of(const SnapshotSpec& spec);

// The project, or the source, that the spec names. Throws base::Error if there is none.
SnapshotProject find_project(base::Tx& tx, const SnapshotSpec& spec);

// The labelled records of a project (all of the source, without one) that the condition holds for,
// with what the splitter must know of each; a page of a transaction of its own after the other.
// Throws base::Error if no record has a field that the spec names, or if more than a twentieth of
// the times can not be read.
Candidates choose(
    base::Database& database,
    const SnapshotProject& project,
    const SnapshotSpec& spec,
    const SnapshotPlan& plan,
    const std::vector<std::string>& classes
);

}  // namespace training
