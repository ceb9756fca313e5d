// One database over many nodes, by an engine that has what it takes (Citus). tilth says where each
// table belongs (placement.hpp) and asks the coordinator to lay it there; the queries are the same
// on one machine and on many.
//
// A table moves in a transaction of its own: what a kill interrupts is as it was, and the next run
// goes on with it. The lock of the migrations keeps two programs from placing at once.
#include "schema/placement/placement_store.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "base/error.hpp"
#include "schema/migrate.hpp"
#include "schema/sql.hpp"

namespace schema {

namespace {

constexpr int oldest_version = 12;

struct Extension {
    std::string version;
    int prepared = 0;  // transactions that may be prepared at once
};
BOOST_DESCRIBE_STRUCT(Extension, (), (version, prepared))

struct Lies {
    std::string table, place;
};
BOOST_DESCRIBE_STRUCT(Lies, (), (table, place))

std::optional<Extension> extension(base::Tx& tx) {
    auto rows = base::rows_as<Extension>(tx.exec(sql::file["cluster_extension"]));
    return rows.empty() ? std::nullopt : std::optional(rows.front());
}

// Where the tables lie that do not lie on the coordinator alone.
std::map<std::string, std::string> lie(base::Tx& tx) {
    std::map<std::string, std::string> all;
    if (!extension(tx)) return all;
    for (auto& row : base::rows_as<Lies>(tx.exec(sql::file["cluster_tables"])))
        all.emplace(std::move(row.table), std::move(row.place));
    return all;
}

// The first table of its kind that is spread; the others go beside it.
std::string_view first_of(bool single) {
    for (const auto& each : placement)
        if (each.place != Place::reference && (each.place == Place::single) == single)
            return each.table;
    return {};
}

void place(base::Tx& tx, const Placed& each, int shards) {
    std::string table(each.table);
    if (each.place == Place::reference) {
        tx.exec(sql::file["cluster_place_everywhere"], table);
        return;
    }
    auto single = each.place == Place::single;
    auto column = single ? std::nullopt : std::optional(std::string(name_of(each.place)));
    std::string beside(first_of(single));
    if (table != beside) {
        tx.exec(sql::file["cluster_place_beside"], table, column, beside);
        return;
    }
    tx.exec(
        sql::file["cluster_place_first"],
        table,
        column,
        single ? std::nullopt : std::optional(shards)
    );
}

// Whether the table moved: it may lie there already.
bool place_one(base::Database& database, const Placed& each, int shards) {
    return database.call([&](base::Tx& tx) {
        tx.exec(sql::file["lock_migrations"]);
        auto lies = lie(tx);
        auto found = lies.find(std::string(each.table));
        if (found == lies.end()) {
            place(tx, each, shards);
            return true;
        }
        if (found->second != name_of(each.place))
            throw base::Error(
                fmt::format("table {}", each.table),
                fmt::format(
                    "is distributed as '{}', and belongs to '{}'",
                    found->second,
                    name_of(each.place)
                ),
                "undo that with undistribute_table(), then run 'tilth db distribute' again"
            );
        return false;
    });
}

void refuse(const std::string& what, const std::string& mend) {
    throw base::Error("database", what, mend);
}

void check_cluster(base::Tx& tx) {
    auto there = extension(tx);
    if (!there)
        refuse(
            "the extension citus is not in it, so it has no nodes to be spread over",
            "install Citus on all nodes, CREATE EXTENSION citus in this database of each, and name "
            "the nodes to the coordinator by citus_add_node()"
        );
    int version = 0;
    std::from_chars(there->version.data(), there->version.data() + there->version.size(), version);
    if (version < oldest_version)
        refuse(
            fmt::format("Citus {} is too old", there->version),
            fmt::format("use Citus {} or newer", oldest_version)
        );
    if (there->prepared == 0)
        refuse(
            "max_prepared_transactions is 0, so nodes cannot commit together",
            "set it to max_connections or more on all nodes, and restart them"
        );
    if (tx.value<std::int64_t>(sql::file["cluster_nodes"]).value_or(0) == 0)
        refuse(
            "its coordinator knows no node",
            "name the nodes by citus_add_node('HOST', PORT), and which this one is by "
            "citus_set_coordinator_host()"
        );
}

void check_quiet(base::Tx& tx) {
    auto others = tx.value<std::int64_t>(sql::file["others_connected"]).value_or(0);
    if (others > 0)
        refuse(
            fmt::format("{} other {} connected to it", others, others == 1 ? "session is" : "are"),
            "stop what works on it ('tilth serve', workers, an earlier 'db distribute' that is "
            "still moving a table), then try again"
        );
}

void check_shards(base::Tx& tx, std::optional<int> wanted) {
    auto shards = wanted.value_or(default_shards);
    if (shards < 1 || shards > most_shards)
        throw base::Error(
            "--shards", fmt::format("{} is not from 1 to {}", shards, most_shards), "choose another"
        );
    if (!wanted || !lie(tx).contains("record")) return;
    auto there = tx.value<std::int64_t>(sql::file["cluster_shards"]).value_or(0);
    if (there != shards)
        throw base::Error(
            "--shards",
            fmt::format("the records lie in {} shards already", there),
            fmt::format("say --shards {}", there)
        );
}

}  // namespace

std::vector<TablePlace> table_places(base::Database& database) {
    auto lies = database.call([](base::Tx& tx) { return lie(tx); });
    std::vector<TablePlace> all;
    for (const auto& each : placement) {
        auto found = lies.find(std::string(each.table));
        all.push_back(
            {.table = std::string(each.table),
             .place = std::string(name_of(each.place)),
             .placed = found != lies.end() && found->second == name_of(each.place)}
        );
    }
    return all;
}

int distribute(
    base::Database& database,
    const Distributing& how,
    const std::function<void(const TablePlace&)>& placed
) {
    for (const auto& one : migrations(database))
        if (!one.applied) refuse("its schema is not up to date", "run 'tilth db migrate' first");
    database.call([&](base::Tx& tx) {
        check_cluster(tx);
        check_shards(tx, how.shards);
        check_quiet(tx);
        if (!how.only_look) tx.exec(sql::file["cluster_set_modes"]);
    });
    int moved = 0;
    for (const auto& where : table_places(database)) {
        placed(where);
        auto each = std::ranges::find(placement, where.table, &Placed::table);
        if (!how.only_look && place_one(database, *each, how.shards.value_or(default_shards)))
            ++moved;
    }
    return moved;
}

void check_alone_on_cluster(base::Database& database) {
    database.call([](base::Tx& tx) {
        if (!lie(tx).empty()) check_quiet(tx);
    });
}

int place_new_tables(base::Database& database) {
    auto places = table_places(database);
    auto record = std::ranges::find(places, "record", &TablePlace::table);
    if (!record->placed) return 0;
    int moved = 0;
    for (std::size_t i = 0; i < places.size(); ++i)
        if (!places[i].placed && place_one(database, placement[i], default_shards)) ++moved;
    return moved;
}

}  // namespace schema
