#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/text/window.hpp"
#include "formats/csv/csv.hpp"
#include "ingest/sources/connector.hpp"

namespace ingest {

// The rows of a CSV text one after the other, with what each one is. The caller consumes them.
class CsvRows {
public:
    enum class Kind {
        end,
        blank,   // an empty line
        above,   // above the table
        header,  // a row of the header
        row,
        header_again,  // in the midst of the table, as where files were put behind each other
        broken,        // a line with a quote that never closes; its cells take it as it stands
        remark,        // below the table: one cell of words, and only such ones follow
    };

    // Finds out the dialect from the first 64 KiB; the text stands at its start.
    CsvRows(base::TextWindow& text, const ReadOptions& options);

    const formats::Sniffed& found() const { return found_; }
    const formats::Dialect& dialect() const { return found_.dialect; }

    // The text was moved into the midst of the table.
    void resume() { passed_ = found_.skip + found_.header_rows; }

    // What stands at the start of the text's window, which then holds all of scan().next bytes.
    Kind next();
    const formats::Scan& scan() const { return scan_; }
    const std::vector<formats::Cell>& cells() const { return cells_; }

private:
    Kind whole_row();
    bool runs_on();
    bool is_header_again();
    bool remark_here();
    bool only_remarks_follow();

    base::TextWindow& text_;
    std::size_t limit_;
    formats::Sniffed found_;
    std::size_t passed_ = 0;  // rows above and of the header
    std::vector<formats::Cell> cells_;
    formats::Scan scan_;
    bool at_end_ = false;
    bool apart_ = false;
    std::string cell_;
    bool below_ = false;
    std::int64_t row_ahead_ = -1;  // where a row that is no remark stands
};

}  // namespace ingest
