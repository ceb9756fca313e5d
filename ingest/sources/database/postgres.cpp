// Everything crosses as PostgreSQL's text form, the one that is the same for every type; what text
// would lose, arrays and composite types, the server turns into JSON (output()). The category of a
// type is asked of pg_type rather than known here, since a database has types of its own.
//
// NOT NULL and the primary key come from the catalog: information_schema.table_constraints hides
// them from a role that may only SELECT, which is what a reader should be.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/database/postgres_reader.hpp"
#include "base/error.hpp"
#include "ingest/sources/database/driver.hpp"
#include "ingest/sources/database/statement.hpp"

namespace ingest::database {

namespace {

// pg_type.oid of the built-in types (src/include/catalog/pg_type.dat).
Column::Kind kind_of(std::uint32_t type) {
    switch (type) {
        case 16:
            return Column::Kind::boolean;
        case 17:
            return Column::Kind::bytes;
        case 20:
        case 21:
        case 23:
        case 26:
        case 700:
        case 701:
        case 1700:
            return Column::Kind::number;
        case 114:
        case 3802:
            return Column::Kind::json;
        default:
            return Column::Kind::text;
    }
}

int digit(char c) {
    return c >= 'a' ? c - 'a' + 10 : c >= 'A' ? c - 'A' + 10 : c - '0';
}

std::string from_hex(std::string_view text) {
    std::string bytes;
    for (std::size_t i = 2; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1])));
    return bytes;
}

class Postgres : public Driver {
public:
    Postgres(const std::string& url, const std::string& password)
        : reader_(url, password, "database") {}

    std::string shown() const override { return reader_.shown(); }

    Described describe(const Spec& spec) override {
        Described described;
        std::string types;
        auto columns = reader_.describe(empty_selection(*this, spec));
        for (const auto& column : columns)
            types += fmt::format("{}{}", types.empty() ? "" : ",", column.type);
        std::map<std::string, std::string> categories;
        for (const auto& row : reader_.all(
                 "SELECT oid::text, typcategory::text FROM pg_catalog.pg_type WHERE oid = ANY "
                 "($1::oid[])",
                 {"{" + types + "}"}
             ))
            categories[*row[0]] = *row[1];
        for (const auto& column : columns) {
            const auto& category = categories[std::to_string(column.type)];
            bool nested = category == "A" || category == "C";
            described.columns.push_back(
                {column.name, nested ? Column::Kind::json : kind_of(column.type), nested, true}
            );
        }
        if (!spec.table.empty()) add_keys(spec.table, described);
        columns_ = described.columns;
        return described;
    }

    std::string output(const Column& column, const std::string& expression) const override {
        return column.nested ? "to_jsonb(" + expression + ")::text" : expression;
    }
    std::string parameter(std::size_t number) const override { return fmt::format("${}", number); }

    void begin(
        const std::string& sql,
        const std::vector<std::string>& parameters,
        const std::vector<Column>&,
        std::size_t
    ) override {
        reader_.begin(sql, parameters);
    }

    bool next(std::vector<Value>& row) override {
        if (!reader_.next(row)) return false;
        for (std::size_t i = 0; i < std::min(row.size(), columns_.size()); ++i) {
            if (!row[i]) continue;
            if (columns_[i].kind == Column::Kind::boolean)
                row[i] = *row[i] == "t" ? "true" : "false";
            if (columns_[i].kind == Column::Kind::bytes) row[i] = from_hex(*row[i]);
        }
        return true;
    }

private:
    void add_keys(const std::string& table, Described& described) {
        std::string name;
        for (std::size_t from = 0; from <= table.size();) {
            auto dot = std::min(table.find('.', from), table.size());
            name +=
                (from > 0 ? "." : "") + quoted(std::string_view(table).substr(from, dot - from));
            from = dot + 1;
        }
        for (const auto& row : reader_.all(
                 "SELECT a.attname FROM pg_catalog.pg_attribute a "
                 "WHERE a.attrelid = $1::regclass AND a.attnotnull AND a.attnum > 0",
                 {name}
             ))
            for (auto& column : described.columns)
                if (column.name == *row[0]) column.may_be_null = false;
        for (const auto& row : reader_.all(
                 "SELECT a.attname FROM pg_catalog.pg_index i, unnest(i.indkey::int2[]) WITH "
                 "ORDINALITY k (attnum, place), "
                 "pg_catalog.pg_attribute a WHERE i.indrelid = $1::regclass AND i.indisprimary "
                 "AND a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.place",
                 {name}
             ))
            described.key.push_back(*row[0]);
    }

    base::PostgresReader reader_;
    std::vector<Column> columns_;
};

}  // namespace

std::unique_ptr<Driver> connect_postgres(const std::string& url, const std::string& password) {
    return std::make_unique<Postgres>(url, password);
}

}  // namespace ingest::database
