#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/settings/fwd.hpp"

namespace labeling {

// A label that somebody else found.
struct GivenLabel {
    std::string key;    // of a record
    std::string label;  // a class, by its name or as the source's data spell it
    double probability = 1;

    static const base::Settings<GivenLabel> settings;
};

// Reads key, label and perhaps probability from a table (labeling/table.hpp), or a JSON array of
// Label Studio's tasks. Labels are trimmed and in normal form C, keys as they are written. Rows
// without a label are left out and counted in `missing`. Throws base::Error with the line for what
// is malformed.
std::vector<GivenLabel> read_label_file(const std::string& path, std::size_t* missing = nullptr);

}  // namespace labeling
