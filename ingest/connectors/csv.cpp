#include <algorithm>

#include <fmt/format.h>

#include "ingest/connectors/text_records.hpp"
#include "ingest/csv.hpp"

namespace ingest {

namespace {

class CsvReader : public TextRecords {
public:
    explicit CsvReader(const MemberInput& input) : TextRecords(input, input.options.encoding) {
        while (text_.window().size() < 64 * 1024 && text_.more()) {
        }
        auto whole = text_.window().size() < 64 * 1024;
        auto sniffed = sniff(
            text_.window().substr(0, 64 * 1024),
            whole,
            {input.options.delimiter, input.options.quote, input.options.header}
        );
        dialect_ = sniffed.dialect;
        why_ = std::move(sniffed.why);
        for (const auto& name : sniffed.names) names_.push_back(names_memory_.keep(name));
        if (input.start.offset > 0) {
            if (!text_.skip_to(input.start.offset)) ended_ = true;
        } else if (dialect_.header) {
            skip_header();
        }
    }

    bool next(Page& page) override {
        for (;;) {
            if (ended_) return false;
            auto scan = scan_record(text_.window(), dialect_, at_end_, cells_);
            if (scan.state == Scan::State::more && text_.window().size() <= limit_) {
                if (!text_.more()) at_end_ = true;
                continue;
            }
            if (at_end_ && text_.window().empty()) {
                ended_ = true;
                return false;
            }
            if (scan.state != Scan::State::record) {
                reject_line(page);
                return true;
            }
            if (scan.size == 0) {  // an empty line
                advance(scan.next);
                continue;
            }
            add(page, scan);
            return true;
        }
    }

    std::string describe() const override {
        return fmt::format(
            "{} columns, {}; {}",
            names_.size(),
            name_of(text_.encoding().encoding),
            fmt::join(why_, "; ")
        );
    }

    std::string preamble() const override {
        std::string row;
        for (auto name : names_) {
            if (!row.empty()) row.push_back(dialect_.delimiter);
            bool plain = name.find_first_of("\r\n") == name.npos &&
                         name.find(dialect_.delimiter) == name.npos &&
                         !name.starts_with(dialect_.quote);
            row.append(plain || dialect_.quote == '\0' ? std::string(name) : quoted(name));
        }
        return text_.original(row + "\n");
    }

    void fix(ReadOptions& options) const override {
        TextRecords::fix(options);
        options.delimiter = dialect_.delimiter;
        options.quote = dialect_.quote;
        options.header = true;
    }

private:
    std::string quoted(std::string_view text) const {
        std::string out(1, dialect_.quote);
        for (char c : text) {
            if (c == dialect_.quote) out.push_back(c);
            out.push_back(c);
        }
        return out + dialect_.quote;
    }

    void skip_header() {
        for (;;) {
            auto scan = scan_record(text_.window(), dialect_, at_end_, cells_);
            if (scan.state == Scan::State::more && !at_end_) {
                at_end_ = !text_.more();
                continue;
            }
            bool found = scan.size > 0;
            advance(scan.next);
            if (found || text_.window().empty()) return;
        }
    }

    void add(Page& page, const Scan& scan) {
        auto record = text_.window().substr(0, scan.size);
        if (cells_.size() != names_.size()) {
            bool few = cells_.size() < names_.size();
            reject(
                page,
                scan.size,
                scan.next,
                few ? "csv.too_few_fields" : "csv.too_many_fields",
                fmt::format("{} fields where the header has {}", cells_.size(), names_.size()),
                few ? names_[cells_.size()] : std::string_view{}
            );
        } else if (auto fault = text_fault(record); !fault.empty()) {
            reject(
                page,
                scan.size,
                scan.next,
                fault,
                fault == "text.nul" ? "a NUL byte in the record" : "not well-formed UTF-8"
            );
        } else {
            accept(page, scan);
        }
    }

    void accept(Page& page, const Scan& scan) {
        auto kept = page.arena.keep(text_.window().substr(0, scan.size));
        auto first = page.fields.size();
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            const auto& cell = cells_[i];
            auto value = kept.substr(cell.begin, cell.end - cell.begin);
            if (cell.doubled || (cell.quoted && cell.tail > cell.end + 1)) {
                scratch_.clear();
                append_value(kept, cell, dialect_.quote, scratch_);
                value = page.arena.keep(scratch_);
            }
            page.fields.push_back({name(page, i), value, Field::Kind::text});
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

    // A quote that never closes would swallow the rest: gives up only its own line.
    void reject_line(Page& page) {
        auto window = text_.window();
        auto end = std::min(window.find_first_of("\r\n"), window.size());
        auto next = end < window.size() && window[end] == '\r' && end + 1 < window.size() &&
                            window[end + 1] == '\n'
                        ? end + 2
                        : std::min(end + 1, window.size());
        reject(page, end, next, "csv.unterminated_quote", "a quote is opened and never closed");
    }

    Dialect dialect_;
    std::vector<std::string> why_;
    Arena names_memory_;
    std::vector<std::string_view> names_;
    std::vector<std::string_view> page_names_;
    const Page* page_names_of_ = nullptr;
    std::uint64_t page_generation_ = 0;
    std::vector<Cell> cells_;
    std::string scratch_;
    bool at_end_ = false;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<MemberReader> read_csv(const MemberInput& input) {
    return std::make_unique<CsvReader>(input);
}

}  // namespace ingest
