#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ingest/pipeline/page.hpp"
#include "ingest/sources/database/driver.hpp"

namespace ingest::database {

// The binary columns of a table, and what is in them of a row. One holds a record's bytes, whatever
// they are: the one that is named, or the only one. Where there are several and none is named,
// values that are pictures, sounds, films or documents are seen in any of them, and others are
// texts.
class BinaryColumns {
public:
    // `columns` outlive it. Throws base::Error if the named column is none of them.
    BinaryColumns(
        const std::vector<Column>& columns,
        const std::string& named,
        const std::string& subject
    );

    // Sees through the values of a row; what people should know is noted.
    void see(const std::vector<Value>& row, Notes& notes);
    // Whether the value of that column is no text of the row.
    bool takes(std::size_t column) const;
    // Gives the page's last record what was seen as cells; if one is broken, the record becomes a
    // reject. The row is the one that was seen.
    void add_to_last(Page& page, const std::vector<Value>& row);

private:
    struct Seen {
        std::size_t column = 0;
        formats::Examined examined;
    };
    std::optional<formats::Examined>
    examine(std::size_t column, const std::string& bytes, Notes& notes) const;

    const std::vector<Column>* columns_;
    std::size_t all_of_;  // the column that holds a record's bytes; past the end: none does
    std::vector<Seen> seen_;
};

}  // namespace ingest::database
