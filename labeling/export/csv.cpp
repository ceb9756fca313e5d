#include "labeling/export/csv.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/error.hpp"

namespace labeling::detail {

CsvReader::CsvReader(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

void CsvReader::fail(std::string_view reason, std::string_view mend) const {
    throw base::Error(name_ + ": line " + std::to_string(row_line_), reason, mend);
}

std::vector<std::size_t> CsvReader::header(const std::vector<std::string>& wanted) {
    std::string all;
    for (const auto& name : wanted) all += (all.empty() ? "" : ",") + name;
    if (!read_row(header_)) throw base::Error(name_, "empty file", "its first line must be " + all);

    std::vector<std::size_t> columns;
    for (const auto& name : wanted) {
        if (std::count(header_.begin(), header_.end(), name) > 1)
            fail("column '" + name + "' appears twice in the header");
        auto at = column(name);
        if (at == npos)
            fail("no column '" + name + "' in the header", "the first line must be " + all);
        columns.push_back(at);
    }
    return columns;
}

std::size_t CsvReader::column(std::string_view name) const {
    auto found = std::find(header_.begin(), header_.end(), name);
    return found == header_.end() ? npos : static_cast<std::size_t>(found - header_.begin());
}

bool CsvReader::next(std::vector<std::string>& row) {
    if (!read_row(row)) return false;
    if (!header_.empty() && row.size() != header_.size())
        fail(
            std::to_string(row.size()) + (row.size() == 1 ? " field" : " fields") +
                " where the header has " + std::to_string(header_.size()),
            "quote fields that hold a comma"
        );
    return true;
}

bool CsvReader::read_row(std::vector<std::string>& row) {
    static const formats::Dialect commas;
    row.clear();
    while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
        if (text_[at_] == '\n') ++line_;
        ++at_;
    }
    row_line_ = line_;
    if (at_ >= text_.size()) return false;

    std::string_view rest(text_);
    rest.remove_prefix(at_);
    auto scan = formats::scan_record(rest, commas, true, cells_);
    if (scan.state != formats::Scan::State::record) fail("a quote is opened and never closed");
    for (const auto& cell : cells_) read_cell(rest, cell, row.emplace_back());
    auto read = rest.substr(0, scan.next);
    line_ += static_cast<std::size_t>(std::count(read.begin(), read.end(), '\n'));
    at_ += scan.next;
    return true;
}

void CsvReader::read_cell(std::string_view rest, const formats::Cell& cell, std::string& field)
    const {
    static const formats::Dialect commas;
    bool tail = cell.quoted && cell.tail > cell.end + 1;
    for (auto i = cell.begin; cell.quoted && !tail && i < cell.end; ++i) {
        if (rest[i] != '"') continue;
        tail = i + 1 >= cell.end || rest[i + 1] != '"';
        ++i;
    }
    if (tail) fail("text after a closing quote", "double the quotes inside a quoted field");
    formats::append_value(rest, cell, commas, field);
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw base::Error(path, "cannot be opened", "give a file that exists and may be read");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) throw base::Error(path, "cannot be read", "give a file, not a directory");
    return text;
}

}  // namespace labeling::detail
