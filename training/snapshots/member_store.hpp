#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

namespace base {
class Database;
}

// The members of snapshots, for the sources of this room.
namespace training {

struct SnapshotMember {
    std::int64_t rk = 0, source_id = 0;
    std::string key;
    int version = 0;
    int split = 0;  // 0 training, 1 validation, 2 test
    std::optional<int> class_id;
    std::optional<double> value;
    std::optional<std::string> label;   // JSON: what is neither
    std::optional<double> probability;  // of the label
    std::optional<int> fold;
    std::string content_sha256;  // hexadecimal
};
BOOST_DESCRIBE_STRUCT(
    SnapshotMember,
    (),
    (rk, source_id, key, version, split, class_id, value, label, probability, fold, content_sha256)
)

// Visits each member in key order, a page of a transaction of its own after the other.
void each_member(
    base::Database& database,
    std::int64_t snapshot_id,
    const std::function<void(const SnapshotMember&)>& visit
);

// A class by its name, a value so that equal values are equal texts, what is neither as JSON; empty
// for no label.
std::string label_text(
    const std::optional<int>& class_id,
    const std::optional<double>& value,
    const std::optional<std::string>& label,
    const std::vector<std::string>& classes
);

std::string label_text(const SnapshotMember& member, const std::vector<std::string>& classes);

// The identity of a member: key, content (hexadecimal), label and side; the label's probability if
// it is unsure, and the fold if there is one.
std::string member_line(
    const std::string& key,
    const std::string& content_sha256,
    const std::string& label,
    int split,
    const std::optional<double>& probability,
    const std::optional<int>& fold
);

// SHA-256 over the source's name and the sorted members.
std::string members_hash(const std::string& source, std::vector<std::string> lines);

}  // namespace training
