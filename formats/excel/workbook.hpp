#pragma once

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
};

// Cells that are shown as one; the value is that of the first. Rows and columns as above, the last
// ones too.
struct ExcelRange {
    std::int64_t top = 0, bottom = 0;
    std::size_t left = 0, right = 0;

    bool holds(std::int64_t row, std::size_t column) const {
        return row >= top && row <= bottom && column >= left && column <= right;
    }
};

// The rows of one sheet, from above, in the memory of one of them.
class ExcelRows {
public:
    virtual ~ExcelRows() = default;
    // Null at the end. Rows that hold nothing are left out. Throws base::Error for what is damaged.
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
    // The workbook outlives them.
    std::unique_ptr<ExcelRows> rows(const Sheet& sheet) const;
    // Of the cells in rows up to `last`.
    std::vector<ExcelRange> merged(const Sheet& sheet, std::int64_t last) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace formats
