#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/settings/fwd.hpp"
#include "base/words.hpp"

namespace ingest::database {

// What is new, by a column that only grows.
struct Incremental {
    std::string column;
    std::string start;  // read from here on the first time; empty: all
    std::string lag;    // read so much again: "5m" of a time, "100" of a number

    static const base::Settings<Incremental> settings;
};

// What becomes of records whose rows are no longer there.
enum class Deletes { ignore, mark };

constexpr auto words_of(Deletes) {
    return std::to_array<base::Word<Deletes>>({
        {Deletes::ignore, "ignore", "they stay"},
        {Deletes::mark, "mark", "they are marked as gone"},
    });
}

// Which rows of a foreign database to read.
struct Spec {
    std::string url;       // or a reference to it: "env:NAME", "file:PATH"
    std::string password;  // a reference, or empty
    std::string table;     // "name" or "schema.name"
    std::string query;     // instead of a table
    std::vector<std::string> key;
    std::optional<Incremental> incremental;
    std::string blob;         // the binary column that holds a record's bytes (BinaryColumns)
    std::size_t page = 5000;  // rows a statement asks for
    Deletes deletes = Deletes::ignore;

    static const base::Settings<Spec> settings;
};

// "5m", "1h", "2d", "90s" in seconds; nothing if it is none.
std::optional<double> seconds_of(std::string_view span);

}  // namespace ingest::database
