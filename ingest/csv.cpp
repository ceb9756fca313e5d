#include "ingest/csv.hpp"

#include <cstring>

namespace ingest {

namespace {

bool line_end(char c) {
    return c == '\n' || c == '\r';
}

}  // namespace

Scan scan_record(
    std::string_view window,
    const Dialect& dialect,
    bool at_end,
    std::vector<Cell>& cells
) {
    cells.clear();
    const char* text = window.data();
    const std::size_t size = window.size();
    const char delimiter = dialect.delimiter;
    const char quote = dialect.quote;
    std::size_t i = 0;
    for (;;) {
        Cell cell{.begin = i, .end = i, .tail = i};
        if (quote != '\0' && i < size && text[i] == quote) {
            cell.quoted = true;
            cell.begin = ++i;
            for (;;) {
                auto* found = static_cast<const char*>(std::memchr(text + i, quote, size - i));
                if (!found)
                    return {at_end ? Scan::State::unterminated : Scan::State::more, size, size};
                i = static_cast<std::size_t>(found - text);
                if (i + 1 >= size && !at_end) return {};
                if (i + 1 >= size || text[i + 1] != quote) break;
                cell.doubled = true;
                i += 2;
            }
            cell.end = i++;
        }
        while (i < size && text[i] != delimiter && !line_end(text[i])) ++i;
        cell.tail = i;
        if (!cell.quoted) cell.end = i;
        if (i >= size && !at_end) return {};
        cells.push_back(cell);
        if (i >= size) return {Scan::State::record, i, i};
        if (text[i] == delimiter && !(line_end(delimiter))) {
            ++i;
            continue;
        }
        if (text[i] == '\r' && i + 1 >= size && !at_end) return {};
        auto next = i + (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n' ? 2 : 1);
        return {Scan::State::record, i, next};
    }
}

void append_value(std::string_view window, const Cell& cell, char quote, std::string& out) {
    auto inside = window.substr(cell.begin, cell.end - cell.begin);
    if (cell.doubled) {
        for (std::size_t i = 0; i < inside.size(); ++i) {
            out.push_back(inside[i]);
            if (inside[i] == quote) ++i;
        }
    } else {
        out.append(inside);
    }
    if (cell.quoted && cell.tail > cell.end + 1) {
        auto tail = window.substr(cell.end + 1, cell.tail - cell.end - 1);
        if (tail.find_first_not_of(" \t") != tail.npos) out.append(tail);
    }
}

void append_row(const std::vector<std::string>& row, std::string& out) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) out.push_back(',');
        const auto& cell = row[i];
        bool quoted =
            cell.find_first_of(",\"\r\n") != cell.npos || (row.size() == 1 && cell.empty());
        if (!quoted) {
            out.append(cell);
            continue;
        }
        out.push_back('"');
        for (char c : cell) {
            if (c == '"') out.push_back('"');
            out.push_back(c);
        }
        out.push_back('"');
    }
    out.append("\r\n");
}

}  // namespace ingest
