#include "training/numeric/design.hpp"

#include <algorithm>

#include "training/numeric/large.hpp"

namespace training {

bool well_formed(const Design& design) {
    if (!design.sparse)
        return design.where.empty() && design.values.size() == design.rows * design.columns;
    return design.starts.size() == design.rows + 1 && design.starts.front() == 0 &&
           design.starts.back() == design.values.size() &&
           design.where.size() == design.values.size() &&
           std::is_sorted(design.starts.begin(), design.starts.end()) &&
           std::all_of(design.where.begin(), design.where.end(), [&](std::uint32_t c) {
               return c < design.columns;
           });
}

Design take_rows(const Design& design, std::span<const std::uint32_t> chosen) {
    Design out;
    out.rows = chosen.size();
    out.columns = design.columns;
    out.sparse = design.sparse;
    out.picture = design.picture;
    if (!design.sparse) {
        reserve_large(out.values, out.rows * out.columns);
        out.values.resize(out.rows * out.columns);
        copy_rows(design, chosen, out.values.data());
        return out;
    }
    out.starts.push_back(0);
    for (auto row : chosen) {
        out.values.insert(
            out.values.end(), design.row_values(row), design.row_values(row) + design.count(row)
        );
        out.where.insert(
            out.where.end(), design.row_where(row), design.row_where(row) + design.count(row)
        );
        out.starts.push_back(out.values.size());
    }
    return out;
}

Design transposed(const Design& design) {
    Design out;
    out.rows = design.columns;
    out.columns = design.rows;
    out.sparse = true;
    out.starts.assign(out.rows + 1, 0);
    for (auto column : design.where) ++out.starts[column + 1];
    for (std::size_t c = 0; c < out.rows; ++c) out.starts[c + 1] += out.starts[c];
    auto next = out.starts;
    out.where.resize(design.where.size());
    out.values.resize(design.values.size());
    for (std::size_t row = 0; row < design.rows; ++row) {
        for (std::size_t i = 0; i < design.count(row); ++i) {
            const auto at = next[design.row_where(row)[i]]++;
            out.where[at] = static_cast<std::uint32_t>(row);
            out.values[at] = design.row_values(row)[i];
        }
    }
    return out;
}

void copy_rows(const Design& design, std::span<const std::uint32_t> chosen, float* out) {
    for (auto row : chosen) {
        const float* from = design.row_values(row);
        if (design.sparse) {
            std::fill_n(out, design.columns, 0.0F);
            const auto* where = design.row_where(row);
            for (std::size_t i = 0; i < design.count(row); ++i) out[where[i]] = from[i];
        } else {
            std::copy_n(from, design.columns, out);
        }
        out += design.columns;
    }
}

}  // namespace training
