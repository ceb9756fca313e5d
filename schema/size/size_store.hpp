#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

namespace base {
class Tx;
}

// How large the database is.
namespace schema {

struct TableSize {
    std::string name;
    std::int64_t rows = 0;     // as the server last estimated them
    std::int64_t bytes = 0;    // with what is stored beside its rows
    std::int64_t indexes = 0;  // bytes
};
BOOST_DESCRIBE_STRUCT(TableSize, (), (name, rows, bytes, indexes))
// All tables, the largest first.
std::vector<TableSize> table_sizes(base::Tx& tx);

std::int64_t database_bytes(base::Tx& tx);
// Of the write-ahead log; nothing for an account that may not look.
std::optional<std::int64_t> wal_bytes(base::Tx& tx);

}  // namespace schema
