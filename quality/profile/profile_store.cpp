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
#include <map>
#include <set>

#include "formats/json/json.hpp"
#include "quality/pages.hpp"
#include "quality/sql.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace quality {

namespace {

constexpr int page_size = 5000;

// A content as a profile takes it in.
struct ContentRow {
    std::int64_t rk = 0;
    std::string key, payload;
    std::optional<int> width;  // of an image
    int height = 0, channels = 0;
    std::string format;
};
BOOST_DESCRIBE_STRUCT(ContentRow, (), (rk, key, payload, width, height, channels, format))

struct RunRow : ContentRow {
    std::int64_t run_id = 0;
};
BOOST_DESCRIBE_STRUCT(RunRow, (ContentRow), (run_id))

struct SnapshotFound {
    std::int64_t id = 0;
    std::optional<std::int64_t> project_id;
    std::string question;
};
BOOST_DESCRIBE_STRUCT(SnapshotFound, (), (id, project_id, question))

struct SnapshotRow : ContentRow {
    std::int64_t source_id = 0;
    std::optional<std::string> label;
};
BOOST_DESCRIBE_STRUCT(SnapshotRow, (ContentRow), (source_id, label))

class RowReader {
public:
    void add(
        const ContentRow& row,
        Profile& profile,
        const std::optional<std::string>& label = std::nullopt
    ) {
        arena_.clear();
        fields_.clear();
        formats::add_members(row.payload, arena_, fields_);
        if (label) fields_.push_back({"(label)", *label, formats::Field::Kind::text});
        profile.add(fields_);
        if (row.width) profile.images.add(*row.width, row.height, row.channels, row.format);
    }

private:
    formats::Arena arena_;
    std::vector<formats::Field> fields_;
};

const ContentRow& place(const ContentRow& row) {
    return row;
}

struct Part {
    std::int64_t run_id = 0;
    bool over = false;  // the run brings no more
    std::uint64_t brought = 0;
    bool kept = false;
};
BOOST_DESCRIBE_STRUCT(Part, (), (run_id, over, brought, kept))

struct RunId {
    std::int64_t run_id = 0;
};
BOOST_DESCRIBE_STRUCT(RunId, (), (run_id))

std::vector<Part> parts_of(base::Tx& tx, std::int64_t source_id) {
    return base::rows_as<Part>(tx.exec(sql::file["profile_parts"], source_id));
}

// Parts that must be made: those not kept, and those of which new runs replaced contents.
std::set<std::int64_t>
stale_parts(base::Tx& tx, std::int64_t source_id, const std::vector<Part>& parts) {
    std::vector<std::int64_t> fresh;
    for (const auto& part : parts)
        if (!part.kept) fresh.push_back(part.run_id);
    std::set<std::int64_t> stale(fresh.begin(), fresh.end());
    if (fresh.empty()) return stale;
    auto rows = tx.exec(sql::file["replaced_runs"], source_id, schema::array_of(fresh));
    for (auto [run_id] : base::rows_as<RunId>(rows)) stale.insert(run_id);
    return stale;
}

Profile read_run(base::Database& database, std::int64_t source_id, std::int64_t run_id) {
    return database.call([&](base::Tx& tx) {
        Profile profile;
        RowReader reader;
        tx.exec(sql::file["profile_run_rows"], source_id, run_id);
        for (;;) {
            auto rows = base::rows_as<RunRow>(tx.exec(sql::file["next_profile_run_rows"]));
            if (rows.empty()) return profile;
            for (const auto& row : rows) reader.add(row, profile);
        }
    });
}

std::map<std::int64_t, Profile> read_all(base::Database& database, std::int64_t source_id) {
    std::map<std::int64_t, Profile> parts;
    RowReader reader;
    each_page<RunRow>(
        database,
        page_size,
        [&](base::Tx& tx, std::int64_t rk, const std::string& key) {
            return tx.exec(sql::file["profile_rows"], source_id, rk, key, page_size);
        },
        place,
        [&](const RunRow& row) {
            reader.add(row, parts[row.run_id]);
            return true;
        }
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
    auto snapshot = database.call([&](base::Tx& tx) {
        return base::first_as<SnapshotFound>(tx.exec(sql::file["find_snapshot"], name));
    });
    if (!snapshot) return std::nullopt;
    auto split = side == Side::all ? 3 : static_cast<int>(side) - 1;
    Profile profile;
    RowReader reader;
    std::int64_t source_id = 0;  // of the last row
    each_page<SnapshotRow>(
        database,
        page_size,
        [&](base::Tx& tx, std::int64_t rk, const std::string& key) {
            return tx.exec(
                sql::file["profile_snapshot_rows"],
                snapshot->id,
                rk,
                key,
                page_size,
                split,
                source_id,
                snapshot->project_id,
                snapshot->question
            );
        },
        place,
        [&](const SnapshotRow& row) {
            source_id = row.source_id;
            if (!row.payload.empty()) reader.add(row, profile, row.label);
            return true;
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
