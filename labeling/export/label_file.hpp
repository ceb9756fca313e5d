#pragma once

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

// Reads key, label and perhaps probability from CSV, or from JSON lines if the name ends in .jsonl
// or .ndjson. Throws base::Error with the line for what is malformed.
std::vector<GivenLabel> read_label_file(const std::string& path);

}  // namespace labeling
