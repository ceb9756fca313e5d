#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/pqxx>

#include "base/database/database.hpp"

struct pg_result;

namespace base {

// The rows of one statement of a Batch: rows_as() and first_as() of rows.hpp read them as they read
// those of Tx::exec().
class Rows {
public:
    class Field {
    public:
        bool is_null() const;
        const char* c_str() const;
        std::size_t size() const;
        const char* name() const;
        // Whether it came in the server's own form: c_str() holds size() bytes of that.
        bool is_binary() const;
        template <typename T>
        T as() const {
            T value{};
            if (is_binary())
                from_binary(value);
            else
                pqxx::from_string(c_str(), value);
            return value;
        }

    private:
        friend class Rows;
        Field(const Rows& rows, int row, int column) : rows_(rows), row_(row), column_(column) {}
        // These throw std::logic_error if the column holds none such, the last in any case.
        std::int64_t integer() const;
        double number() const;
        [[noreturn]] void refuse(std::int64_t value) const;
        template <std::integral T>
        void from_binary(T& into) const {
            const auto value = integer();
            into = static_cast<T>(value);
            if (static_cast<std::int64_t>(into) != value || (into < T{}) != (value < 0))
                refuse(value);
        }
        template <std::floating_point T>
        void from_binary(T& into) const {
            into = static_cast<T>(number());
        }
        void from_binary(std::string& into) const { into.assign(c_str(), size()); }
        const Rows& rows_;
        int row_, column_;
    };
    class Row {
    public:
        Field operator[](int column) const { return {rows_, row_, column}; }

    private:
        friend class Rows;
        Row(const Rows& rows, int row) : rows_(rows), row_(row) {}
        const Rows& rows_;
        int row_;
    };

    int size() const;
    bool empty() const { return size() == 0; }
    // Throws pqxx::argument_error if there is no such column.
    int column_number(const char* name) const;
    Row operator[](int row) const { return {*this, row}; }

private:
    friend class Batch;
    explicit Rows(std::shared_ptr<pg_result> result) : result_(std::move(result)) {}
    void check_types() const;
    std::shared_ptr<pg_result> result_;
};

// Statements that wait for the server once instead of each: they are sent together and answered
// together. Each sees what those before it did, and what others have committed by then, as if they
// were sent one after the other. If one fails, none behind it runs, and the exception is that of
// Tx::exec().
//
//     base::Batch batch(tx);
//     auto user = schema::find_user(batch, "ann");
//     auto project = labeling::find_project(batch, "p");
//     if (*user && *project) ..
//
// What was added goes when run() is called or the first answer is asked for, the rest at the next;
// a batch that is dropped before has not sent it. Meant for small statements, not for megabytes.
class Batch {
public:
    explicit Batch(Tx& tx) : tx_(tx) {}
    Batch(const Batch&) = delete;

    // As Tx::exec(): strings, numbers, bool, std::optional of these. Returns its place in rows().
    template <typename... Args>
    std::size_t add(std::string_view sql, const Args&... args) {
        auto& statement = statements_.emplace_back();
        statement.sql = sql;
        statement.values.reserve(sizeof...(Args));
        (put(statement.values, args), ...);
        return statements_.size() - 1;
    }
    // The same, and its rows come in the server's own form, which both sides make faster: for many
    // rows of text, bytea or float8[] (base::Binary holds the bytes of the last two), and of
    // integers, bool, double and enums beside these. Asking for rows that have a column of another
    // type throws std::logic_error.
    template <typename... Args>
    std::size_t add_binary(std::string_view sql, const Args&... args) {
        auto place = add(sql, args...);
        statements_[place].is_binary = true;
        return place;
    }
    void run();
    // Runs what has not run.
    const Rows& rows(std::size_t place);

    Tx& tx() const { return tx_; }

    // How often the connection of a transaction has waited for the server with statements, whether
    // one by one or in batches, since it was opened.
    static std::int64_t round_trips(const Tx& tx);

private:
    using Value = std::optional<std::string>;
    struct Statement {
        std::string_view sql;
        std::vector<Value> values;
        bool is_binary = false;
    };

    template <typename T>
    void put(std::vector<Value>& values, const T& value) {
        values.emplace_back(pqxx::to_string(value));
    }
    template <typename T>
    void put(std::vector<Value>& values, const std::optional<T>& value) {
        if (value)
            put(values, *value);
        else
            values.emplace_back();
    }
    void put(std::vector<Value>& values, std::nullptr_t) { values.emplace_back(); }

    Tx& tx_;
    std::vector<Statement> statements_;
    std::vector<Rows> rows_;  // of the first of these, which have run
};

// What a statement of a batch will have told.
template <typename T>
class Later {
public:
    using Read = T (*)(const Rows&);
    Later(Batch& batch, std::size_t place, Read read) : batch_(batch), place_(place), read_(read) {}
    T operator*() const { return read_(batch_.rows(place_)); }

private:
    Batch& batch_;
    std::size_t place_;
    Read read_;
};

}  // namespace base
