#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/bytes/file_hash.hpp"

namespace base {
class Database;
class Tx;
}  // namespace base

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

// The members in the order of their rk, a page of a transaction of its own after the other.
class MemberReader {
public:
    MemberReader(base::Database& database, std::int64_t snapshot_id);

    // Nothing at the end. Members whose record is gone are passed over.
    std::optional<SnapshotMember> next();

private:
    void read_page();

    base::Database& database_;
    std::int64_t snapshot_id_;
    std::vector<SnapshotMember> page_;
    std::size_t at_ = 0;
    bool ended_ = false;
    std::int64_t rk_, source_id_ = 0;  // of the last that was read
    std::string key_;
};

// Visits each member as a MemberReader finds them.
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
    const std::string& label,
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

// SHA-256 over the source's name and the lines of the members in the order of these, which is that
// of the SHA-256 of their keys.
class MembersHash {
public:
    explicit MembersHash(const std::string& source);
    // Throws std::logic_error if the line is not behind the one before.
    void add(const std::string& line);
    std::string finish();

private:
    base::Sha256 hash_;
    std::string last_;
};

// Calls visit(member) in that order, which the server sorts them into, within the transaction.
void each_member_by_hash(
    base::Tx& tx,
    std::int64_t snapshot_id,
    const std::function<void(const SnapshotMember&)>& visit
);

}  // namespace training
