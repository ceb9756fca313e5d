// A reject's id is the hash of its place, in hexadecimal; the key of the table begins with the
// first eight bytes of that hash (rk). Every statement therefore binds both: the number to find the
// row by the index, the bytes to be sure of it. Lists go by place instead, as people read a file.
//
// How a member is read is kept as a cursor of the source under the name "reread", file and member:
// it has the life of a cursor, and needs no table of its own.
#include "ingest/pipeline/store.hpp"

#include <limits>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "ingest/sql.hpp"
#include "schema/records/values.hpp"
#include "schema/sources/source_store.hpp"

namespace ingest {

namespace {

// Of a reject in the order of its source; by default before all.
struct Place {
    std::string file, member;
    std::int64_t line = -2, byte_offset = -2;
};
BOOST_DESCRIBE_STRUCT(Place, (), (file, member, line, byte_offset))

std::string reread_stream(const std::string& file, const std::string& member) {
    return "reread\n" + file + "\n" + member;
}

}  // namespace

std::vector<StoredReject> list_rejects(
    base::Tx& tx,
    std::int64_t source_id,
    std::optional<RejectState> state,
    const std::string& code,
    const std::string& after,
    int at_most
) {
    auto sha = schema::bytes_of_hex(after);
    auto rk = after.empty() ? std::numeric_limits<std::int64_t>::min() : schema::leading_bytes(sha);
    std::optional<Place> place = Place();
    if (!after.empty())
        place = base::first_as<Place>(
            tx.exec(sql::file["reject_place"], source_id, rk, base::bytes_of(sha))
        );
    if (!place) return {};
    return base::rows_as<StoredReject>(tx.exec(
        sql::file["list_rejects"],
        source_id,
        state ? std::string(base::name_of(*state)) : "",
        code,
        place->file,
        place->member,
        place->line,
        place->byte_offset,
        rk,
        base::bytes_of(sha),
        at_most
    ));
}

std::optional<StoredReject>
show_reject(base::Tx& tx, std::int64_t source_id, const std::string& id) {
    auto rows = tx.exec(sql::file["show_reject"], source_id, id);
    if (rows.size() > 1)
        throw base::Error("reject '" + id + "'", "several begin so", "give more digits");
    auto stored = base::first_as<StoredReject>(rows);
    if (stored) stored->raw = base::bytes(rows.front()["content"]);
    return stored;
}

std::vector<RejectCount> count_rejects(base::Tx& tx, std::int64_t source_id) {
    return base::rows_as<RejectCount>(tx.exec(sql::file["count_rejects"], source_id));
}

std::vector<RunRejects> rejects_of_run(base::Tx& tx, std::int64_t source_id, std::int64_t run_id) {
    return base::rows_as<RunRejects>(tx.exec(sql::file["rejects_of_run"], source_id, run_id));
}

std::uint64_t expire_rejects(base::Tx& tx, std::int64_t source_id, schema::Time before) {
    return tx.change(sql::file["expire_rejects"], source_id, schema::timestamp(before));
}

void mark_replayed(base::Tx& tx, std::int64_t source_id, const std::vector<std::string>& ids) {
    if (ids.empty()) return;
    std::vector<std::int64_t> rks;
    std::vector<std::string> places;
    for (const auto& id : ids) {
        places.push_back(schema::bytes_of_hex(id));
        rks.push_back(schema::leading_bytes(places.back()));
    }
    tx.exec(
        sql::file["mark_replayed"], source_id, schema::array_of(rks), schema::array_of_bytes(places)
    );
}

std::optional<Rules> last_rules(base::Tx& tx, std::int64_t source_id) {
    auto text = tx.value<std::string>(sql::file["last_rules"], source_id);
    if (!text) return std::nullopt;
    return Rules::settings.read(base::Document::json(*text));
}

void save_reread(
    base::Tx& tx,
    std::int64_t source_id,
    const Reread& reread,
    std::int64_t run_id,
    schema::Time now
) {
    schema::save_cursor(
        tx, source_id, reread_stream(reread.file, reread.member), reread.how, run_id, now
    );
}

std::optional<std::string> load_reread(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& file,
    const std::string& member
) {
    return schema::load_cursor(tx, source_id, reread_stream(file, member));
}

}  // namespace ingest
