#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/sources/database/spec.hpp"

namespace ingest::database {

struct Column {
    enum class Kind { text, number, boolean, json, bytes };
    std::string name;
    Kind kind = Kind::text;
    bool nested = false;  // an array or a row: the server makes JSON of it
    bool may_be_null = true;
};

struct Described {
    std::vector<Column> columns;
    std::vector<std::string> key;  // the table's primary key, empty if it has none
};

using Value = std::optional<std::string>;

// One session on a database of one kind. All failures are base::Error of one line without secrets.
class Driver {
public:
    virtual ~Driver() = default;

    // Where it is, for people and as the records' file.
    virtual std::string shown() const = 0;
    virtual Described describe(const Spec& spec) = 0;

    // How the pieces of a statement are written.
    virtual std::string quoted(std::string_view name) const;
    virtual std::string output(const Column& column, const std::string& expression) const;
    virtual std::string parameter(std::size_t number) const;  // from 1
    virtual std::string limit(std::size_t rows) const;
    virtual bool compares_rows() const { return true; }  // (a, b) > (c, d)

    // Starts a statement that gives at most `rows` rows; one before it is abandoned. `kinds` are
    // those of the parameters.
    virtual void begin(
        const std::string& sql,
        const std::vector<std::string>& parameters,
        const std::vector<Column>& kinds,
        std::size_t rows
    ) = 0;
    // Texts as JSON spells them for numbers and booleans, bytes as they are. False after the last
    // row.
    virtual bool next(std::vector<Value>& row) = 0;
};

// By the scheme of the url: postgresql://, sqlite:, odbc:. Throws base::UsageError for another one.
std::unique_ptr<Driver> connect(const std::string& url, const std::string& password);

std::unique_ptr<Driver> connect_postgres(const std::string& url, const std::string& password);
std::unique_ptr<Driver> connect_sqlite(const std::string& path);
std::unique_ptr<Driver> connect_odbc(const std::string& connection, const std::string& password);

}  // namespace ingest::database
