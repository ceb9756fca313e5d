// One record of a CSV text: where its cells begin and end.
//
// RFC 4180 describes tables that few programs write. So cells are found by their bytes and judged
// later: a quote in the midst of a cell is a character, one that never closes gives up its line
// only, and the values are made of a cell when they are asked for.
#include "formats/csv/csv.hpp"

#include <cstring>

namespace formats {

namespace {

bool line_end(char c) {
    return c == '\n' || c == '\r';
}

bool blank(char c) {
    return c == ' ' || c == '\t';
}

// One record's scan; positions are in the window.
class Scanner {
public:
    Scanner(std::string_view window, const Dialect& dialect, bool at_end, bool lenient)
        : text_(window.data()),
          size_(window.size()),
          dialect_(dialect),
          delimiter_(dialect.delimiter.empty() ? '\0' : dialect.delimiter.front()),
          long_(dialect.delimiter.size() > 1),
          at_end_(at_end),
          lenient_(lenient) {}

    Scan scan(std::vector<Cell>& cells) {
        cells.clear();
        std::size_t i = 0;
        for (;;) {
            Cell cell{.begin = i, .end = i, .tail = i};
            auto open = i;
            if (dialect_.trim)
                while (open < size_ && blank(text_[open]) && !delimiter_at(open)) ++open;
            if (dialect_.quote != '\0' && open < size_ && text_[open] == dialect_.quote) {
                auto found = quoted(cell, open);
                if (found == Quote::more) return {};
                if (found == Quote::never && !lenient_)
                    return {Scan::State::unterminated, size_, size_};
                if (found == Quote::never) cell = {.begin = i, .end = i, .tail = i};
                i = found == Quote::never ? open : cell.end + 1;
            }
            i = unquoted(cell, i);
            if (i >= size_ && !at_end_) return {};
            if (long_ && !at_end_ && size_ - i < dialect_.delimiter.size() && !line_end(text_[i]))
                return {};
            cell.tail = i;
            if (!cell.quoted) cell.end = i;
            if (dialect_.trim && !cell.quoted) trim_blanks(cell);
            cells.push_back(cell);
            if (i >= size_) return {Scan::State::record, i, i};
            if (delimiter_at(i)) {
                i += dialect_.delimiter.size();
                continue;
            }
            if (text_[i] == '\r' && i + 1 >= size_ && !at_end_) return {};
            auto next = i + (text_[i] == '\r' && i + 1 < size_ && text_[i + 1] == '\n' ? 2 : 1);
            return {Scan::State::record, i, next};
        }
    }

private:
    enum class Quote { closed, more, never, literal };

    bool delimiter_at(std::size_t i) const {
        if (text_[i] != delimiter_ || dialect_.delimiter.empty()) return false;
        const auto& whole = dialect_.delimiter;
        return !long_ || (size_ - i >= whole.size() &&
                          std::memcmp(text_ + i, whole.data(), whole.size()) == 0);
    }

    // To the delimiter or line end. A cut delimiter at the window's end counts as one.
    std::size_t unquoted(Cell& cell, std::size_t i) const {
        for (; i < size_; ++i) {
            char c = text_[i];
            if (line_end(c)) return i;
            if (c == delimiter_) {
                if (delimiter_at(i)) return i;
                if (!at_end_ && size_ - i < dialect_.delimiter.size()) return i;
            }
            if (dialect_.escape != '\0' && c == dialect_.escape && i + 1 < size_) {
                cell.marked = true;
                ++i;
            }
        }
        return i;
    }

    void trim_blanks(Cell& cell) const {
        while (cell.end > cell.begin && blank(text_[cell.end - 1])) --cell.end;
        while (cell.begin < cell.end && blank(text_[cell.begin])) ++cell.begin;
    }

    // Fills the cell whose quote opens at `open`.
    Quote quoted(Cell& cell, std::size_t open) const {
        cell.quoted = true;
        cell.begin = open + 1;
        auto i = cell.begin;
        for (;;) {
            i = next_quote(cell, i);
            if (i >= size_) return at_end_ ? Quote::never : Quote::more;
            if (i + 1 >= size_ && !at_end_) return Quote::more;
            if (i + 1 < size_ && text_[i + 1] == dialect_.quote) {
                cell.marked = true;
                i += 2;
                continue;
            }
            auto found = closes(cell.begin, i);
            if (found == Quote::literal) {
                ++i;
                continue;
            }
            cell.end = i;
            return found;
        }
    }

    std::size_t next_quote(Cell& cell, std::size_t i) const {
        if (dialect_.escape == '\0') {
            if (i >= size_) return size_;
            auto* found =
                static_cast<const char*>(std::memchr(text_ + i, dialect_.quote, size_ - i));
            return found ? static_cast<std::size_t>(found - text_) : size_;
        }
        for (; i < size_ && text_[i] != dialect_.quote; ++i) {
            if (text_[i] != dialect_.escape) continue;
            cell.marked = true;
            if (++i >= size_) return size_;
        }
        return i;
    }

    // Whether only blanks stand before the delimiter or line end behind a quote; nothing if the
    // window ends first.
    std::optional<bool> ends_cell(std::size_t behind) const {
        for (auto i = behind;; ++i) {
            if (i >= size_) return at_end_ ? std::optional(true) : std::nullopt;
            if (line_end(text_[i]) || delimiter_at(i)) return true;
            if (long_ && !at_end_ && text_[i] == delimiter_ &&
                size_ - i < dialect_.delimiter.size())
                return std::nullopt;
            if (!blank(text_[i])) return false;
        }
    }

    bool opens_there(std::size_t quote) const {
        auto i = quote;
        if (dialect_.trim)
            while (i > 0 && blank(text_[i - 1])) --i;
        if (i == 0 || line_end(text_[i - 1])) return true;
        auto width = dialect_.delimiter.size();
        return width > 0 && i >= width && delimiter_at(i - width);
    }

    // What the single quote at `i` of the cell that begins at `begin` does.
    Quote closes(std::size_t begin, std::size_t i) const {
        auto ends = ends_cell(i + 1);
        if (!ends) return Quote::more;
        if (*ends) return Quote::closed;
        bool lines = std::memchr(text_ + begin, '\n', i - begin) != nullptr ||
                     std::memchr(text_ + begin, '\r', i - begin) != nullptr;
        if (lines && opens_there(i)) return Quote::never;
        for (auto k = i + 1;; ++k) {
            if (k >= size_) return at_end_ ? Quote::closed : Quote::more;
            if (line_end(text_[k])) return Quote::closed;
            if (text_[k] != dialect_.quote) continue;
            if (k + 1 < size_ && text_[k + 1] == dialect_.quote) {
                ++k;
                continue;
            }
            if (opens_there(k)) return Quote::closed;
            auto proper = ends_cell(k + 1);
            if (!proper) return Quote::more;
            if (*proper) return Quote::literal;
        }
    }

    const char* text_;
    std::size_t size_;
    const Dialect& dialect_;
    char delimiter_;
    bool long_;
    bool at_end_;
    bool lenient_;
};

void append_plain(std::string_view text, const Dialect& dialect, bool quoted, std::string& out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (dialect.escape != '\0' && text[i] == dialect.escape && i + 1 < text.size()) {
            char next = text[i + 1];
            bool special =
                next == dialect.quote || next == dialect.escape || line_end(next) ||
                (!dialect.delimiter.empty() && text.substr(i + 1).starts_with(dialect.delimiter));
            if (special) ++i;
            out.push_back(text[i]);
            continue;
        }
        out.push_back(text[i]);
        if (quoted && text[i] == dialect.quote && i + 1 < text.size() &&
            text[i + 1] == dialect.quote)
            ++i;
    }
}

}  // namespace

Scan scan_record(
    std::string_view window,
    const Dialect& dialect,
    bool at_end,
    std::vector<Cell>& cells
) {
    return Scanner(window, dialect, at_end, false).scan(cells);
}

void scan_line(std::string_view line, const Dialect& dialect, std::vector<Cell>& cells) {
    Scanner(line, dialect, true, true).scan(cells);
}

Scan first_line(std::string_view window) {
    auto end = std::min(window.find_first_of("\r\n"), window.size());
    bool two = end + 1 < window.size() && window[end] == '\r' && window[end + 1] == '\n';
    return {Scan::State::record, end, std::min(end + (two ? 2 : 1), window.size())};
}

void append_value(
    std::string_view window,
    const Cell& cell,
    const Dialect& dialect,
    std::string& out
) {
    auto inside = window.substr(cell.begin, cell.end - cell.begin);
    if (cell.marked) {
        append_plain(inside, dialect, cell.quoted, out);
    } else {
        out.append(inside);
    }
    if (cell.quoted && cell.tail > cell.end + 1) {
        auto tail = window.substr(cell.end + 1, cell.tail - cell.end - 1);
        if (tail.find_first_not_of(" \t") != tail.npos) out.append(tail);
    }
}

void append_cell(std::string_view cell, std::string& out) {
    if (cell.find_first_of(",\"\r\n") == cell.npos) {
        out.append(cell);
        return;
    }
    out.push_back('"');
    for (char c : cell) {
        if (c == '"') out.push_back('"');
        out.push_back(c);
    }
    out.push_back('"');
}

void append_row(const std::vector<std::string>& row, std::string& out) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) out.push_back(',');
        append_cell(row[i], out);
    }
    // An empty line would be no row.
    if (row.size() == 1 && row.front().empty()) out.append("\"\"");
    out.append("\r\n");
}

}  // namespace formats
