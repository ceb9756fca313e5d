#include "ingest/quality/dependencies.hpp"

#include <algorithm>
#include <tuple>

namespace ingest::quality {

namespace {

// Rows in order of their value in `from`.
std::vector<std::uint32_t> rows_by(const Coded& from) {
    std::vector<std::uint32_t> rows(from.codes.size());
    for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
    std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
        return from.codes[a] < from.codes[b];
    });
    return rows;
}

}  // namespace

std::vector<Dependency> find_dependencies(
    const std::vector<Coded>& columns,
    double confidence_at_least,
    double lift_at_least
) {
    std::vector<Dependency> found;
    for (std::size_t a = 0; a < columns.size(); ++a) {
        const auto& from = columns[a];
        auto rows = rows_by(from);
        for (std::size_t b = 0; b < columns.size(); ++b) {
            const auto& to = columns[b];
            if (a == b || to.values.size() < 3) continue;
            std::vector<std::uint32_t> counts(to.values.size());
            std::size_t grouped = 0, usual = 0;
            for (std::size_t begin = 0; begin < rows.size();) {
                auto value = from.codes[rows[begin]];
                auto end = begin;
                std::uint32_t size = 0, most = 0;
                for (; end < rows.size() && from.codes[rows[end]] == value; ++end) {
                    auto other = to.codes[rows[end]];
                    if (other == 0) continue;
                    ++size;
                    most = std::max(most, ++counts[other]);
                }
                for (auto i = begin; i < end; ++i) counts[to.codes[rows[i]]] = 0;
                begin = end;
                if (value == 0 || size < 2) continue;
                grouped += size;
                usual += most;
            }
            if (10 * grouped < from.codes.size()) continue;
            auto filled = static_cast<double>(to.codes.size() - to.frequency[0]);
            auto base = *std::max_element(to.frequency.begin() + 1, to.frequency.end()) / filled;
            Dependency one{
                a, b, static_cast<double>(usual) / static_cast<double>(grouped), 0, grouped};
            one.lift = base < 1 ? (one.confidence - base) / (1 - base) : 0;
            if (one.confidence >= confidence_at_least && one.lift >= lift_at_least)
                found.push_back(one);
        }
    }
    std::sort(found.begin(), found.end(), [](const Dependency& x, const Dependency& y) {
        return std::tie(y.confidence, x.from, x.to) < std::tie(x.confidence, y.from, y.to);
    });
    return found;
}

}  // namespace ingest::quality
