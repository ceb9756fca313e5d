// Tables of names, read by what formats/ knows of files.
//
// The delimiter is that under which the header holds the columns asked for: whoever asks knows
// their names, which tells more than any guess by looks. Rows are cut from a window over the file,
// so that a table of millions of rows is never whole in memory.
#include "formats/table/table.hpp"

#include <algorithm>
#include <fstream>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/text/unicode.hpp"
#include "base/text/window.hpp"
#include "formats/archive/bytes.hpp"
#include "formats/csv/csv.hpp"
#include "formats/json/json.hpp"

namespace formats {

namespace {

constexpr std::string_view delimiters[] = {",", ";", "\t", "|"};
constexpr auto npos = std::string::npos;

// Of line ends \n, \r\n and \r.
std::size_t lines_in(std::string_view text) {
    std::size_t lines = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')))
            ++lines;
    return lines;
}

// Whether what follows the closing quote is text.
bool has_tail(std::string_view window, const Cell& cell) {
    if (!cell.quoted) return false;
    if (cell.tail > cell.end + 1) return true;
    for (auto i = cell.begin; i < cell.end; ++i) {
        if (window[i] != '"') continue;
        if (i + 1 >= cell.end || window[i + 1] != '"') return true;
        ++i;
    }
    return false;
}

}  // namespace

struct Table::Impl {
    std::string name;
    std::vector<std::string> columns;
    std::size_t wanted;
    bool all = false;  // the columns are those of the header
    std::unique_ptr<Bytes> bytes;
    base::TextWindow text;

    bool json = false;
    bool in_array = false;
    bool at_end = false;
    Dialect dialect;
    std::vector<std::size_t> places;  // of CSV: where each column stands; npos: nowhere
    std::size_t width = 0;            // cells of the header
    std::size_t line = 1, row_line = 0;
    std::vector<Cell> cells;
    std::vector<std::string> values;  // by column
    std::vector<bool> given;
    std::string member;  // the JSON object
    mutable std::vector<std::optional<std::string>> tidied;

    Impl(
        std::string called,
        std::unique_ptr<Bytes> from,
        std::vector<std::string> named,
        std::size_t must,
        bool as_header = false
    )
        : name(std::move(called)),
          columns(std::move(named)),
          wanted(must),
          all(as_header),
          bytes(std::move(from)),
          text((bytes->next_member(), *bytes), std::nullopt),
          values(columns.size()),
          given(columns.size()),
          tidied(columns.size()) {
        pass_blanks("\r\n \t");
        json = !text.window().empty() && std::string_view("[{").find(text.window().front()) != npos;
        if (json) {
            in_array = text.window().front() == '[';
            if (in_array) text.consume(1);
        } else {
            read_header();
        }
    }

    [[noreturn]] void fail(std::string_view reason, std::string_view mend = {}) const {
        throw base::Error(fmt::format("{}: line {}", name, row_line), reason, mend);
    }

    std::string wanted_columns() const {
        return fmt::format(
            "{}",
            fmt::join(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(wanted), ",")
        );
    }

    // False if there is no more text.
    bool more() {
        if (at_end) return false;
        at_end = !text.more();
        if (at_end && bytes->archive() && bytes->next_member())
            throw base::Error(name, "holds more than one file", "unpack it and give one of them");
        return !at_end;
    }

    // Moves behind what is one of `blanks`; at the end of the window more of it is looked at.
    void pass_blanks(const char* blanks) {
        do {
            auto at = std::min(text.window().find_first_not_of(blanks), text.window().size());
            // The line feed behind a carriage return may be yet to come.
            if (at > 0 && at == text.window().size() && text.window()[at - 1] == '\r' && more())
                continue;
            line += lines_in(text.window().substr(0, at));
            text.consume(at);
        } while (text.window().empty() && more());
    }

    // Of the window, without moving behind it.
    Scan scan() {
        for (;;) {
            auto scanned = scan_record(text.window(), dialect, at_end, cells);
            if (scanned.state != Scan::State::more) return scanned;
            more();
        }
    }

    std::string cell_of(std::size_t i) const {
        std::string value;
        append_value(text.window(), cells[i], dialect, value);
        return value;
    }

    void take(const Scan& scanned) {
        if (scanned.state != Scan::State::record) fail("a quote is opened and never closed");
        auto piece = text.window().substr(0, scanned.next);
        if (auto fault = text.encoding_fault(piece); !fault.empty())
            fail(fault, "save the file as UTF-8");
        for (const auto& cell : cells)
            if (has_tail(text.window(), cell))
                fail("text after a closing quote", "double the quotes inside a quoted field");
        line += lines_in(piece);
        text.consume(scanned.next);
    }

    // The places of the columns if the window's record is the header; `missing` names the first
    // that is not there.
    std::vector<std::size_t> find_columns(std::string& missing) const {
        std::vector<std::string> header;
        for (std::size_t i = 0; i < cells.size(); ++i)
            header.push_back(base::tidy_name(cell_of(i)));
        std::vector<std::size_t> found;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            auto at = std::find(header.begin(), header.end(), columns[c]);
            if (at != header.end() && std::count(header.begin(), header.end(), columns[c]) > 1)
                fail(fmt::format("column '{}' appears twice in the header", columns[c]));
            if (at == header.end())
                at = std::find_if(header.begin(), header.end(), [&](const std::string& head) {
                    return base::equal_ignoring_case(head, columns[c]);
                });
            if (at == header.end() && c < wanted && missing.empty()) missing = columns[c];
            found.push_back(
                at == header.end() ? npos : static_cast<std::size_t>(at - header.begin())
            );
        }
        return found;
    }

    void read_header() {
        row_line = line;
        if (text.window().empty())
            throw base::Error(
                name,
                "empty file",
                wanted > 0 ? "its first line must be " + wanted_columns()
                           : "its first line must name the columns"
            );
        if (all) return read_whole_header();
        std::string first_missing;
        for (auto delimiter : delimiters) {
            dialect.delimiter = delimiter;
            auto scanned = scan();
            if (scanned.state != Scan::State::record) continue;
            std::string missing;
            places = find_columns(missing);
            if (missing.empty()) {
                width = cells.size();
                take(scanned);
                return;
            }
            if (first_missing.empty()) first_missing = missing;
        }
        if (first_missing.empty()) fail("a quote is opened and never closed");
        fail(
            fmt::format("no column '{}' in the header", first_missing),
            "the first line must be " + wanted_columns()
        );
    }

    // Of the delimiters that under which the header has most cells.
    void read_whole_header() {
        std::string best;
        for (auto delimiter : delimiters) {
            dialect.delimiter = delimiter;
            if (scan().state != Scan::State::record || cells.size() <= width) continue;
            width = cells.size();
            best = delimiter;
        }
        if (best.empty()) fail("a quote is opened and never closed");
        dialect.delimiter = best;
        const auto scanned = scan();
        for (std::size_t i = 0; i < width; ++i) {
            columns.push_back(base::tidy_name(cell_of(i)));
            places.push_back(i);
        }
        values.resize(width);
        given.resize(width);
        tidied.resize(width);
        take(scanned);
    }

    bool next_csv() {
        pass_blanks("\r\n");
        if (text.window().empty()) return false;
        row_line = line;
        auto scanned = scan();
        for (std::size_t c = 0; c < columns.size(); ++c) {
            given[c] = places[c] < cells.size();
            if (given[c])
                values[c] = cell_of(places[c]);
            else
                values[c].clear();
        }
        take(scanned);
        if (cells.size() != width)
            fail(
                fmt::format(
                    "{} field{} where the header has {}",
                    cells.size(),
                    cells.size() == 1 ? "" : "s",
                    width
                ),
                "quote fields that hold a delimiter"
            );
        return true;
    }

    bool next_json() {
        pass_blanks("\r\n \t,");
        if (text.window().empty()) {
            if (in_array) fail("the array is not closed");
            return false;
        }
        if (in_array && text.window().front() == ']') {
            text.consume(1);
            in_array = false;
            pass_blanks("\r\n \t");
            if (!text.window().empty()) fail("text after the array");
            return false;
        }
        row_line = line;
        auto end = end_of_value(text.window(), at_end);
        while (!end && more()) end = end_of_value(text.window(), at_end);
        if (!end) fail("is not JSON");
        member = text.window().substr(0, *end);
        if (auto fault = check_json(member)) fail("is not JSON: " + fault->reason);
        if (member.front() != '{') fail("is not a JSON object");
        read_members();
        line += lines_in(member);
        text.consume(*end);
        return true;
    }

    void read_members() {
        Arena arena;
        std::vector<Field> fields;
        add_members(member, arena, fields);
        for (std::size_t c = 0; c < columns.size(); ++c) {
            values[c].clear();
            given[c] = false;
            for (const auto& field : fields) {
                if (field.name != columns[c]) continue;
                if (field.kind == Field::Kind::json)
                    fail(fmt::format("'{}' is neither a text nor a number", columns[c]));
                given[c] = true;
                if (field.kind != Field::Kind::null) values[c] = field.value;
            }
        }
    }
};

Table::Table(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Table::~Table() = default;
Table::Table(Table&&) noexcept = default;

namespace {

void check_opens(const std::string& path) {
    if (path != "-" && !std::ifstream(path))
        throw base::Error(path, "cannot be opened", "give a file that exists and may be read");
}

}  // namespace

Table::Table(
    const std::string& path,
    const std::vector<std::string>& wanted,
    const std::vector<std::string>& optional
) {
    check_opens(path);
    auto columns = wanted;
    columns.insert(columns.end(), optional.begin(), optional.end());
    impl_ = std::make_unique<Impl>(
        path, std::make_unique<Bytes>(path), std::move(columns), wanted.size()
    );
}

Table Table::of(
    const std::string& name,
    std::string text,
    const std::vector<std::string>& wanted,
    const std::vector<std::string>& optional
) {
    auto columns = wanted;
    columns.insert(columns.end(), optional.begin(), optional.end());
    auto bytes = Bytes::of(std::move(text));
    return Table(std::make_unique<Impl>(name, std::move(bytes), std::move(columns), wanted.size()));
}

Table Table::of_all(const std::string& path) {
    check_opens(path);
    auto bytes = std::make_unique<Bytes>(path);
    return Table(std::make_unique<Impl>(path, std::move(bytes), std::vector<std::string>{}, 0, true)
    );
}

Table Table::of_all(const std::string& name, std::string text) {
    auto bytes = Bytes::of(std::move(text));
    return Table(std::make_unique<Impl>(name, std::move(bytes), std::vector<std::string>{}, 0, true)
    );
}

const std::vector<std::string>& Table::columns() const {
    return impl_->columns;
}

bool Table::next() {
    std::fill(impl_->tidied.begin(), impl_->tidied.end(), std::nullopt);
    return impl_->json ? impl_->next_json() : impl_->next_csv();
}

bool Table::has(std::size_t column) const {
    return impl_->given[column];
}

const std::string& Table::raw(std::size_t column) const {
    return impl_->values[column];
}

std::size_t Table::line() const {
    return impl_->row_line;
}

const std::string& Table::cell(std::size_t column) const {
    auto& kept = impl_->tidied[column];
    if (!kept) kept = base::tidy_name(raw(column));
    return *kept;
}

bool Table::is_missing(std::size_t column) const {
    const auto& value = cell(column);
    if (value.empty() || value == "NA" || value == "N/A") return true;
    return base::equal_ignoring_case(value, "nan") || base::equal_ignoring_case(value, "null");
}

std::string_view Table::object() const {
    return impl_->member;
}

void Table::fail(std::string_view reason, std::string_view mend) const {
    impl_->fail(reason, mend);
}

}  // namespace formats
