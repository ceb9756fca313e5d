// Rows of a workbook of Excel, of one sheet or of all.
//
// The zip must be one that can be moved about in: what comes out of another archive or a pipe is
// put into a temporary file first. A place in a workbook is the number of rows before it, so that a
// run that goes on reads these again and drops them.
#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/run/temporary_folder.hpp"
#include "formats/excel/head.hpp"
#include "formats/excel/workbook.hpp"
#include "formats/signature/signature.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/whole/unpacked.hpp"

namespace ingest {

namespace {

using Sheet = formats::Workbook::Sheet;

constexpr std::string_view sheet_column = "sheet", every_sheet = "*";
constexpr std::size_t most_notes = 1000;

// The sheets that are meant: by name, by number from 1, "*" for all; else the first that is shown.
std::vector<Sheet> chosen_sheets(
    const std::vector<Sheet>& sheets,
    const std::string& wanted,
    const std::string& file
) {
    if (wanted == every_sheet) return sheets;
    for (const auto& sheet : sheets) {
        if (wanted.empty() && !sheet.hidden) return {sheet};
        if (!wanted.empty() && sheet.name == wanted) return {sheet};
    }
    if (wanted.empty()) return {sheets.front()};
    const auto number = base::whole_number<std::size_t>(wanted).value_or(0);
    if (number >= 1 && number <= sheets.size()) return {sheets[number - 1]};
    std::string names;
    for (const auto& sheet : sheets)
        if (names.size() < 200) names += (names.empty() ? "'" : ", '") + sheet.name + "'";
    throw base::Error(
        fmt::format("{}, sheet '{}'", file, wanted), "is not in the workbook", "it has " + names
    );
}

// The rows of one sheet by its columns.
class SheetReader {
public:
    SheetReader(const formats::Workbook& book, const Sheet& sheet, const ReadOptions& options)
        : rows_(book.rows(sheet, options.max_record)) {
        const auto skip = static_cast<std::int64_t>(options.skip.value_or(0));
        read_first(skip, options);
        const auto last = first_.empty() ? 0 : first_.back().number;
        formats::ExcelNames names;
        if (options.sheet == every_sheet) names = formats::ExcelNames({sheet_column});
        head_ = formats::head_of(
            first_, book.merged(sheet, last), skip, options.header_rows, std::move(names)
        );
        columns_ = head_.names.size();
        for (; at_ < first_.size() && first_[at_].number <= head_.last; ++at_)
            if (first_[at_].too_long)
                throw base::Error(
                    fmt::format("sheet '{}', row {}", sheet.name, first_[at_].number),
                    "is of the head, and longer than a record may be",
                    "say with 'skip' where the table begins"
                );
    }

    // Null at the end.
    const formats::ExcelRow* next() {
        if (at_ < first_.size()) return &first_[at_++];
        if (failure_) std::rethrow_exception(failure_);
        for (;;) {
            const auto* row = rows_->next();
            if (!row || row->number > head_.last) return row;
        }
    }
    const std::string& name_of(std::size_t column) { return head_.names.at(column); }
    // Of the head.
    std::size_t columns() const { return columns_; }

private:
    // What the head is looked for in, together no longer than a record may be. Damage shows behind
    // the rows before it.
    void read_first(std::int64_t skip, const ReadOptions& options) {
        const auto wanted = formats::head_rows_at_most + options.header_rows.value_or(0);
        std::size_t bytes = 0;
        try {
            while (first_.size() < wanted && bytes <= options.max_record) {
                const auto* row = rows_->next();
                if (!row) break;
                if (row->number <= skip) continue;
                first_.push_back(*row);
                if (!row->too_long) bytes += row->bytes;
            }
        } catch (const base::Error&) {
            if (first_.empty()) throw;
            failure_ = std::current_exception();
        }
    }

    std::unique_ptr<formats::ExcelRows> rows_;
    std::vector<formats::ExcelRow> first_;
    std::exception_ptr failure_;  // behind these
    std::size_t at_ = 0;
    formats::ExcelHead head_;
    std::size_t columns_ = 0;
};

class ExcelReader : public MemberReader {
public:
    explicit ExcelReader(const MemberInput& input)
        : options_(input.options),
          file_(input, "xlsx", [](std::string_view head) { return formats::is_workbook(head); }),
          book_(file_.path(), file_.shown()),
          sheets_(chosen_sheets(book_.sheets(), input.options.sheet, file_.shown())) {
        open_sheet();
        while (index_ < input.start.index && next_row()) ++index_;
    }

    bool next(Page& page) override {
        tell_of_others(page);
        const auto* row = next_row();
        if (!row) return false;
        ++index_;
        page.bytes += row->bytes;
        if (row->too_long) {
            auto& bad = page.rejects.emplace_back();
            bad.code = "excel.too_long";
            bad.reason = "a row is longer than the limit";
            bad.line = row->number;
            bad.byte_offset = 0;
            return true;
        }
        const auto first = page.fields.size();
        renew_names(page);
        if (options_.sheet == every_sheet)
            page.fields.push_back({sheet_column, page_sheet_, Field::Kind::text});
        for (const auto& cell : row->cells) add_cell(page, cell);
        page.bytes += (page.fields.size() - first) * sizeof(Field);
        auto& record = page.records.emplace_back();
        record.first_field = static_cast<std::uint32_t>(first);
        record.fields = static_cast<std::uint32_t>(page.fields.size() - first);
        record.line = row->number;
        record.byte_offset = 0;
        return true;
    }

    Position position() const override { return {0, line_ + 1, index_}; }

    std::string describe() const override {
        return fmt::format(
            "{} of {} sheets, {} columns", sheets_.size(), book_.sheets().size(), reader_->columns()
        );
    }

private:
    using Field = formats::Field;

    void open_sheet() { reader_.emplace(book_, sheets_[sheet_], options_); }

    const formats::ExcelRow* next_row() {
        for (;;) {
            if (const auto* row = reader_->next()) {
                line_ = row->number;
                return row;
            }
            if (sheet_ + 1 >= sheets_.size()) return nullptr;
            ++sheet_;
            open_sheet();
        }
    }

    // What is there and was not asked for, once.
    void tell_of_others(Page& page) {
        if (told_ || !options_.sheet.empty()) return;
        told_ = true;
        for (const auto& sheet : book_.sheets())
            if (sheet.part != sheets_.front().part && page.notes.size() < 20)
                ++page.notes[fmt::format(
                    "sheet '{}' is not read: 'sheet' names the one that is, * takes all", sheet.name
                )];
    }

    // Names outlive the page that uses them: the reader may be gone before the page is.
    void renew_names(Page& page) {
        if (names_of_ == &page && names_at_ == page.generation && names_sheet_ == sheet_) return;
        names_of_ = &page;
        names_at_ = page.generation;
        names_sheet_ = sheet_;
        page_names_.clear();
        page_sheet_ = page.arena.keep(sheets_[sheet_].name);
    }

    // Each once in a page.
    std::string_view name(Page& page, std::size_t column) {
        if (page_names_.size() <= column) page_names_.resize(column + 1);
        auto& name = page_names_[column];
        if (name.empty()) name = page.arena.keep(reader_->name_of(column));
        return name;
    }

    void add_cell(Page& page, const formats::ExcelCell& cell) {
        const auto keep = [&](Field::Kind kind) {
            page.fields.push_back({name(page, cell.column), page.arena.keep(cell.text), kind});
        };
        switch (cell.kind) {
            case formats::ExcelCell::Kind::number:
                return keep(Field::Kind::number);
            case formats::ExcelCell::Kind::boolean:
                return keep(Field::Kind::boolean);
            case formats::ExcelCell::Kind::error:
                return tell_of_error(page, cell);
            case formats::ExcelCell::Kind::text:
            case formats::ExcelCell::Kind::moment:
                return keep(Field::Kind::text);
        }
    }

    // No value, and not nothing: it is missing, and told.
    void tell_of_error(Page& page, const formats::ExcelCell& cell) {
        auto note = fmt::format(
            "cells of column '{}' are missing: they say {}",
            name(page, cell.column),
            cell.text.substr(0, 20)
        );
        if (page.notes.size() >= most_notes && !page.notes.contains(note))
            note = "cells of other columns are missing: they say what is wrong with them";
        ++page.notes[std::move(note)];
    }

    const ReadOptions options_;
    UnpackedFile file_;
    formats::Workbook book_;
    std::vector<Sheet> sheets_;
    std::size_t sheet_ = 0;
    std::optional<SheetReader> reader_;
    std::int64_t index_ = 0, line_ = 0;
    bool told_ = false;
    std::vector<std::string_view> page_names_;  // by column; empty: not used in the page
    std::string_view page_sheet_;
    const Page* names_of_ = nullptr;
    std::uint64_t names_at_ = 0;
    std::size_t names_sheet_ = 0;
};

std::string by_signature(const Sample& sample) {
    return formats::is_workbook(sample.head) ? "the signature of Office" : "";
}

constexpr Sign signs[]{{Strength::signature, by_signature}};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<ExcelReader>(input);
}

}  // namespace

const Format excel_format{
    .name = "xlsx",
    .words = "Excel: each row of a sheet, by the names in its head",
    .signs = signs,
    .open = open,
    .alone = nullptr,
};

}  // namespace ingest
