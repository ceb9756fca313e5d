#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "service/verb.hpp"
#include "training/snapshots/card_store.hpp"
#include "training/snapshots/snapshot_diff.hpp"
#include "training/snapshots/snapshot_export.hpp"
#include "training/snapshots/snapshot_store.hpp"

// What people do with snapshots.
namespace service {

struct Snapshot {
    std::int64_t id = 0;
    std::string name;
    std::string project;
    std::string source;
    std::string state;
    std::string hash;            // the snapshot's identity on any machine
    std::string content_sha256;  // the same, by its older name
    std::uint64_t members = 0;
    base::JsonText counts;
    base::JsonText spec;
    std::string created_at;
    std::optional<std::string> closed_at;
    std::vector<training::TestReads> test_reads;  // of one that is shown; empty in lists
};
BOOST_DESCRIBE_STRUCT(
    Snapshot,
    (),
    (id,
     name,
     project,
     source,
     state,
     hash,
     content_sha256,
     members,
     counts,
     spec,
     created_at,
     closed_at,
     test_reads)
)

struct NewSnapshot : Snapshot {
    bool created = false;  // false: one of this name and content was there
};
BOOST_DESCRIBE_STRUCT(NewSnapshot, (Snapshot), (created))

struct ListSnapshots {
    int limit = 50;
    std::optional<std::int64_t> after;
    static const base::Settings<ListSnapshots> settings;
};

struct SnapshotName {
    std::string snapshot;
    static const base::Settings<SnapshotName> settings;
};

struct SnapshotPair {
    std::string snapshot, other;
    std::optional<training::Difference> only;  // records of this kind
    int limit = 50;
    std::string after;
    static const base::Settings<SnapshotPair> settings;
};

struct VerifySnapshot {
    std::string snapshot;
    bool consent = false;
    static const base::Settings<VerifySnapshot> settings;
};

struct Verified {
    std::string name;
    std::string hash;
    bool verified = false;
    std::optional<training::Rights> rights;  // if they were asked for
};
BOOST_DESCRIBE_STRUCT(Verified, (), (name, hash, verified, rights))

struct ExportSnapshot {
    std::string snapshot;
    formats::DatasetFormat format = formats::DatasetFormat::jsonl;
    bool prepared = false;
    bool guard_formulas = false;
    static const base::Settings<ExportSnapshot> settings;
};

// Fixes labelled records, for good. What the sites of a crawled source say now is judged before,
// and so counts, not only what they said when their pages were fetched.
NewSnapshot create_snapshot(Work& work, const training::SnapshotSpec& request);
// The newest first.
Page<Snapshot> list_snapshots(Work& work, const ListSnapshots& request);
// Refusal not_found if there is none.
Snapshot show_snapshot(Work& work, const SnapshotName& request);
training::SnapshotDiff diff_snapshots(Work& work, const SnapshotPair& request);
// Computes the hash again from the members. base::Error if it is another one. What the sites of the
// members say of training now, and what became of their licences, is judged if asked for.
Verified verify_snapshot(Work& work, const VerifySnapshot& request);
// Where the members come from, what they are, and what to mind.
training::Card card_of(Work& work, const SnapshotName& request);
// The members with all that is stored of them, label, split and where they came from. A format of
// one file is that file, one of several is a tar of them.
Download export_snapshot(Work& work, const ExportSnapshot& request);
// The same with its data card as files in a folder that is there, in transactions of its own.
// base::Error if there is none of that name that is closed.
training::SnapshotFiles write_snapshot(
    const Environment& here,
    const ExportSnapshot& request,
    const std::filesystem::path& folder
);

}  // namespace service
