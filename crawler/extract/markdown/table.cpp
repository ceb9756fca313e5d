// The grid is filled row by row (HTML standard, section 4.9.12, "Forming a table"), with bounds on
// what cells may claim: pages say colspan=9000000000.
#include "crawler/extract/markdown/table.hpp"

#include <algorithm>
#include <vector>

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"

namespace crawler {

namespace {

using formats::NodeId;
using formats::Tag;

constexpr std::size_t most_columns = 200;

class Grid {
public:
    Grid(
        const formats::Document& document,
        const formats::NodeMarks& struck,
        const InlineWriter& writer
    )
        : document_(document), struck_(struck), writer_(writer) {}

    // Whether it is a table of data.
    bool read(NodeId table) {
        if (document_.attribute(table, "role") == "presentation") return false;
        section(table);
        return !layout_ && columns_ > 1 && !rows_.empty();
    }

    std::string written() const {
        std::string out;
        if (!caption_.empty()) out = caption_ + "\n\n";
        // Without a row of heads the first one has to be it.
        std::size_t first = 0;
        line(rows_[first], out);
        out += '|';
        for (std::size_t i = 0; i < columns_; ++i) out += " --- |";
        for (std::size_t i = first + 1; i < rows_.size(); ++i) {
            out += '\n';
            line(rows_[i], out);
            out.pop_back();
        }
        return out;
    }

private:
    using Cells = std::vector<std::string>;

    void section(NodeId id) {
        for (auto at = document_[id].first_child; at && !layout_; at = document_[at].next) {
            if (struck_[at] || !document_.is_element(at)) continue;
            auto tag = document_[at].tag;
            if (tag == Tag::tr) {
                row(at);
            } else if (tag == Tag::caption) {
                writer_.write(at, caption_);
                caption_ = std::string(base::trim(caption_));
            } else if (tag == Tag::thead || tag == Tag::tbody || tag == Tag::tfoot) {
                section(at);
            }
        }
    }

    void row(NodeId id) {
        Cells cells;
        std::vector<std::size_t> spans(std::move(hanging_));  // rows that cells above still claim
        hanging_.clear();
        auto pass = [&] {
            while (cells.size() < spans.size() && spans[cells.size()] > 0) cells.emplace_back();
        };
        std::vector<std::size_t> next = spans;
        for (auto& rows : next) rows -= rows > 0;
        for (auto at = document_[id].first_child; at; at = document_[at].next) {
            if (struck_[at] || !document_.is_element(at)) continue;
            auto tag = document_[at].tag;
            if (tag != Tag::td && tag != Tag::th) continue;
            if (lays_out(at)) layout_ = true;
            pass();
            auto wide = span(at, "colspan"), high = span(at, "rowspan");
            for (std::size_t i = 0; i < wide && cells.size() < most_columns; ++i) {
                if (next.size() <= cells.size()) next.resize(cells.size() + 1);
                next[cells.size()] = high - 1;
                cells.push_back(i == 0 ? cell(at) : std::string());
            }
        }
        pass();
        hanging_ = std::move(next);
        bool blank =
            std::all_of(cells.begin(), cells.end(), [](const auto& c) { return c.empty(); });
        if (blank) return;
        columns_ = std::max(columns_, cells.size());
        rows_.push_back(std::move(cells));
    }

    std::size_t span(NodeId cell, std::string_view name) const {
        auto said = base::whole_number<std::size_t>(document_.attribute(cell, name).value_or("1"));
        return std::clamp<std::size_t>(said.value_or(1), 1, most_columns);
    }

    bool lays_out(NodeId cell) const {
        int paragraphs = 0;
        for (auto at = document_.following(cell, cell); at;
             at = document_.following(at, cell, struck_[at] != 0)) {
            if (struck_[at] || !document_.is_element(at)) continue;
            auto tag = document_[at].tag;
            paragraphs += tag == Tag::p;
            if (tag == Tag::table || tag == Tag::pre || tag == Tag::blockquote ||
                formats::has_trait(tag, formats::is_heading) || paragraphs > 3)
                return true;
        }
        return false;
    }

    std::string cell(NodeId id) const {
        std::string text, out;
        for (auto at = document_[id].first_child; at; at = document_[at].next)
            writer_.write(at, text);
        for (char c : base::trim(text)) {
            if (c == '\\' || c != '\n') {
                if (c == '|') out += '\\';
                out += c;
                continue;
            }
            if (out.ends_with('\\')) out.pop_back();
            out += "<br>";
        }
        return out;
    }

    void line(const Cells& cells, std::string& out) const {
        out += '|';
        for (std::size_t i = 0; i < columns_; ++i) {
            bool there = i < cells.size() && !cells[i].empty();
            out += there ? " " + cells[i] + " |" : "  |";
        }
        out += '\n';
    }

    const formats::Document& document_;
    const formats::NodeMarks& struck_;
    const InlineWriter& writer_;
    std::vector<Cells> rows_;
    std::vector<std::size_t> hanging_;
    std::size_t columns_ = 0;
    std::string caption_;
    bool layout_ = false;
};

}  // namespace

std::optional<std::string> table_of(
    const formats::Document& document,
    const formats::NodeMarks& struck,
    const InlineWriter& writer,
    NodeId table
) {
    Grid grid(document, struck, writer);
    if (!grid.read(table)) return {};
    return grid.written();
}

}  // namespace crawler
