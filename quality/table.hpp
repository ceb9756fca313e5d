#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

namespace quality {

// Records side by side: one text per record and field, "" where a record has none.
struct Table {
    struct Row {
        std::int64_t rk = 0;
        std::string key;
        int version = 0;
        std::int64_t line = -1;  // in its file, if it came from one
        BOOST_DESCRIBE_CLASS(Row, (), (rk, key, version), (), ())  // what all queries give
    };
    std::vector<std::string> names;               // of the columns
    std::vector<std::vector<std::string>> cells;  // by column, then row
    std::vector<Row> rows;

    std::size_t size() const { return rows.size(); }
};

// A column's values as numbers: those that occur more than once share one. 0 is "no value".
struct Coded {
    std::vector<std::uint32_t> codes;      // per row
    std::vector<std::string_view> values;  // by code; views into the table
    std::vector<std::uint32_t> frequency;  // by code
};
Coded code(const std::vector<std::string>& column);

// Lower case (ASCII letters), blanks at the ends cut, runs of blanks as one: what is compared.
std::string normalised(std::string_view text);

// Whether a value says that there is none: empty, or a usual spelling such as "n/a", "unknown",
// "-".
bool is_missing(std::string_view normalised_text);

}  // namespace quality
