// SQLite's columns have a declared type, but each value its own: value() goes by the value, and the
// declared type only tells booleans, JSON and bytes apart (sqlite.org/datatype3.html). Parameters
// are bound by the same rule, since a text never equals a number there.
//
// The file is opened read-only, query_only is set and a statement that is not read-only is refused:
// a query from a settings file must not change what it reads. trusted_schema is off, so that the
// file's own views cannot call functions with side effects.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "formats/text/value_type.hpp"
#include "ingest/sources/database/driver.hpp"
#include "ingest/sources/database/statement.hpp"

namespace ingest::database {

namespace {

// By the declared type; a value's own type decides in the end (any column can hold any).
Column::Kind kind_of(std::string_view declared) {
    std::string lower(declared);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    auto has = [&](std::string_view word) { return lower.find(word) != lower.npos; };
    if (has("bool")) return Column::Kind::boolean;
    if (has("json")) return Column::Kind::json;
    if (has("blob")) return Column::Kind::bytes;
    if (has("int") || has("real") || has("floa") || has("doub") || has("numeric") || has("decimal"))
        return Column::Kind::number;
    return Column::Kind::text;
}

class Sqlite : public Driver {
public:
    explicit Sqlite(const std::string& path) : path_(path) {
        sqlite3* opened = nullptr;
        auto code = sqlite3_open_v2(
            path.c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr
        );
        database_.reset(opened);
        if (code != SQLITE_OK) fail("check the path");
        sqlite3_busy_timeout(opened, 10'000);
        sqlite3_exec(
            opened, "PRAGMA query_only = 1; PRAGMA trusted_schema = 0", nullptr, nullptr, nullptr
        );
    }

    std::string shown() const override { return "sqlite:" + path_; }

    Described describe(const Spec& spec) override {
        Described described;
        prepare(empty_selection(*this, spec));
        for (int i = 0; i < sqlite3_column_count(statement_.get()); ++i) {
            const char* declared = sqlite3_column_decltype(statement_.get(), i);
            described.columns.push_back(
                {sqlite3_column_name(statement_.get(), i),
                 kind_of(declared ? declared : ""),
                 false,
                 true}
            );
        }
        if (!spec.table.empty()) add_keys(spec.table, described);
        columns_ = described.columns;
        return described;
    }

    void begin(
        const std::string& sql,
        const std::vector<std::string>& parameters,
        const std::vector<Column>& kinds,
        std::size_t
    ) override {
        prepare(sql);
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const auto& text = parameters[i];
            auto place = static_cast<int>(i + 1);
            auto type = formats::type_of(text);
            // A number compares as one only with numbers; what the column holds was written so.
            if (kinds[i].kind != Column::Kind::text && type == formats::ValueType::integer) {
                sqlite3_bind_int64(statement_.get(), place, std::stoll(text));
            } else if (kinds[i].kind != Column::Kind::text && type == formats::ValueType::number) {
                sqlite3_bind_double(statement_.get(), place, base::parse_number(text).value_or(0));
            } else {
                sqlite3_bind_text(
                    statement_.get(),
                    place,
                    text.data(),
                    static_cast<int>(text.size()),
                    SQLITE_TRANSIENT
                );
            }
        }
    }

    bool next(std::vector<Value>& row) override {
        if (!statement_) return false;
        auto code = sqlite3_step(statement_.get());
        if (code == SQLITE_DONE) {
            statement_.reset();
            return false;
        }
        if (code != SQLITE_ROW) fail("run it again: it goes on behind what is stored");
        auto* statement = statement_.get();
        row.resize(static_cast<std::size_t>(sqlite3_column_count(statement)));
        for (std::size_t i = 0; i < row.size(); ++i) row[i] = value(statement, static_cast<int>(i));
        return true;
    }

private:
    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close(database); }
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };

    [[noreturn]] void fail(std::string_view mend) const {
        throw base::Error(shown(), sqlite3_errmsg(database_.get()), mend);
    }

    void prepare(const std::string& sql) {
        statement_.reset();
        sqlite3_stmt* made = nullptr;
        const char* rest = nullptr;
        auto code = sqlite3_prepare_v2(
            database_.get(), sql.c_str(), static_cast<int>(sql.size()), &made, &rest
        );
        statement_.reset(made);
        if (code != SQLITE_OK) fail("check the names of table and columns, or mend the query");
        if (!made || !sqlite3_stmt_readonly(made))
            throw base::Error(shown(), "the statement does more than read", "write a SELECT");
    }

    Value value(sqlite3_stmt* statement, int column) const {
        auto kind = column < static_cast<int>(columns_.size())
                        ? columns_[static_cast<std::size_t>(column)].kind
                        : Column::Kind::text;
        switch (sqlite3_column_type(statement, column)) {
            case SQLITE_NULL:
                return std::nullopt;
            case SQLITE_INTEGER: {
                auto number = sqlite3_column_int64(statement, column);
                if (kind == Column::Kind::boolean && (number == 0 || number == 1))
                    return number ? "true" : "false";
                return std::to_string(number);
            }
            case SQLITE_FLOAT:
                return fmt::format("{}", sqlite3_column_double(statement, column));
            default: {
                const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
                auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
                return std::string(data ? data : "", size);
            }
        }
    }

    void add_keys(const std::string& table, Described& described) {
        auto dot = table.rfind('.');
        auto name = dot == table.npos ? table : table.substr(dot + 1);
        prepare("SELECT name, \"notnull\", pk FROM pragma_table_info(?) ORDER BY pk");
        sqlite3_bind_text(
            statement_.get(), 1, name.data(), static_cast<int>(name.size()), SQLITE_TRANSIENT
        );
        std::vector<Value> row;
        while (next(row)) {
            if (*row[2] != "0") described.key.push_back(*row[0]);
            for (auto& column : described.columns)
                if (column.name == *row[0]) column.may_be_null = *row[1] == "0";
        }
        // The one column of an integer primary key is the rowid, which is never null.
        if (described.key.size() != 1) return;
        for (auto& column : described.columns)
            if (column.name == described.key[0] && column.kind == Column::Kind::number)
                column.may_be_null = false;
    }

    std::string path_;
    std::unique_ptr<sqlite3, Close> database_;
    std::unique_ptr<sqlite3_stmt, Close> statement_;
    std::vector<Column> columns_;
};

}  // namespace

std::unique_ptr<Driver> connect_sqlite(const std::string& path) {
    return std::make_unique<Sqlite>(path);
}

}  // namespace ingest::database
