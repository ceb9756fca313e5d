// Tables whose columns are places of characters in a line.
//
// Where columns begin is found by what is blank in all lines of the sample, or by a rule drawn
// below the header. That is a guess, so each later line is held against it: a value that reaches
// over a seam is a reject that says to give the widths, not two cut values.
#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"
#include "formats/csv/csv.hpp"
#include "formats/csv/csv_layout.hpp"
#include "ingest/sources/files/format.hpp"
#include "ingest/sources/files/text_records.hpp"

namespace ingest {

namespace {

constexpr std::size_t sample_size = 64 * 1024;
constexpr std::size_t sample_lines = 500;

// Characters of a line from `start` on.
std::string_view between(std::string_view line, std::size_t start, std::size_t width) {
    line.remove_prefix(base::first_characters(line, start).size());
    return base::first_characters(line, width);
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t") == text.npos;
}

// "-----  ---- ---": drawn under a header.
bool is_rule(std::string_view line) {
    return line.find_first_not_of("-=_+| \t") == line.npos &&
           line.find_first_of("-=_") != line.npos;
}

// Runs of characters that are not blank in any line.
std::vector<FixedColumn> runs(const std::vector<std::string_view>& lines) {
    std::vector<bool> used;
    for (auto line : lines) {
        std::size_t place = 0;
        for (char c : line) {
            if (!base::starts_character(c)) continue;
            if (place >= used.size()) used.resize(place + 1, false);
            if (c != ' ' && c != '\t') used[place] = true;
            ++place;
        }
    }
    std::vector<FixedColumn> columns;
    for (std::size_t i = 0; i < used.size(); ++i) {
        if (!used[i]) continue;
        if (i == 0 || !used[i - 1]) columns.push_back({"", i, 0});
        ++columns.back().width;
    }
    return columns;
}

// One record a line, whose columns are places of characters.
class FixedReader : public TextRecords {
public:
    explicit FixedReader(const MemberInput& input) : TextRecords(input) {
        (void)text_.fill(sample_size);
        learn(input.options);
        if (input.start.offset > 0) {
            ended_ = !text_.skip_to(input.start.offset);
        } else {
            skip_above();
        }
    }

    bool next(Page& page) override {
        while (!ended_) {
            auto line = next_line();
            if (line.next == 0) break;
            auto text = text_.window().substr(0, line.size);
            if (is_blank(text) || is_rule(text)) {
                advance(line.next);
                continue;
            }
            add(page, line, text);
            return true;
        }
        ended_ = true;
        return false;
    }

    std::string describe() const override {
        std::string places;
        for (const auto& column : columns_)
            places += fmt::format(
                "{}{} at {}", places.empty() ? "" : ", ", column.name, column.start + 1
            );
        return fmt::format(
            "{} columns ({}), {}; {}; {}",
            columns_.size(),
            places,
            how_,
            header_said_,
            encoding_said()
        );
    }

    void fix(ReadOptions& options) const override {
        TextRecords::fix(options);
        options.columns = columns_;
        options.header = false;
        options.header_rows.reset();
        options.skip = 0;
    }

private:
    void learn(const ReadOptions& options) {
        std::vector<std::string_view> lines;
        auto sample = text_.window().substr(0, sample_size);
        bool whole = text_.window().size() < sample_size;
        skip_ = options.skip.value_or(0);
        std::size_t seen = 0;
        std::string_view rule;
        std::size_t before_rule = 0;
        while (!sample.empty() && lines.size() < sample_lines) {
            auto line = formats::first_line(sample);
            auto text = sample.substr(0, line.size);
            if (line.next == line.size && !whole) break;  // cut
            sample.remove_prefix(line.next);
            if (seen++ < skip_ || is_blank(text)) continue;
            if (is_rule(text)) {
                if (rule.empty()) {
                    rule = text;
                    before_rule = lines.size();
                }
            } else {
                lines.push_back(text);
            }
        }
        place_columns(options, lines, rule);
        std::vector<formats::SampledRow> rows;
        for (auto line : lines) rows.push_back({cells(line), false});
        formats::DialectHints hints;
        hints.header = options.header;
        hints.header_rows = options.header_rows;
        if (!options.columns.empty() && !options.columns.front().name.empty() && !options.header)
            hints.header = false;
        hints.skip = 0;
        if (before_rule > 0) {  // the header is the line above the rule
            hints.skip = before_rule - 1;
            if (!hints.header) hints.header = true;
            if (!hints.header_rows) hints.header_rows = 1;
        }
        auto layout = formats::lay_out(rows, hints);
        passed_above_ = layout.skip + layout.header_rows;
        header_said_ = layout.why.empty() ? "no rows" : layout.why.front();
        for (const auto& why : layout.why)
            if (why.find("header") != why.npos) header_said_ = why;
        if (before_rule > 0 && layout.header_rows > 0)
            header_said_ = "the header stands above a rule";
        layout.width = columns_.size();
        auto names = formats::name_columns(rows, layout);
        for (std::size_t i = 0; i < columns_.size(); ++i)
            if (columns_[i].name.empty()) columns_[i].name = names[i];
    }

    void place_columns(
        const ReadOptions& options,
        const std::vector<std::string_view>& lines,
        std::string_view rule
    ) {
        if (!options.columns.empty()) {
            columns_ = options.columns;
            how_ = "as asked";
            given_ = true;
            end_ = columns_.back().start + columns_.back().width;
            return;
        }
        if (!rule.empty()) {
            columns_ = runs({rule});
            how_ = "by the rule below the header";
        } else {
            columns_ = runs(lines);
            how_ = fmt::format("apart by places that are blank in all of {} lines", lines.size());
        }
        if (columns_.empty()) columns_.push_back({"", 0, 1});
        columns_.front().start = 0;
        // A column reaches to the next one; the last one to the line's end.
        for (std::size_t i = 0; i < columns_.size(); ++i)
            columns_[i].width = i + 1 < columns_.size() ? columns_[i + 1].start - columns_[i].start
                                                        : std::size_t{1} << 30U;
    }

    std::vector<std::string> cells(std::string_view line) const {
        std::vector<std::string> all;
        for (const auto& column : columns_)
            all.emplace_back(base::trim(between(line, column.start, column.width)));
        return all;
    }

    // Without its end; `next` is 0 at the end of the input.
    formats::Scan next_line() {
        for (;;) {
            auto line = formats::first_line(text_.window());
            bool cut = line.next == line.size ||
                       (line.next == text_.window().size() && text_.window().back() == '\r');
            if (!cut || text_.window().size() > limit_ || !text_.more()) return line;
        }
    }

    void skip_above() {
        for (std::size_t i = 0; i < skip_; ++i) advance(next_line().next);
        for (std::size_t passed = 0; passed < passed_above_;) {
            auto line = next_line();
            if (line.next == 0) return;
            auto text = text_.window().substr(0, line.size);
            if (!is_blank(text) && !is_rule(text)) ++passed;
            advance(line.next);
        }
    }

    void add(Page& page, const formats::Scan& line, std::string_view text) {
        if (line.size > limit_)
            return reject(
                page, line.size, line.next, "fixed.too_long", "a line is longer than the limit"
            );
        if (reject_unfit(page, line.size, line.next)) return;
        if (given_ && !is_blank(text.substr(base::first_characters(text, end_).size())))
            return reject(
                page,
                line.size,
                line.next,
                "fixed.too_long",
                fmt::format("text behind the last column, which ends at {}", end_)
            );
        for (std::size_t i = 1; !given_ && i < columns_.size(); ++i) {
            auto seam = between(text, columns_[i].start - 1, 1);
            if (!is_blank(seam))
                return reject(
                    page,
                    line.size,
                    line.next,
                    "fixed.crosses_column",
                    fmt::format(
                        "a value reaches from '{}' into '{}'; give the widths",
                        columns_[i - 1].name,
                        columns_[i].name
                    ),
                    columns_[i].name
                );
        }
        auto kept = page.arena.keep(text);
        auto first = page.fields.size();
        for (const auto& column : columns_)
            page.fields.push_back(
                {page.arena.keep(column.name),
                 base::trim(between(kept, column.start, column.width))}
            );
        add_record(page, kept, first);
        page.bytes += line.next;
        advance(line.next);
    }

    std::vector<FixedColumn> columns_;
    std::string how_;
    std::string header_said_;
    std::size_t skip_ = 0;
    std::size_t passed_above_ = 0;  // lines with text above the first record
    std::size_t end_ = 0;
    bool given_ = false;
    bool ended_ = false;
};

std::unique_ptr<MemberReader> open(const MemberInput& input) {
    return std::make_unique<FixedReader>(input);
}

}  // namespace

const Format fixed_format{
    .name = "fixed",
    .words = "tables whose columns are places in a line: each line below the header",
    .open = open,
    .alone = [](ReadOptions& options) { options.header = false; },
};

}  // namespace ingest
