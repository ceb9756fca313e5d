// A foreign table's names are known only at run time, so these statements cannot stand in a .sql
// file. Whatever comes from outside is a quoted name or a parameter; a query of the user's own is
// wrapped as "(query\n) q", with the line break in case it ends with a comment.
//
// (a, b) > (x, y) is spelled out as a > x OR (a = x AND b > y) where a server does not compare
// rows. Columns that may be null are asked to be NOT NULL here, and unordered() reads the rest, so
// the two together give each row once.
#include "ingest/sources/database/statement.hpp"

#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "base/numbers/parse.hpp"
#include "base/time/parse.hpp"
#include "base/time/time.hpp"

namespace ingest::database {

namespace {

std::string name_of(const Driver& driver, const std::string& table) {
    std::string name;
    std::size_t from = 0;
    for (auto dot = table.find('.'); dot != table.npos; dot = table.find('.', from)) {
        name += driver.quoted(std::string_view(table).substr(from, dot - from)) + ".";
        from = dot + 1;
    }
    return name + driver.quoted(std::string_view(table).substr(from));
}

std::string from_clause(const Driver& driver, const Spec& spec) {
    return spec.query.empty() ? name_of(driver, spec.table) + " q" : "(" + spec.query + "\n) q";
}

std::string place(const Driver& driver, const Column& column) {
    return "q." + driver.quoted(column.name);
}

std::string selection(const Driver& driver, const Spec& spec, const std::vector<Column>& columns) {
    std::string list;
    for (const auto& column : columns)
        list += (list.empty() ? "" : ", ") + driver.output(column, place(driver, column));
    return "SELECT " + list + " FROM " + from_clause(driver, spec);
}

void bind(
    const Driver& driver,
    Statement& statement,
    const Column& column,
    const std::string& value
) {
    statement.parameters.push_back(value);
    statement.kinds.push_back(column);
    statement.sql += driver.parameter(statement.parameters.size());
}

// (a, b) > (x, y), where rows cannot be compared as a > x OR (a = x AND b > y).
void behind(
    const Driver& driver,
    Statement& statement,
    const std::vector<Column>& order,
    const std::vector<std::string>& after
) {
    if (driver.compares_rows()) {
        std::string left;
        for (const auto& column : order)
            left += (left.empty() ? "(" : ", ") + place(driver, column);
        statement.sql += left + ") > (";
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i > 0) statement.sql += ", ";
            bind(driver, statement, order[i], after[i]);
        }
        statement.sql += ")";
        return;
    }
    statement.sql += "(";
    for (std::size_t i = 0; i < order.size(); ++i) {
        statement.sql += i > 0 ? " OR (" : "(";
        for (std::size_t k = 0; k <= i; ++k) {
            statement.sql +=
                (k > 0 ? " AND " : "") + place(driver, order[k]) + (k < i ? " = " : " > ");
            bind(driver, statement, order[k], after[k]);
        }
        statement.sql += ")";
    }
    statement.sql += ")";
}

}  // namespace

std::string empty_selection(const Driver& driver, const Spec& spec) {
    return "SELECT q.* FROM " + from_clause(driver, spec) + " WHERE 1 = 0";
}

Statement page_behind(
    const Driver& driver,
    const Spec& spec,
    const std::vector<Column>& columns,
    const std::vector<Column>& order,
    const std::vector<std::string>& after,
    const std::string& from
) {
    Statement statement{selection(driver, spec, columns), {}, {}};
    std::string ordered;
    std::string word = " WHERE ";
    for (const auto& column : order) {
        ordered += (ordered.empty() ? " ORDER BY " : ", ") + place(driver, column);
        if (!column.may_be_null) continue;
        statement.sql += word + place(driver, column) + " IS NOT NULL";
        word = " AND ";
    }
    if (!after.empty()) {
        statement.sql += word;
        behind(driver, statement, order, after);
    } else if (!from.empty()) {
        statement.sql += word + place(driver, order.front()) + " >= ";
        bind(driver, statement, order.front(), from);
    }
    statement.sql += ordered + driver.limit(spec.page);
    return statement;
}

Statement unordered(
    const Driver& driver,
    const Spec& spec,
    const std::vector<Column>& columns,
    const std::vector<Column>& order
) {
    Statement statement{selection(driver, spec, columns), {}, {}};
    std::string word = " WHERE ";
    for (const auto& column : order) {
        if (!column.may_be_null) continue;
        statement.sql += word + place(driver, column) + " IS NULL";
        word = " OR ";
    }
    return statement;
}

std::string less(const std::string& value, const std::string& lag) {
    if (lag.empty() || value.empty()) return value;
    auto span = seconds_of(lag);
    if (!span) {
        auto number = base::parse_number(value);
        auto by = base::parse_number(lag);
        if (!number || !by) return value;
        auto left = *number - *by;
        return std::floor(left) == left && std::abs(left) < 1e15 ? fmt::format("{:.0f}", left)
                                                                 : fmt::format("{}", left);
    }
    if (auto number = base::parse_number(value))
        return fmt::format("{:.0f}", *number - std::ceil(*span));
    auto time = base::parse_time(value);
    if (!time) return value;
    auto earlier = *time - std::chrono::microseconds(static_cast<std::int64_t>(*span * 1e6));
    auto text = base::iso_date(earlier);
    if (value.size() <= 10) return text;
    text += value[10] == 'T' ? "T" : " ";
    auto precision =
        value.find('.') == value.npos ? base::Precision::seconds : base::Precision::microseconds;
    auto clock = base::rfc3339(earlier, precision).substr(11);
    clock.pop_back();  // Z
    text += clock;
    if (value.ends_with('Z')) text += "Z";
    if (value.size() > 19 && value.find('+', 19) != value.npos) text += "+00:00";
    return text;
}

}  // namespace ingest::database
