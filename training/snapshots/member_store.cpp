// Members are read in two orders. By rk they come in pages, each with a transaction of its own,
// since that may take as long as whatever is done with them; in the order of the hash they come
// through a cursor, as the server sorts them, and no program holds them.
#include "training/snapshots/member_store.hpp"

#include <limits>
#include <stdexcept>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/database/cursor.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "training/sql.hpp"

namespace training {

namespace {

constexpr int page_size = 5000;

}  // namespace

MemberReader::MemberReader(base::Database& database, std::int64_t snapshot_id)
    : database_(database),
      snapshot_id_(snapshot_id),
      rk_(std::numeric_limits<std::int64_t>::min()) {}

void MemberReader::read_page() {
    page_ = database_.call([&](base::Tx& tx) {
        return base::rows_as<SnapshotMember>(
            tx.exec(sql::file["snapshot_members"], snapshot_id_, rk_, source_id_, key_, page_size)
        );
    });
    at_ = 0;
    ended_ = page_.size() < page_size;
    if (page_.empty()) return;
    rk_ = page_.back().rk;
    source_id_ = page_.back().source_id;
    key_ = page_.back().key;
}

std::optional<SnapshotMember> MemberReader::next() {
    for (;;) {
        for (; at_ < page_.size(); ++at_)
            if (!page_[at_].content_sha256.empty()) return std::move(page_[at_++]);
        if (ended_) return std::nullopt;
        read_page();
    }
}

void each_member(
    base::Database& database,
    std::int64_t snapshot_id,
    const std::function<void(const SnapshotMember&)>& visit
) {
    MemberReader members(database, snapshot_id);
    while (const auto member = members.next()) visit(*member);
}

void each_member_by_hash(
    base::Tx& tx,
    std::int64_t snapshot_id,
    const std::function<void(const SnapshotMember&)>& visit
) {
    base::Cursor cursor(tx, sql::file["members_by_hash"], snapshot_id);
    for (bool more = true; more;) {
        const auto rows = cursor.next(page_size);
        for (const auto& member : base::rows_as<SnapshotMember>(rows)) visit(member);
        more = rows.size() == page_size;
    }
}

std::string label_text(
    const std::optional<int>& class_id,
    const std::optional<double>& value,
    const std::string& label,
    const std::vector<std::string>& classes
) {
    if (class_id) return classes.at(static_cast<std::size_t>(*class_id));
    return value ? fmt::format("{}", *value) : label;
}

std::string label_text(const SnapshotMember& member, const std::vector<std::string>& classes) {
    return label_text(member.class_id, member.value, member.label.value_or(""), classes);
}

std::string member_line(
    const std::string& key,
    const std::string& content_sha256,
    const std::string& label,
    int split,
    const std::optional<double>& probability,
    const std::optional<int>& fold
) {
    auto line = fmt::format(
        "{}\n{}\n{}\n{}\n", base::sha256_hex(key), content_sha256, base::sha256_hex(label), split
    );
    if (probability && *probability != 1) line += fmt::format("p{}\n", *probability);
    if (fold) line += fmt::format("f{}\n", *fold);
    return line;
}

MembersHash::MembersHash(const std::string& source) {
    hash_.add(source);
    hash_.add("\n");
}

void MembersHash::add(const std::string& line) {
    if (line < last_) throw std::logic_error("members of a snapshot are out of order");
    hash_.add(line);
    last_ = line;
}

std::string MembersHash::finish() {
    return hash_.finish();
}

}  // namespace training
