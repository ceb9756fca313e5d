#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "formats/excel/number_format.hpp"

// Workbooks of Excel since 2007, .xlsx and .xlsm (ECMA-376, Office Open XML).
namespace formats {

struct ExcelCell {
    // moment: a day, a time or both as ISO 8601 has them; error: its word, "#DIV/0!".
    enum class Kind { text, number, boolean, moment, error };
    std::size_t column = 0;  // from 0
    Kind kind = Kind::text;
    std::string text;  // numbers and truths as JSON spells them
};

struct ExcelRow {
    std::int64_t number = 0;       // from 1
    std::vector<ExcelCell> cells;  // that hold something, from left to right
    std::size_t bytes = 0;         // of the texts of its cells
    bool too_long = false;         // more than the limit: its cells are not kept
};

// Cells that are shown as one; the value is that of the first. Rows and columns as above, the last
// ones too.
struct ExcelRange {
    std::int64_t top = 0, bottom = 0;
    std::size_t left = 0, right = 0;

    auto operator<=>(const ExcelRange&) const = default;

    bool holds(std::int64_t row, std::size_t column) const {
        return row >= top && row <= bottom && column >= left && column <= right;
    }
};

// The rows of one sheet, from above, in the memory of one of them.
class ExcelRows {
public:
    virtual ~ExcelRows() = default;
    // Null at the end. Rows that hold nothing are left out. Throws base::Error for what is damaged,
    // behind the whole rows before it.
    virtual const ExcelRow* next() = 0;
};

// The file is not trusted: nothing outside of it is read, its parts are unpacked to 8 GiB for a
// sheet and 512 MiB for the texts that sheets share, which are kept in memory.
class Workbook {
public:
    struct Sheet {
        std::string name;
        std::string part;  // of the file
        bool hidden = false;
    };

    // `shown`: what the file is called where something is wrong. Throws base::Error if it is no
    // workbook, or damaged.
    Workbook(const std::filesystem::path& path, const std::string& shown);
    ~Workbook();
    Workbook(const Workbook&) = delete;

    const std::vector<Sheet>& sheets() const;
    // Of up to `most_of_row` bytes. The workbook outlives them.
    std::unique_ptr<ExcelRows> rows(const Sheet& sheet, std::size_t most_of_row) const;
    // Of the cells in rows up to `last`, each once, from above and the left. Of a damaged sheet
    // those before the damage, which its rows meet, too.
    std::vector<ExcelRange> merged(const Sheet& sheet, std::int64_t last) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace formats
