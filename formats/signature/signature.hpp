#pragma once

#include <optional>
#include <string_view>

namespace formats {

// A kind of file that is known and not read here.
struct Signature {
    std::string_view name;  // "a Parquet file"
    std::string_view mend;  // what to do instead
};

// By the first bytes of a file, a few hundred at best; nothing for what may be read, or is unknown.
// A zip is looked into as far as the names in these bytes tell.
std::optional<Signature> signature_of(std::string_view head);

// A workbook of Excel (.xlsx, .xlsm), or what may be one: a zip of Office that is no other document
// by the names in these bytes.
bool is_workbook(std::string_view head);

// By the start of a text in UTF-8: an HTML page, behind comments and an XML declaration too.
bool is_html_page(std::string_view text);

// A dump of a database in SQL.
bool is_sql_dump(std::string_view text);

}  // namespace formats
