// The rows of a CSV as records.
//
// Which rows are the table's CsvRows has found out; here a row meets the header. A row with another
// number of cells is a reject, for no rule could say which cell is whose; but empty cells behind
// its end are only a delimiter too many, and cells that most rows lack are missing values. Cells
// are views into one copy of the row wherever they hold no escaped quote, so that the usual row
// costs one copy and no more.
#include <algorithm>

#include <fmt/format.h>

#include "base/text/ascii.hpp"
#include "formats/csv/csv.hpp"
#include "ingest/sources/files/csv_rows.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/text_records.hpp"

namespace ingest {

namespace {

class CsvReader : public TextRecords {
public:
    explicit CsvReader(const MemberInput& input) : TextRecords(input), rows_(text_, input.options) {
        for (const auto& name : rows_.found().names) names_.push_back(names_memory_.keep(name));
        if (input.start.offset > 0) {
            if (!text_.skip_to(input.start.offset)) ended_ = true;
            rows_.resume();
        }
    }

    bool next(Page& page) override {
        while (!ended_) {
            const auto kind = rows_.next();
            const auto& scan = rows_.scan();
            switch (kind) {
                case CsvRows::Kind::end:
                    ended_ = true;
                    break;
                case CsvRows::Kind::row:
                    add(page, scan);
                    return true;
                case CsvRows::Kind::broken:  // would swallow the rest: gives up only its own line
                    reject(
                        page,
                        scan.size,
                        scan.next,
                        "csv.unterminated_quote",
                        "a quote is opened and never closed"
                    );
                    return true;
                case CsvRows::Kind::remark:
                    reject(page, scan.size, scan.next, "csv.footnote", "a remark below the table");
                    return true;
                case CsvRows::Kind::header_again:
                    ++page.notes["rows are the header again: left out"];
                    advance(scan.next);
                    break;
                default:
                    advance(scan.next);
            }
        }
        return false;
    }

    std::string describe() const override {
        return fmt::format(
            "{} columns, {}; {}", names_.size(), encoding_said(), fmt::join(rows_.found().why, "; ")
        );
    }

    std::string preamble() const override {
        const auto& dialect = rows_.dialect();
        std::string row;
        for (auto name : names_) {
            if (!row.empty()) row += dialect.delimiter;
            bool plain = name.find_first_of("\r\n") == name.npos &&
                         name.find(dialect.delimiter) == name.npos &&
                         name.find(dialect.quote) == name.npos;
            row.append(plain || dialect.quote == '\0' ? std::string(name) : quoted(name));
        }
        return row + "\n";
    }

    void fix(ReadOptions& options) const override {
        TextRecords::fix(options);
        const auto& dialect = rows_.dialect();
        options.delimiter = dialect.delimiter;
        options.quote = dialect.quote;
        options.escape = dialect.escape;
        options.trim = dialect.trim;
        options.header = true;
    }

private:
    std::string quoted(std::string_view text) const {
        char quote = rows_.dialect().quote;
        std::string out(1, quote);
        for (char c : text) {
            if (c == quote) out.push_back(c);
            out.push_back(c);
        }
        return out + quote;
    }

    const std::vector<formats::Cell>& cells() const { return rows_.cells(); }

    void add(Page& page, const formats::Scan& scan) {
        bool few = cells().size() < rows_.found().least;
        if (few || filled_beyond(names_.size())) {
            reject(
                page,
                scan.size,
                scan.next,
                few ? "csv.too_few_fields" : "csv.too_many_fields",
                fmt::format("{} fields where the header has {}", cells().size(), names_.size()),
                few ? names_[cells().size()] : std::string_view{}
            );
        } else if (!reject_unfit(page, scan.size, scan.next)) {
            accept(page, scan);
        }
    }

    // Whether a cell behind the first `width` ones has a value.
    bool filled_beyond(std::size_t width) const {
        for (auto i = width; i < cells().size(); ++i) {
            const auto& cell = cells()[i];
            auto text = text_.window().substr(cell.begin, cell.tail - cell.begin);
            if (cell.quoted ? cell.end > cell.begin : !base::trim(text).empty()) return true;
        }
        return false;
    }

    void accept(Page& page, const formats::Scan& scan) {
        auto kept = page.arena.keep(text_.window().substr(0, scan.size));
        auto first = page.fields.size();
        for (std::size_t i = 0; i < std::min(cells().size(), names_.size()); ++i) {
            const auto& cell = cells()[i];
            auto value = kept.substr(cell.begin, cell.end - cell.begin);
            if (cell.marked || (cell.quoted && cell.tail > cell.end + 1)) {
                scratch_.clear();
                formats::append_value(kept, cell, rows_.dialect(), scratch_);
                value = page.arena.keep(scratch_);
            }
            page.fields.push_back({name(page, i), value, formats::Field::Kind::text});
        }
        add_record(page, kept, first);
        page.bytes += scan.next;
        advance(scan.next);
    }

    // Names outlive the page that uses them: the reader may be gone before the page is.
    std::string_view name(Page& page, std::size_t i) {
        if (page_names_of_ != &page || page_generation_ != page.generation) {
            page_names_.clear();
            page_generation_ = page.generation;
            for (auto n : names_) page_names_.push_back(page.arena.keep(n));
            page_names_of_ = &page;
        }
        return page_names_[i];
    }

    CsvRows rows_;
    formats::Arena names_memory_;
    std::vector<std::string_view> names_;
    std::vector<std::string_view> page_names_;
    const Page* page_names_of_ = nullptr;
    std::uint64_t page_generation_ = 0;
    std::string scratch_;
    bool ended_ = false;
};

std::string by_name(const Sample& sample) {
    return sample.named({"csv", "tsv"}) ? "the name ends in ." + std::string(sample.extension) : "";
}

std::string empty(const Sample& sample) {
    return sample.text.empty() ? "empty" : "";
}

// A table by the usual delimiters, of more than one column.
std::string by_cells(const Sample& sample) {
    auto sniffed = formats::sniff(sample.text, sample.whole, {});
    const auto& delimiter = sniffed.dialect.delimiter;
    if (sniffed.names.size() < 2 || delimiter.size() != 1 ||
        std::string_view(",;\t|").find(delimiter) == std::string_view::npos)
        return {};
    return fmt::format("{} columns; {}", sniffed.names.size(), sniffed.why.front());
}

constexpr Sign signs[]{
    {Strength::name, by_name},
    {Strength::look, empty},
    {Strength::guess, by_cells}};
constexpr std::string_view media_types[]{"text/csv"};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<CsvReader>(input);
}

// Names stand before the record.
void alone(ReadOptions& options) {
    options.header = true;
    options.skip = 0;
    options.header_rows = 1;
}

}  // namespace

const Format csv_format{
    .name = "csv",
    .words = "tables with a delimiter: each row below the header",
    .signs = signs,
    .media_types = media_types,
    .open = open,
    .alone = alone,
};

const Format tsv_format{
    .name = "tsv",
    .words = "the same, with tabs",
    .open = open,
    .imply =
        [](ReadOptions& options) {
            if (!options.delimiter) options.delimiter = "\t";
        },
    .alone = alone,
};

}  // namespace ingest
