#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/settings/fwd.hpp"
#include "quality/errors/lessons.hpp"
#include "quality/table.hpp"

namespace service {

// A record that a person has looked at: what should stand in its fields.
struct LabelledRow {
    std::string key;                                         // of the record, or its `line`
    std::optional<std::int64_t> line;                        // in its file
    std::vector<std::pair<std::string, std::string>> right;  // field to value; others say nothing

    static const base::Settings<LabelledRow> settings;
};

// From a table in any format that ingest reads: its column `key`, or `line`, names the record, the
// others hold what is right. Without either the key is in the column whose values are keys of the
// source, which cells_of() finds. Throws base::Error for a file that cannot be read or is empty.
std::vector<LabelledRow> read_labelled(const std::string& path);

// The cells of the table that the rows speak of. Throws base::UsageError for a row that is no
// record of it and a field that it does not have.
std::vector<quality::LabelledCell>
cells_of(const std::vector<LabelledRow>& rows, const quality::Table& table);

}  // namespace service
