#include "quality/table.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace ingest::quality {

Coded code(const std::vector<std::string>& column) {
    Coded coded;
    coded.values.push_back({});
    coded.frequency.push_back(0);
    coded.codes.reserve(column.size());
    std::unordered_map<std::string_view, std::uint32_t> known;
    for (const auto& value : column) {
        std::uint32_t number = 0;
        if (!value.empty()) {
            auto [entry, is_new] =
                known.emplace(value, static_cast<std::uint32_t>(coded.values.size()));
            if (is_new) {
                coded.values.push_back(value);
                coded.frequency.push_back(0);
            }
            number = entry->second;
        }
        ++coded.frequency[number];
        coded.codes.push_back(number);
    }
    return coded;
}

std::string normalised(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    bool blank = false;
    for (unsigned char c : text) {
        if (c <= ' ') {
            blank = !result.empty();
            continue;
        }
        if (blank) result.push_back(' ');
        blank = false;
        result.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
    }
    return result;
}

bool is_missing(std::string_view text) {
    constexpr std::array<std::string_view, 19> spellings{
        "",
        "-",
        "--",
        "?",
        ".",
        "n/a",
        "na",
        "n.a.",
        "nan",
        "null",
        "none",
        "nil",
        "unknown",
        "missing",
        "empty",
        "not available",
        "not applicable",
        "#n/a",
        "undefined"};
    return std::find(spellings.begin(), spellings.end(), text) != spellings.end();
}

}  // namespace ingest::quality
