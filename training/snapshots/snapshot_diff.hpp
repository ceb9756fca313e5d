#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/words.hpp"
#include "training/snapshots/snapshot_store.hpp"

// What one snapshot has that another has not.
namespace training {

enum class Difference { added, removed, changed, relabelled, moved };

constexpr auto words_of(Difference) {
    return std::to_array<base::Word<Difference>>({
        {Difference::added, "added", "a member of the second only"},
        {Difference::removed, "removed", "a member of the first only"},
        {Difference::changed, "changed", "another content"},
        {Difference::relabelled, "relabelled", "another label"},
        {Difference::moved, "moved", "on another side of the split"},
    });
}

struct DiffCounts {
    std::uint64_t added = 0;      // members of b only
    std::uint64_t removed = 0;    // members of a only
    std::uint64_t changed = 0;    // other content
    std::uint64_t relabeled = 0;  // other label
    std::uint64_t moved = 0;      // other side of the split
    std::uint64_t same = 0;
};
BOOST_DESCRIBE_STRUCT(DiffCounts, (), (added, removed, changed, relabeled, moved, same))

// Of a class, by the label in b, or in a where b has none; of a source likewise.
struct DiffOf : DiffCounts {
    std::string name;
};
BOOST_DESCRIBE_STRUCT(DiffOf, (DiffCounts), (name))

// A record that differs; what a side does not have is empty.
struct DiffRecord {
    std::string source, key;
    std::vector<std::string> differences;  // words of Difference
    std::string label, other_label;        // in a, in b
    std::string side, other_side;
};
BOOST_DESCRIBE_STRUCT(
    DiffRecord,
    (),
    (source, key, differences, label, other_label, side, other_side)
)

struct SnapshotDiff : DiffCounts {
    std::vector<DiffOf> classes;
    std::vector<DiffOf> sources;
    std::vector<DiffRecord> items;
    std::optional<std::string> next;  // the `after` of the items that follow
};
BOOST_DESCRIBE_STRUCT(SnapshotDiff, (DiffCounts), (classes, sources, items, next))

// Which of the records that differ are listed.
struct DiffPage {
    std::size_t at_most = 50;
    std::string after = {};               // a `next`
    std::optional<Difference> only = {};  // of this kind
};

// By record, class and source. Records come in the order of source and key. Throws base::UsageError
// for an `after` that is no `next`.
SnapshotDiff diff_snapshots(
    base::Database& database,
    const SnapshotInfo& a,
    const SnapshotInfo& b,
    const DiffPage& page = {}
);

}  // namespace training
