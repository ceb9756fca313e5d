#include "training/models/unsupervised/finder.hpp"

#include <algorithm>

namespace training {

std::vector<float>
mean_less_all(const Design& rows, std::span<const std::int32_t> labels, std::size_t label) {
    std::vector<double> own(rows.columns), all(rows.columns);
    double count = 0;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const bool in = labels[row] == static_cast<std::int32_t>(label);
        count += in ? 1 : 0;
        const auto values = rows.sparse ? rows.count(row) : rows.columns;
        for (std::size_t i = 0; i < values; ++i) {
            const auto c = rows.sparse ? rows.row_where(row)[i] : i;
            const auto value = static_cast<double>(rows.row_values(row)[i]);
            all[c] += value;
            if (in) own[c] += value;
        }
    }
    const auto each = static_cast<double>(std::max<std::size_t>(1, rows.rows));
    std::vector<float> out;
    for (std::size_t c = 0; c < rows.columns; ++c)
        out.push_back(static_cast<float>(own[c] / std::max(1.0, count) - all[c] / each));
    return out;
}

}  // namespace training
