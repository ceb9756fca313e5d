#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/csv.hpp"

namespace labeling::detail {

// The rows of a comma-separated text (RFC 4180) by the names of their columns, as formats/csv cuts
// them; a leading UTF-8 byte order mark is dropped, empty lines are skipped.
//
// `name` is what errors call the text. Unlike a source of records, a table of answers is written
// for this program and must be whole: a quote that is never closed, text after a closing quote, or
// a row whose number of fields differs from the header's throws base::Error with the line.
class CsvReader {
public:
    CsvReader(std::string name, std::string text);

    // Reads the first row and returns the index of each wanted column, in the order asked for.
    // A column that is missing or doubled throws base::Error.
    std::vector<std::size_t> header(const std::vector<std::string>& wanted);
    // Whether the header had this column, and where; npos if not. To be called after header().
    std::size_t column(std::string_view name) const;

    // Reads the next row into `row`. Returns false at the end.
    bool next(std::vector<std::string>& row);

    // The line, from 1, on which the row last read began.
    std::size_t line() const { return row_line_; }
    // Throws base::Error that names the text and the current row's line.
    [[noreturn]] void fail(std::string_view reason, std::string_view mend = {}) const;

    static constexpr std::size_t npos = static_cast<std::size_t>(-1);

private:
    bool read_row(std::vector<std::string>& row);
    void read_cell(std::string_view rest, const formats::Cell& cell, std::string& field) const;

    std::string name_;
    std::string text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t row_line_ = 0;
    std::vector<std::string> header_;
    std::vector<formats::Cell> cells_;
};

// The whole content of a file. A file that cannot be read throws base::Error.
std::string read_file(const std::string& path);

}  // namespace labeling::detail
