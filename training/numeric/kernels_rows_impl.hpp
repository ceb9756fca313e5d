// The second part of kernels_impl.hpp, which alone includes it: kernels that take the lines of a
// table by a sparse row. What they wait for is memory, so lines are asked for a dozen ahead.

namespace {

template <size_t vectors>
inline void gather(
    size_t count,
    const uint32_t* columns,
    const float* values,
    const float* table,
    size_t width,
    float* out
) {
    using V = Line;
    V sum[vectors];
#pragma GCC unroll 8
    for (size_t q = 0; q < vectors; ++q) sum[q] = line_at(out + q * line_lanes);
    for (size_t i = 0; i < count; ++i) {
        if (i + 12 < count) {
            const float* next = table + size_t{columns[i + 12]} * width;
            __builtin_prefetch(next);
            if (vectors * LINE_BYTES > 64) __builtin_prefetch(next + 16);
        }
        const float* row = table + size_t{columns[i]} * width;
#pragma GCC unroll 8
        for (size_t q = 0; q < vectors; ++q) sum[q] += line_at(row + q * line_lanes) * values[i];
    }
#pragma GCC unroll 8
    for (size_t q = 0; q < vectors; ++q) line_at(out + q * line_lanes) = sum[q];
}

void gather_rows(
    size_t count,
    const uint32_t* columns,
    const float* values,
    const float* table,
    size_t width,
    float* out
) {
    constexpr size_t eight = 32 / LINE_BYTES;  // vectors in 8 floats
    size_t at = 0;
    for (; at + 32 <= width; at += 32)
        gather<4 * eight>(count, columns, values, table + at, width, out + at);
    if (at + 16 <= width) {
        if (at + 24 <= width)
            return gather<3 * eight>(count, columns, values, table + at, width, out + at);
        return gather<2 * eight>(count, columns, values, table + at, width, out + at);
    }
    if (at < width) gather<eight>(count, columns, values, table + at, width, out + at);
}

void scatter_rows(
    size_t count,
    const uint32_t* columns,
    const float* values,
    const float* delta,
    size_t width,
    float* table
) {
    for (size_t i = 0; i < count; ++i) {
        if (i + 12 < count) __builtin_prefetch(table + size_t{columns[i + 12]} * width, 1);
        float* row = table + size_t{columns[i]} * width;
        for (size_t q = 0; q < width; q += line_lanes)
            line_at(row + q) += line_at(delta + q) * values[i];
    }
}

void adagrad_rows(
    size_t count,
    const uint32_t* columns,
    const float* values,
    const float* delta,
    size_t width,
    float* table,
    float* accumulator,
    uint32_t* seen,
    uint32_t now,
    float rate,
    float l2
) {
    using V = Line;
    float norm = 0;
    for (size_t q = 0; q < width; ++q) norm += delta[q] * delta[q];
    for (size_t i = 0; i < count; ++i) {
        if (i + 12 < count) {
            const float* next = table + size_t{columns[i + 12]} * width;
            __builtin_prefetch(next, 1);
            __builtin_prefetch(next + 16, 1);
            __builtin_prefetch(accumulator + columns[i + 12], 1);
        }
        const uint32_t column = columns[i];
        accumulator[column] += norm * values[i] * values[i];
        const float step = rate / (1e-4F + __builtin_sqrtf(accumulator[column]));
        const float missed = static_cast<float>(now - seen[column]);
        const float shrink = 1.0F / (1.0F + step * l2 * missed);
        const float scale = -step * values[i];
        seen[column] = now;
        float* row = table + size_t{column} * width;
        for (size_t q = 0; q < width; q += line_lanes) {
            V& w = line_at(row + q);
            w = w * shrink + line_at(delta + q) * scale;
        }
    }
}

}  // namespace
