#pragma once

#include <optional>
#include <string>

#include "crawler/extract/markdown/inline.hpp"

namespace crawler {

// A table of data as one of GitHub's Markdown, its caption as a paragraph before; nothing if it
// only lays out the page: one column, tables or blocks inside of cells, role=presentation. Cells
// over several columns or rows leave the others empty. At most 200 columns.
std::optional<std::string> table_of(
    const formats::Document& document,
    const formats::NodeMarks& struck,
    const InlineWriter& writer,
    formats::NodeId table
);

}  // namespace crawler
