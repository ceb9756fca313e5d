// Sketches can be merged but nothing can be taken out of them. So there is one part per run, of the
// contents that it brought and that are still present; when a later run replaces contents, only the
// parts of the runs that had brought them are read again.
//
// The sum of the parts is checked against the count of present records; if it differs (after a
// purge) or more than half would be read anyway, all is. Parts that were made together are kept
// together, or a stop between them would leave a content counted twice.
#include "quality/profile/profile_store.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <set>

#include "base/database/database.hpp"
#include "formats/json/json.hpp"
#include "quality/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace quality {

namespace {

constexpr int page_size = 5000;

// Adds rows of profile_rows and its like.
class RowReader {
public:
    void add(const pqxx::row& row, Profile& profile) {
        arena_.clear();
        fields_.clear();
        auto payload = row[3].as<std::string>();
        formats::add_members(payload, arena_, fields_);
        std::string label;
        if (row.size() > 8 && !row[8].is_null()) {
            label = row[8].as<std::string>();
            fields_.push_back({"(label)", label, formats::Field::Kind::text});
        }
        profile.add(fields_);
        if (!row[4].is_null())
            profile.images.add(
                row[4].as<int>(), row[5].as<int>(), row[6].as<int>(), row[7].c_str()
            );
    }

private:
    formats::Arena arena_;
    std::vector<formats::Field> fields_;
};

// Pages of a query that goes on behind (rk, key).
template <typename Page, typename Visit>
void each_page(base::Database& database, int size, Page page, Visit visit) {
    auto rk = std::numeric_limits<std::int64_t>::min();
    std::string key;
    for (;;) {
        pqxx::result rows = database.call([&](base::Tx& tx) { return page(tx, rk, key); });
        for (const pqxx::row& row : rows) visit(row);
        if (rows.size() < static_cast<pqxx::result::size_type>(size)) return;
        rk = rows.back()[0].as<std::int64_t>();
        key = rows.back()[1].as<std::string>();
    }
}

struct Part {
    std::int64_t run_id = 0;
    bool over = false;  // the run brings no more
    std::uint64_t brought = 0;
    bool kept = false;
};

std::vector<Part> parts_of(base::Tx& tx, std::int64_t source_id) {
    std::vector<Part> parts;
    for (const auto& row : tx.exec(sql::file["profile_parts"], source_id))
        parts.push_back(
            {row[0].as<std::int64_t>(),
             row[1].as<bool>(),
             row[2].as<std::uint64_t>(),
             row[3].as<bool>()}
        );
    return parts;
}

// Parts that must be made: those not kept, and those of which new runs replaced contents.
std::set<std::int64_t>
stale_parts(base::Tx& tx, std::int64_t source_id, const std::vector<Part>& parts) {
    std::vector<std::int64_t> fresh;
    for (const auto& part : parts)
        if (!part.kept) fresh.push_back(part.run_id);
    std::set<std::int64_t> stale(fresh.begin(), fresh.end());
    if (fresh.empty()) return stale;
    for (const auto& row : tx.exec(sql::file["replaced_runs"], source_id, schema::array_of(fresh)))
        stale.insert(row[0].as<std::int64_t>());
    return stale;
}

Profile read_run(base::Database& database, std::int64_t source_id, std::int64_t run_id) {
    constexpr int run_page_size = 50'000;  // each page looks through all of the run
    Profile profile;
    RowReader reader;
    each_page(
        database,
        run_page_size,
        [&](base::Tx& tx, std::int64_t rk, const std::string& key) {
            return tx.exec(
                sql::file["profile_run_rows"], source_id, rk, key, run_page_size, run_id
            );
        },
        [&](const pqxx::row& row) { reader.add(row, profile); }
    );
    return profile;
}

std::map<std::int64_t, Profile> read_all(base::Database& database, std::int64_t source_id) {
    std::map<std::int64_t, Profile> parts;
    RowReader reader;
    each_page(
        database,
        page_size,
        [&](base::Tx& tx, std::int64_t rk, const std::string& key) {
            return tx.exec(sql::file["profile_rows"], source_id, rk, key, page_size);
        },
        [&](const pqxx::row& row) { reader.add(row, parts[row[2].as<std::int64_t>()]); }
    );
    return parts;
}

std::optional<Profile> load_part(base::Tx& tx, std::int64_t source_id, std::int64_t run_id) {
    auto text = tx.value<std::string>(sql::file["load_part"], source_id, run_id);
    if (!text) return std::nullopt;
    return Profile::from_json(*text);
}

// Of runs that are over; `parts` has those that were read. All or none, for parts that were made
// again belong together.
void keep(
    base::Database& database,
    std::int64_t source_id,
    const std::vector<Part>& runs,
    const std::map<std::int64_t, Profile>& parts
) {
    auto now = schema::timestamp(std::chrono::system_clock::now());
    database.call([&](base::Tx& tx) {
        for (const auto& run : runs) {
            auto found = parts.find(run.run_id);
            if (!run.over || found == parts.end()) continue;
            tx.exec(
                sql::file["save_part"],
                source_id,
                run.run_id,
                now,
                static_cast<std::int64_t>(found->second.records),
                found->second.to_json()
            );
        }
    });
}

}  // namespace

SourceProfile profile_source(base::Database& database, std::int64_t source_id) {
    SourceProfile result;
    auto [runs, stale, present] = database.call([&](base::Tx& tx) {
        auto parts = parts_of(tx, source_id);
        auto to_make = stale_parts(tx, source_id, parts);
        auto count = tx.value<std::uint64_t>(sql::file["count_present"], source_id).value_or(0);
        return std::tuple(parts, to_make, count);
    });
    std::uint64_t to_read = 0;
    for (const auto& run : runs) to_read += stale.contains(run.run_id) ? run.brought : 0;
    std::map<std::int64_t, Profile> made;
    if (2 * to_read < present) {
        for (auto run_id : stale) made[run_id] = read_run(database, source_id, run_id);
        for (const auto& [run_id, part] : made) result.read_again += part.records;
        for (const auto& run : runs) {
            auto fresh = made.find(run.run_id);
            auto part = fresh != made.end() ? std::optional(fresh->second)
                                            : database.call([&](base::Tx& tx) {
                                                  return load_part(tx, source_id, run.run_id);
                                              });
            if (part) result.profile.merge(*part);
        }
        if (result.profile.records == present) {
            keep(database, source_id, runs, made);
            return result;
        }
    }
    // A run's part is kept although nothing is left of it: it is not looked for again.
    made = read_all(database, source_id);
    for (const auto& run : runs) made[run.run_id];
    result = {};
    for (const auto& [run_id, part] : made) {
        result.profile.merge(part);
        result.read_again += part.records;
    }
    keep(database, source_id, runs, made);
    return result;
}

std::optional<Profile>
profile_run(base::Database& database, std::int64_t source_id, std::int64_t run_id) {
    auto [runs, stale, kept] = database.call([&](base::Tx& tx) {
        auto parts = parts_of(tx, source_id);
        auto to_make = stale_parts(tx, source_id, parts);
        return std::tuple(parts, to_make, load_part(tx, source_id, run_id));
    });
    if (std::none_of(runs.begin(), runs.end(), [&](const Part& one) {
            return one.run_id == run_id;
        }))
        return std::nullopt;
    if (kept && !stale.contains(run_id)) return kept;
    // Kept only by profile_source, which sees to all parts at once.
    return read_run(database, source_id, run_id);
}

std::optional<Profile>
profile_snapshot(base::Database& database, const std::string& name, Side side) {
    auto id = database.call([&](base::Tx& tx) {
        return tx.value<std::int64_t>(sql::file["find_snapshot"], name);
    });
    if (!id) return std::nullopt;
    auto split = side == Side::all ? 3 : static_cast<int>(side) - 1;
    Profile profile;
    RowReader reader;
    std::int64_t source_id = 0;  // of the last row
    each_page(
        database,
        page_size,
        [&](base::Tx& tx, std::int64_t rk, const std::string& key) {
            return tx.exec(
                sql::file["profile_snapshot_rows"], *id, rk, key, page_size, split, source_id
            );
        },
        [&](const pqxx::row& row) {
            source_id = row[2].as<std::int64_t>();
            reader.add(row, profile);
        }
    );
    return profile;
}

void save_profile(
    base::Tx& tx,
    std::int64_t source_id,
    std::int64_t run_id,
    const Profile& profile
) {
    tx.exec(
        sql::file["save_profile"],
        source_id,
        run_id,
        schema::timestamp(std::chrono::system_clock::now()),
        static_cast<std::int64_t>(profile.records),
        profile.to_json()
    );
}

std::optional<Profile> load_profile(base::Tx& tx, std::int64_t source_id, std::int64_t run_id) {
    auto text = tx.value<std::string>(sql::file["load_profile"], source_id, run_id);
    if (!text) return std::nullopt;
    return Profile::from_json(*text);
}

std::optional<Profile> load_earlier(base::Tx& tx, std::int64_t source_id, std::int64_t run_id) {
    auto text = tx.value<std::string>(sql::file["load_earlier_profile"], source_id, run_id);
    if (!text) return std::nullopt;
    return Profile::from_json(*text);
}

std::int64_t latest_run(base::Tx& tx, std::int64_t source_id) {
    return tx.value<std::int64_t>(sql::file["latest_run"], source_id).value_or(0);
}

}  // namespace quality
