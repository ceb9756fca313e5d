#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/excel/parts.hpp"
#include "formats/excel/workbook.hpp"

// A sheet as it is unpacked, a cell at a time: a row is all that is in memory.
namespace formats::excel {

// Texts one behind the other.
class Texts {
public:
    void add(std::string_view text) {
        all_ += text;
        ends_.push_back(all_.size());
    }
    std::optional<std::string_view> at(std::size_t number) const {
        if (number >= ends_.size()) return std::nullopt;
        const auto from = number ? ends_[number - 1] : 0;
        return std::string_view(all_).substr(from, ends_[number] - from);
    }

private:
    std::string all_;
    std::vector<std::size_t> ends_;
};

// "B12" as row and column, from 1 and from 0.
bool read_place(std::string_view text, std::int64_t& row, std::size_t& column);

// `name`: of the sheet, where something is wrong. `looks`: by style. They and the texts outlive the
// rows.
std::unique_ptr<ExcelRows> sheet_rows(
    std::unique_ptr<Elements> elements,
    std::string name,
    const Texts& texts,
    const std::vector<NumberLook>& looks,
    bool from_1904,
    std::size_t most_of_row
);

}  // namespace formats::excel
