#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/excel/workbook.hpp"

namespace formats {

// The names of a sheet's columns.
struct ExcelHead {
    std::vector<std::string> names;  // unique; "column_3" where the head says nothing
    std::int64_t last = 0;           // row of it; 0: there is none
};

// From the first rows of a sheet, those that hold something, and its merged cells. The head is the
// first row that is no title, which is one cell across others; under cells of it that stand across
// several, the row below belongs to it, too: "Size" across "width" and "height" makes
// "Size / width" and "Size / height". `rows_said`: so many rows instead; 0 for no head. Rows up to
// `skip` are none of the table.
ExcelHead head_of(
    const std::vector<ExcelRow>& rows,
    const std::vector<ExcelRange>& merged,
    std::int64_t skip,
    std::optional<std::size_t> rows_said
);

// The name of a column that the head does not reach.
std::string column_name(std::size_t column);

// Rows that head_of() wants to see, at most.
constexpr std::size_t head_rows_at_most = 40;

}  // namespace formats
