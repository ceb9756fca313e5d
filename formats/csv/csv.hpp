#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace formats {

// How a CSV text is written. RFC 4180 with other delimiters, quotes and escapes; a quote inside
// quotes is doubled.
struct Dialect {
    std::string delimiter = ",";  // UTF-8; mostly one character; empty: none
    char quote = '"';             // '\0': none
    bool header = true;
    char escape =
        '\0';  // takes the meaning from the quote, delimiter or line end behind it; '\0': none
    bool trim = false;  // blanks around cells do not belong to them

    bool operator==(const Dialect&) const = default;
};

// One cell: where its text lies in the scanned window.
struct Cell {
    std::size_t begin = 0;
    std::size_t end = 0;   // of the text inside the quotes if quoted
    std::size_t tail = 0;  // end of what follows the closing quote
    bool quoted = false;
    bool marked = false;  // has doubled quotes or escapes
};

struct Scan {
    enum class State { record, more, unterminated };
    State state = State::more;
    std::size_t size = 0;  // of the record
    std::size_t next = 0;  // with its line end
};

// Finds the cells of the record at the start of `window`. Line ends are \n, \r\n and \r, in any
// mixture. `more`: the window ends before the record does. `unterminated`: a quote is open at the
// end of the input, or until a place where only another one can open.
//
// A quote inside of quotes that is not doubled stands for itself if a proper closing quote follows
// on its line ("he said "hi" to us"); else it closes, and what follows it is the cell's tail.
Scan scan_record(
    std::string_view window,
    const Dialect& dialect,
    bool at_end,
    std::vector<Cell>& cells
);

// The cells of one whole line; a quote that does not close stands for itself.
void scan_line(std::string_view line, const Dialect& dialect, std::vector<Cell>& cells);

// The first line of the window, and with its line end.
Scan first_line(std::string_view window);

// The cell's value. Text after a closing quote is kept behind the value, as most readers do.
void append_value(
    std::string_view window,
    const Cell& cell,
    const Dialect& dialect,
    std::string& out
);

// What the caller knows already.
struct DialectHints {
    std::optional<std::string> delimiter = {};
    std::optional<char> quote = {};
    std::optional<bool> header = {};
    std::optional<char> escape = {};
    std::optional<bool> trim = {};
    std::optional<std::size_t> skip = {};         // rows above the table
    std::optional<std::size_t> header_rows = {};  // with a header
};

struct Sniffed {
    Dialect dialect;
    std::size_t skip = 0;         // rows above the table: a preamble
    std::size_t header_rows = 1;  // of the header, if there is one
    std::size_t width = 0;        // cells of a row
    std::size_t least = 0;        // of a row that lacks cells at its end as most rows do
    std::vector<std::vector<std::string>> header;  // its rows
    std::vector<std::string>
        names;  // of the columns; made up ("column_1") without a header; unique
    std::vector<std::string> types;  // integer, number, boolean, date, time, datetime, text, empty
    std::vector<std::string> why;    // one sentence per decision
};

// Finds out the dialect from the start of a text. `whole`: the sample is the whole text.
// The score is the product of how even the rows are and how many cells have a known form, after
// van den Burg, Nazabal, Sutton: "Wrangling messy CSV files by detecting row and type patterns"
// (2019).
Sniffed sniff(std::string_view sample, bool whole, const DialectHints& hints);

// Whether a row reads like a remark above or below a table of `width` columns, not like a row of
// it: one cell with words in it. `apart`: an empty line is between it and the table.
bool is_remark(const std::vector<std::string>& row, std::size_t width, bool apart);

// One cell as RFC 4180 text: in quotes if it holds a comma, a quote or a line end.
void append_cell(std::string_view cell, std::string& out);

// `row` as RFC 4180 text with its line end.
void append_row(const std::vector<std::string>& row, std::string& out);

}  // namespace formats
