#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ingest {

// How a CSV text is written. RFC 4180 with other delimiters and quotes; a quote inside quotes is
// doubled.
struct Dialect {
    char delimiter = ',';
    char quote = '"';  // '\0': none
    bool header = true;

    bool operator==(const Dialect&) const = default;
};

// One cell: where its text lies in the scanned window.
struct Cell {
    std::size_t begin = 0;
    std::size_t end = 0;   // of the text inside the quotes if quoted
    std::size_t tail = 0;  // end of what follows the closing quote
    bool quoted = false;
    bool doubled = false;  // has doubled quotes
};

struct Scan {
    enum class State { record, more, unterminated };
    State state = State::more;
    std::size_t size = 0;  // of the record
    std::size_t next = 0;  // with its line end
};

// Finds the cells of the record at the start of `window`. Line ends are \n, \r\n and \r, in any
// mixture. `more`: the window ends before the record does. `unterminated`: a quote is open at the
// end of the input.
Scan scan_record(
    std::string_view window,
    const Dialect& dialect,
    bool at_end,
    std::vector<Cell>& cells
);

// The cell's value. Text after a closing quote is kept behind the value, as most readers do.
void append_value(std::string_view window, const Cell& cell, char quote, std::string& out);

// What the caller knows already.
struct DialectHints {
    std::optional<char> delimiter;
    std::optional<char> quote;
    std::optional<bool> header;
};

struct Sniffed {
    Dialect dialect;
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

// `row` as RFC 4180 text with its line end.
void append_row(const std::vector<std::string>& row, std::string& out);

}  // namespace ingest
