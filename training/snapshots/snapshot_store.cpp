// A snapshot is a promise: the same records, versions, labels and sides for ever. verify_snapshot()
// computes its hash again at any time; it is over sorted lines of key, content, label and side, so
// that it does not depend on the order of rows or on ids of this database.
#include "training/snapshots/snapshot_store.hpp"

#include <limits>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hex.hpp"
#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/not_found.hpp"
#include "schema/records/record.hpp"
#include "training/snapshots/member_store.hpp"
#include "training/sql.hpp"

namespace training {

namespace json = boost::json;

namespace {

struct ClassName {
    std::size_t class_id = 0;
    std::string name;
};
BOOST_DESCRIBE_STRUCT(ClassName, (), (class_id, name))

std::vector<std::string> names_in(const std::string& counts, std::string_view list) {
    std::vector<std::string> names;
    const auto parsed = json::parse(counts);
    if (const auto* found = parsed.as_object().if_contains(list))
        for (const auto& name : found->as_array()) names.emplace_back(name.as_string());
    return names;
}

// By the names that classes had when the snapshot was made: they may be called otherwise since.
std::string computed_hash(base::Database& database, const SnapshotInfo& snapshot) {
    auto classes = names_in(snapshot.counts, "class_names");
    if (classes.empty())
        classes = database.call([&](base::Tx& tx) { return class_names(tx, snapshot); });
    return database.call([&](base::Tx& tx) {
        MembersHash hash(snapshot.source);
        each_member_by_hash(tx, snapshot.id, [&](const SnapshotMember& member) {
            const auto known =
                !member.class_id || static_cast<std::size_t>(*member.class_id) < classes.size();
            hash.add(member_line(
                member.key,
                member.content_sha256,
                known ? label_text(member, classes) : "",
                member.split,
                member.probability,
                member.fold
            ));
        });
        return hash.finish();
    });
}

}  // namespace

std::vector<std::string>
class_names(base::Tx& tx, std::int64_t project_id, const std::string& question) {
    std::vector<std::string> names;
    for (auto& row :
         base::rows_as<ClassName>(tx.exec(sql::file["class_names"], project_id, question))) {
        if (!question.empty()) row.class_id = names.size();
        if (names.size() <= row.class_id) names.resize(row.class_id + 1);
        names[row.class_id] = std::move(row.name);
    }
    return names;
}

std::vector<std::string> class_names(base::Tx& tx, const SnapshotInfo& snapshot) {
    return class_names(tx, snapshot.project_id, made_with(snapshot, "question"));
}

std::optional<SnapshotInfo> find_snapshot(base::Tx& tx, const std::string& name) {
    return base::first_as<SnapshotInfo>(tx.exec(sql::file["find_snapshot"], name));
}

SnapshotInfo require_snapshot(base::Database& database, const std::string& name) {
    return database.call([&](base::Tx& tx) { return require_snapshot(tx, name); });
}

SnapshotInfo require_snapshot(base::Tx& tx, const std::string& name) {
    const auto thing = fmt::format("snapshot '{}'", name);
    constexpr auto mend = "see 'tilth snapshot list', or create it";
    auto found = find_snapshot(tx, name);
    if (!found) throw base::NotFound(thing, "there is none of that name", mend);
    if (found->state != "closed") throw base::Error(thing, "was never finished", mend);
    return *found;
}

std::vector<SnapshotInfo>
list_snapshots(base::Tx& tx, std::optional<std::int64_t> before, int at_most) {
    return base::rows_as<SnapshotInfo>(tx.exec(
        sql::file["list_snapshots"],
        before.value_or(std::numeric_limits<std::int64_t>::max()),
        at_most
    ));
}

std::string made_with(const SnapshotInfo& snapshot, std::string_view setting) {
    const auto spec = json::parse(snapshot.spec);
    const auto* value = spec.as_object().if_contains(setting);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::vector<std::string> label_columns(const SnapshotInfo& snapshot) {
    return names_in(snapshot.counts, "label_columns");
}

std::vector<std::string> label_in_text(const SnapshotInfo& snapshot) {
    return names_in(snapshot.counts, "label_in_text");
}

bool verify_snapshot(base::Database& database, const SnapshotInfo& snapshot) {
    return base::hex(computed_hash(database, snapshot)) == snapshot.hash;
}

void note_read(
    base::Tx& tx,
    std::int64_t snapshot_id,
    TestReader reader,
    std::int64_t run_id,
    schema::Time now
) {
    tx.exec(
        sql::file["note_read"],
        snapshot_id,
        std::string(base::name_of(reader)),
        run_id,
        schema::timestamp(now)
    );
}

std::vector<TestReads> count_reads(base::Tx& tx, std::int64_t snapshot_id) {
    return base::rows_as<TestReads>(tx.exec(sql::file["count_reads"], snapshot_id));
}

}  // namespace training
