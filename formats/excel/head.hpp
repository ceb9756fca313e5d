#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/excel/workbook.hpp"

namespace formats {

// The names of a sheet's columns, each unique and none that is taken.
class ExcelNames {
public:
    // What stands for no column and still is a name in each record.
    explicit ExcelNames(std::initializer_list<std::string_view> taken = {});

    // Of the next column; "column_3" where the head says nothing, "n_2" where it says "n" again.
    void add(std::string said);
    // Of any column, also of one that the head does not reach.
    const std::string& at(std::size_t column);
    std::size_t size() const { return names_.size(); }

private:
    std::vector<std::string> names_;
    std::unordered_map<std::string, std::size_t> taken_;  // how often each was wanted
};

struct ExcelHead {
    ExcelNames names;
    std::int64_t last = 0;  // row of it; 0: there is none
};

// From the first rows of a sheet, those that hold something, and its merged cells. The head is the
// first row that is no title, which is one cell across others; under cells of it that stand across
// several, the row below belongs to it, too, if it divides what they stand across: "Size" across
// "width" and "height" makes "Size / width" and "Size / height". `rows_said`: so many rows instead;
// 0 for no head. Rows up to `skip` are none of the table. The names are added to `names`.
ExcelHead head_of(
    const std::vector<ExcelRow>& rows,
    const std::vector<ExcelRange>& merged,
    std::int64_t skip,
    std::optional<std::size_t> rows_said,
    ExcelNames names = ExcelNames()
);

// Rows that head_of() wants to see, at most.
constexpr std::size_t head_rows_at_most = 40;

}  // namespace formats
