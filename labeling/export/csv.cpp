#include "labeling/export/csv.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>

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
    row.clear();
    while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
        if (text_[at_] == '\n') ++line_;
        ++at_;
    }
    row_line_ = line_;
    if (at_ >= text_.size()) return false;

    for (;;) {
        std::string field;
        if (at_ < text_.size() && text_[at_] == '"') {
            read_quoted(field);
        } else {
            auto end = text_.find_first_of(",\n", at_);
            if (end == text_.npos) end = text_.size();
            field.assign(text_, at_, end - at_);
            at_ = end;
            if ((at_ == text_.size() || text_[at_] == '\n') && field.ends_with('\r'))
                field.pop_back();
        }
        row.push_back(std::move(field));

        if (at_ >= text_.size()) return true;
        if (text_[at_++] == '\n') {
            ++line_;
            return true;
        }
    }
}

void CsvReader::read_quoted(std::string& field) {
    for (++at_;; ++at_) {
        if (at_ >= text_.size()) fail("a quote is opened and never closed");
        if (text_[at_] == '\n') ++line_;
        if (text_[at_] != '"') {
            field += text_[at_];
        } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
            field += text_[at_++];
        } else {
            break;
        }
    }
    ++at_;
    if (at_ + 1 < text_.size() && text_[at_] == '\r' && text_[at_ + 1] == '\n') ++at_;
    if (at_ + 1 == text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n')
        fail("text after a closing quote", "double the quotes inside a quoted field");
}

void write_csv_field(std::ostream& out, std::string_view field) {
    bool quote = field.find_first_of(",\"\r\n") != field.npos ||
                 (!field.empty() && (field.front() == ' ' || field.back() == ' '));
    if (!quote) {
        out << field;
        return;
    }
    out << '"';
    for (char c : field) {
        if (c == '"') out << '"';
        out << c;
    }
    out << '"';
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw base::Error(path, "cannot be opened", "give a file that exists and may be read");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) throw base::Error(path, "cannot be read", "give a file, not a directory");
    return text;
}

}  // namespace labeling::detail
