#include "quality/errors/missing.hpp"

#include <cmath>

namespace quality {

namespace {

// Whether a value that says "no value" (0: the field is empty) has its reason: it comes together
// with no value in another column, or belongs to one value of it.
bool has_reason(const std::vector<Coded>& columns, std::size_t c, std::uint32_t absent) {
    const auto& column = columns[c];
    auto rows = static_cast<double>(column.codes.size());
    auto count = static_cast<double>(column.frequency[absent]);
    if (count < 5) return false;
    for (std::size_t other = 0; other < columns.size(); ++other) {
        const auto& beside = columns[other];
        if (other == c || static_cast<double>(beside.values.size()) > 0.2 * rows) continue;
        std::vector<double> with(beside.values.size());
        for (std::uint32_t row = 0; row < column.codes.size(); ++row)
            if (column.codes[row] == absent) ++with[beside.codes[row]];
        for (std::size_t value = 0; value < with.size(); ++value) {
            bool usual = beside.frequency[value] > 0.5 * rows;
            bool none = value == 0 || is_missing(normalised(beside.values[value]));
            if (with[value] > (none ? 0.5 : 0.8) * count && !usual) return true;
        }
    }
    return false;
}

}  // namespace

double weigh_empty(const std::vector<Coded>& columns, std::size_t c) {
    auto rows = static_cast<double>(columns[c].codes.size());
    auto empty = static_cast<double>(columns[c].frequency[0]);
    if (empty == 0 || empty > 0.1 * rows || has_reason(columns, c, 0)) return 0;
    return 1.5 + std::log((rows - empty) / (empty + 1));
}

std::set<std::string> own_spellings(const std::vector<Coded>& columns) {
    std::set<std::string> own;
    for (std::size_t c = 0; c < columns.size(); ++c)
        for (std::uint32_t value = 1; value < columns[c].values.size(); ++value)
            if (auto text = normalised(columns[c].values[value]);
                is_missing(text) && has_reason(columns, c, value))
                own.insert(std::move(text));
    return own;
}

std::vector<double> find_hidden_missing(const Coded& column, const std::set<std::string>& own) {
    std::vector<double> evidence(column.values.size());
    auto rows = static_cast<double>(column.codes.size());
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto text = normalised(column.values[value]);
        if (!is_missing(text) || own.contains(text)) continue;
        // Words may be values, as "none" of a colour; marks are not, however often they come.
        bool word = text == "none" || text == "nil" || text == "unknown" || text == "missing" ||
                    text == "empty";
        if (column.frequency[value] < (word ? 0.05 : 0.35) * rows) evidence[value] = 5;
    }
    return evidence;
}

}  // namespace quality
