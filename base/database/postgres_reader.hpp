#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

// A read-only session on a PostgreSQL server that is not ours. Texts are UTF-8, times ISO 8601 in
// UTC, bytea in hexadecimal. One thread at a time.
//
// All failures are base::Error of one line that names `thing` and never holds the password.
class PostgresReader {
public:
    // `url` is a libpq connection string or postgresql:// URL; `password` is used if it is not
    // empty.
    PostgresReader(const std::string& url, const std::string& password, std::string thing);
    ~PostgresReader();
    PostgresReader(const PostgresReader&) = delete;

    // Host, port and database, for people.
    std::string shown() const;

    struct Column {
        std::string name;
        std::uint32_t type = 0;  // pg_type.oid
    };
    // Of the rows of a statement; it is not run.
    std::vector<Column> describe(const std::string& sql);

    using Row = std::vector<std::optional<std::string>>;

    // Starts a statement with $1, $2 .. as texts of unknown type. Rows come one by one: memory does
    // not grow with their number. What a statement before it has left is abandoned.
    void begin(const std::string& sql, const std::vector<std::string>& parameters);
    // False after the last row.
    bool next(Row& row);

    // All rows of a small query.
    std::vector<Row> all(const std::string& sql, const std::vector<std::string>& parameters);

    static std::string quoted(std::string_view name);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace base
