#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace ingest::database {

// What is new, by a column that only grows.
struct Incremental {
    std::string column;
    std::string start;  // read from here on the first time; empty: all
    std::string lag;    // read so much again: "5m" of a time, "100" of a number
};

// Which rows of a foreign database to read.
struct Spec {
    std::string url;       // or a reference to it: "env:NAME", "file:PATH"
    std::string password;  // a reference, or empty
    std::string table;     // "name" or "schema.name"
    std::string query;     // instead of a table
    std::vector<std::string> key;
    std::optional<Incremental> incremental;
    std::string blob;         // the column that holds a record's bytes; empty: the only binary one
    std::size_t page = 5000;  // rows a statement asks for
    bool mark_deleted = false;
};

// Throws base::UsageError for what is missing, unknown or contradicts itself. `others` are settings
// that are not the database's own.
Spec read_spec(const boost::json::object& settings, const std::vector<std::string>& others);

bool is_reference(std::string_view text);

// "5m", "1h", "2d", "90s" in seconds; nothing if it is none.
std::optional<double> seconds_of(std::string_view span);

}  // namespace ingest::database
