#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "training/snapshots/example_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace base {
class Database;
}

namespace training {

struct UnlabelledRecords {
    std::vector<Item> items;   // in the order of the store, without labels
    std::size_t found = 0;     // that the snapshot's condition holds for, and that are no members
    std::size_t held_out = 0;  // of these left out: they hang together with validation or test, or
                               // are later than these where the split is by time
    std::size_t denied = 0;    // left out: their sites forbid training
};

// Records of a snapshot's source that its condition holds for as far as it speaks of records, not
// of labels, and that are no members of it. Those that would not have been put on the training side
// (the same group, content or nearly the same text as a held-out member, or a side of their own)
// are left out. At most `most`, drawn by the seed.
UnlabelledRecords unlabelled_records(
    base::Database& database,
    const SnapshotInfo& snapshot,
    std::size_t most,
    std::uint64_t seed
);

// A condition without the parts that ask for class, value, probability or method. Throws
// base::UsageError where these are not joined to the rest by 'and' alone.
std::string record_part(std::string_view where);

}  // namespace training
