// Which lines of a text are rows of its table.
//
// Real tables have lines above their header, remarks below, and quotes that were never meant to
// open. All of it is judged here, before a row becomes a record: a quote that runs over several
// lines is given up if its first line alone fills the table's width, and a line of words below the
// table is a remark only if nothing but such lines follows.
#include "ingest/sources/files/csv_rows.hpp"

#include <algorithm>

namespace ingest {

namespace {

constexpr std::size_t sample_size = 64 * 1024;
constexpr std::size_t largest_sample = 8 * 1024 * 1024;
constexpr std::ptrdiff_t enough_lines = 8;
constexpr std::size_t most_remarks = 64 * 1024;  // bytes

std::ptrdiff_t lines_in(std::string_view text) {
    return std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r');
}

formats::Sniffed look(base::TextWindow& text, const ReadOptions& options) {
    // A table of 20,000 columns has a header of 200 kB.
    auto size = sample_size;
    bool more = text.fill(size);
    while (more && size < largest_sample && lines_in(text.window().substr(0, size)) < enough_lines)
        more = text.fill(size *= 2);
    return formats::sniff(
        text.window().substr(0, size),
        !more && !text.is_damaged(),
        {options.delimiter,
         options.quote,
         options.header,
         options.escape,
         options.trim,
         options.skip,
         options.header_rows}
    );
}

}  // namespace

CsvRows::CsvRows(base::TextWindow& text, const ReadOptions& options)
    : text_(text), limit_(options.max_record), found_(look(text, options)) {}

CsvRows::Kind CsvRows::next() {
    for (;;) {
        scan_ = formats::scan_record(text_.window(), found_.dialect, at_end_, cells_);
        if (scan_.state != formats::Scan::State::more || text_.window().size() > limit_) break;
        if (!text_.more()) at_end_ = true;
    }
    if (at_end_ && text_.window().empty()) return Kind::end;
    if (scan_.state != formats::Scan::State::record || runs_on()) {
        scan_ = formats::first_line(text_.window());
        formats::scan_line(text_.window().substr(0, scan_.size), found_.dialect, cells_);
        apart_ = false;
        if (passed_ < found_.skip + found_.header_rows) return whole_row();
        return Kind::broken;
    }
    bool end_of_dos_file = scan_.size == 1 && text_.window().front() == '\x1a';
    if (scan_.size == 0 || end_of_dos_file) {
        apart_ = true;
        return Kind::blank;
    }
    return whole_row();
}

CsvRows::Kind CsvRows::whole_row() {
    if (passed_ < found_.skip + found_.header_rows) {
        apart_ = false;
        return passed_++ < found_.skip ? Kind::above : Kind::header;
    }
    if (!below_ && remark_here() && only_remarks_follow()) below_ = true;
    apart_ = false;
    if (below_) return Kind::remark;
    return is_header_again() ? Kind::header_again : Kind::row;
}

bool CsvRows::is_header_again() {
    return std::any_of(found_.header.begin(), found_.header.end(), [&](const auto& names) {
        if (names.size() < 2 || names.size() != cells_.size()) return false;
        for (std::size_t i = 0; i < names.size(); ++i) {
            cell_.clear();
            formats::append_value(text_.window(), cells_[i], found_.dialect, cell_);
            if (cell_ != names[i]) return false;
        }
        return true;
    });
}

// A record over several lines has another number of cells, and its first line alone has the right
// one: its quote was never meant to open.
bool CsvRows::runs_on() {
    if (cells_.size() == found_.width || scan_.size == 0) return false;
    auto line = formats::first_line(text_.window());
    if (line.size >= scan_.size) return false;
    std::vector<formats::Cell> alone;
    formats::scan_line(text_.window().substr(0, line.size), found_.dialect, alone);
    return alone.size() == found_.width && found_.width > 1;
}

bool CsvRows::remark_here() {
    if (found_.width < 2 || cells_.empty() || text_.offset() < row_ahead_) return false;
    if (cells_.size() != 1 && cells_.size() != found_.width) return false;
    for (std::size_t i = 1; i < cells_.size(); ++i)
        if (cells_[i].end > cells_[i].begin) return false;
    std::vector<std::string> row(cells_.size());
    formats::append_value(text_.window(), cells_.front(), found_.dialect, row.front());
    return formats::is_remark(row, found_.width, apart_);
}

bool CsvRows::only_remarks_follow() {
    if (!at_end_ && !text_.fill(scan_.next + most_remarks)) at_end_ = !text_.is_damaged();
    if (!at_end_) return false;
    auto at = scan_.next;
    std::vector<formats::Cell> cells;
    std::vector<std::string> row;
    while (at < text_.window().size()) {
        auto rest = text_.window().substr(at);
        auto scan = formats::scan_record(rest, found_.dialect, true, cells);
        if (scan.state == formats::Scan::State::record && scan.size > 0) {
            row.assign(cells.size(), {});
            for (std::size_t i = 0; i < cells.size(); ++i)
                formats::append_value(rest, cells[i], found_.dialect, row[i]);
        }
        if (scan.state != formats::Scan::State::record ||
            (scan.size > 0 && !formats::is_remark(row, found_.width, true))) {
            row_ahead_ =
                text_.offset() +
                static_cast<std::int64_t>(text_.original(text_.window().substr(0, at)).size());
            return false;
        }
        at += scan.next;
    }
    return true;
}

}  // namespace ingest
