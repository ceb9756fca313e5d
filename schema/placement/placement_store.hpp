#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "schema/placement/placement.hpp"

namespace base {
class Database;
}

namespace schema {

// A table, where it belongs on a cluster (name_of() of its place), and whether it lies there.
struct TablePlace {
    std::string table;
    std::string place;
    bool placed = false;
};
BOOST_DESCRIBE_STRUCT(TablePlace, (), (table, place, placed))

// All tables of the placement, in its order. Without the extension none is placed.
std::vector<TablePlace> table_places(base::Database& database);

constexpr int default_shards = 32, most_shards = 1024;

struct Distributing {
    std::optional<int> shards;  // of each table that is spread, 1 to most_shards
    bool only_look = false;     // what is refused is told, and nothing is placed
};

// Spreads the database over the nodes that its coordinator knows: each table in a transaction of
// its own, those that lie where they belong are left, so that it goes on after a kill. `placed`
// hears of each table before its rows move (or would). Returns how many tables moved. Throws
// base::Error where the database is no cluster's coordinator, where Citus is too old or cannot
// commit in two phases, where no node is there, where the schema is not up to date, where others
// are connected, where a table lies elsewhere already.
int distribute(
    base::Database& database,
    const Distributing& how,
    const std::function<void(const TablePlace&)>& placed
);

// Throws base::Error where a distributed database has others connected: what is read of its nodes
// then is of no one moment.
void check_alone_on_cluster(base::Database& database);

// What a migration made since: tables of a database that is distributed are placed, those of
// another one are left. Returns how many.
int place_new_tables(base::Database& database);

}  // namespace schema
