#pragma once

#include <string>
#include <vector>

#include "ingest/sources/database/driver.hpp"

namespace ingest::database {

// Statements to a foreign database, the only ones that are put together from names: those are
// quoted, values are parameters.
struct Statement {
    std::string sql;
    std::vector<std::string> parameters;
    std::vector<Column> kinds;  // of the parameters
};

// Describes the rows, without one of them.
std::string empty_selection(const Driver& driver, const Spec& spec);

// The next rows in the order of `order` columns: those behind `after` (its values, one per order
// column), or from `from` of the first order column on, it included; all if both are empty.
Statement page_behind(
    const Driver& driver,
    const Spec& spec,
    const std::vector<Column>& columns,
    const std::vector<Column>& order,
    const std::vector<std::string>& after,
    const std::string& from
);

// Rows that such an order leaves out because one of its columns is null; all rows if `order` is
// empty.
Statement unordered(
    const Driver& driver,
    const Spec& spec,
    const std::vector<Column>& columns,
    const std::vector<Column>& order
);

// `value` less `lag`, written as `value` is: a number, or a time in ISO 8601. A value that is
// neither stays as it is.
std::string less(const std::string& value, const std::string& lag);

}  // namespace ingest::database
