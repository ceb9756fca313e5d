#pragma once

#include <map>
#include <string>
#include <vector>

namespace labeling::detail {

struct GivenLabel {
    std::string key;
    std::string label;
    double probability = 1;
};

// Reads key, label and perhaps probability from CSV, or from JSON lines if the name ends in .jsonl
// or .ndjson. Throws base::Error with the line for what is malformed.
std::vector<GivenLabel> read_label_file(const std::string& path);

// {"name":"text",..}
std::string json_object(const std::map<std::string, std::string>& members);

}  // namespace labeling::detail
