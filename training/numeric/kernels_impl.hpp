// Included by kernels_portable.cpp and kernels_avx2.cpp only, with VECTOR_BYTES set. All is in an
// anonymous namespace and no code of the standard library's is used: an inline function compiled
// with -mavx2 could otherwise be the copy that the linker keeps for the whole program.

#include <cstddef>
#include <cstdint>

namespace {

using std::size_t;
using std::uint32_t;

template <typename T>
struct Simd;
template <>
struct Simd<float> {
    typedef float V __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));
};
template <>
struct Simd<double> {
    typedef double V __attribute__((vector_size(VECTOR_BYTES), aligned(8), may_alias));
};

// The vector that begins at an element; its type says how it lies.
template <typename T>
inline typename Simd<T>::V& vector_at(T* from) {
    return *reinterpret_cast<typename Simd<T>::V*>(from);
}
template <typename T>
inline const typename Simd<T>::V& vector_at(const T* from) {
    return *reinterpret_cast<const typename Simd<T>::V*>(from);
}

template <typename T>
inline constexpr size_t lanes = VECTOR_BYTES / sizeof(T);

inline size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

// Blocks of C are `block_m` rows high and computed `block_k` products at a time; see Goto and van
// de Geijn 2008.
#ifndef TILE_ROWS
#define TILE_ROWS 6
#endif
inline constexpr size_t tile_m = TILE_ROWS;
inline constexpr size_t block_m = 96;
inline constexpr size_t block_k = 256;
inline constexpr size_t block_n = 1024;

// A tile of C, `rows` by `vectors`, over `k` products. B is packed, two vectors per step; the
// second is passed over where the last columns of C need but one.
template <typename T, size_t rows, size_t vectors>
inline void tile(
    size_t k,
    const T* a,
    size_t a_row,
    size_t a_col,
    const T* b,
    T* c,
    size_t ldc,
    size_t columns,
    bool add
) {
    using V = typename Simd<T>::V;
    constexpr size_t step = 2 * lanes<T>;
    V sums[rows][vectors] = {};
    for (size_t p = 0; p < k; ++p) {
        V from[vectors];
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; ++v) from[v] = vector_at(b + p * step + v * lanes<T>);
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; ++i) {
            const T scalar = a[i * a_row + p * a_col];
#pragma GCC unroll 2
            for (size_t v = 0; v < vectors; ++v) sums[i][v] += from[v] * scalar;
        }
    }
    if (columns == vectors * lanes<T>) {
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; ++i)
#pragma GCC unroll 2
            for (size_t v = 0; v < vectors; ++v) {
                V& out = vector_at(c + i * ldc + v * lanes<T>);
                out = add ? out + sums[i][v] : sums[i][v];
            }
        return;
    }
    for (size_t i = 0; i < rows; ++i) {
        T line[step];
        for (size_t v = 0; v < vectors; ++v) vector_at(line + v * lanes<T>) = sums[i][v];
        for (size_t j = 0; j < columns; ++j)
            c[i * ldc + j] = add ? c[i * ldc + j] + line[j] : line[j];
    }
}

// The tile of so many rows: those at the lower edge of C are lower than others.
template <typename T, size_t rows>
inline void any_tile(
    size_t wanted,
    size_t k,
    const T* a,
    size_t a_row,
    size_t a_col,
    const T* b,
    T* c,
    size_t ldc,
    size_t columns,
    bool add
) {
    if constexpr (rows > 0) {
        if (wanted != rows)
            return any_tile<T, rows - 1>(wanted, k, a, a_row, a_col, b, c, ldc, columns, add);
        if (columns > lanes<T>)
            tile<T, rows, 2>(k, a, a_row, a_col, b, c, ldc, columns, add);
        else
            tile<T, rows, 1>(k, a, a_row, a_col, b, c, ldc, columns, add);
    }
}

// B in slivers two vectors wide, the last one filled up with zeros.
template <typename T>
void pack_b(size_t k, size_t n, const T* b, size_t b_row, size_t b_col, T* out) {
    constexpr size_t width = 2 * lanes<T>;
    for (size_t j = 0; j < n; j += width) {
        const size_t columns = least(width, n - j);
        for (size_t p = 0; p < k; ++p) {
            const T* from = b + p * b_row + j * b_col;
            if (b_col == 1 && columns == width) {
                vector_at(out) = vector_at(from);
                vector_at(out + lanes<T>) = vector_at(from + lanes<T>);
                out += width;
                continue;
            }
            for (size_t q = 0; q < columns; ++q) out[q] = from[q * b_col];
            for (size_t q = columns; q < width; ++q) out[q] = T{0};
            out += width;
        }
    }
}

// A in slivers of tile_m rows, step by step.
template <typename T>
void pack_a(size_t m, size_t k, const T* a, size_t a_row, size_t a_col, T* out) {
    for (size_t i = 0; i < m; i += tile_m) {
        const size_t rows = least(tile_m, m - i);
        for (size_t p = 0; p < k; ++p) {
            for (size_t q = 0; q < rows; ++q) out[q] = a[(i + q) * a_row + p * a_col];
            for (size_t q = rows; q < tile_m; ++q) out[q] = T{0};
            out += tile_m;
        }
    }
}

template <typename T>
void multiply(
    size_t m,
    size_t n,
    size_t k,
    const T* a,
    size_t a_row,
    size_t a_col,
    const T* b,
    size_t b_row,
    size_t b_col,
    T* c,
    size_t ldc,
    bool add,
    T* work
) {
    constexpr size_t width = 2 * lanes<T>;
    T* packed_b = work;
    T* packed_a = work + block_k * block_n;
    if (k == 0 && !add) {
        for (size_t i = 0; i < m; ++i) {
            for (size_t j = 0; j < n; ++j) c[i * ldc + j] = T{0};
        }
    }
    for (size_t j0 = 0; j0 < n; j0 += block_n) {
        const size_t nb = least(block_n, n - j0);
        for (size_t p0 = 0; p0 < k; p0 += block_k) {
            const size_t kb = least(block_k, k - p0);
            const bool onto = add || p0 > 0;
            pack_b(kb, nb, b + p0 * b_row + j0 * b_col, b_row, b_col, packed_b);
            for (size_t i0 = 0; i0 < m; i0 += block_m) {
                const size_t mb = least(block_m, m - i0);
                const T* from = a + i0 * a_row + p0 * a_col;
                size_t row_step = a_row;
                size_t column_step = a_col;
                // Few columns do not repay a copy of A, nor do more where its rows are read in
                // line.
                const bool packed = nb > (a_col == 1 ? 16 : 4) * width;
                if (packed) {
                    pack_a(mb, kb, from, a_row, a_col, packed_a);
                    from = packed_a;
                    row_step = 1;
                    column_step = tile_m;
                }
                for (size_t j = 0; j < nb; j += width) {
                    for (size_t i = 0; i < mb; i += tile_m) {
                        any_tile<T, tile_m>(
                            least(tile_m, mb - i),
                            kb,
                            from + (packed ? i * kb : i * row_step),
                            row_step,
                            column_step,
                            packed_b + j * kb,
                            c + (i0 + i) * ldc + j0 + j,
                            ldc,
                            least(width, nb - j),
                            onto
                        );
                    }
                }
            }
        }
    }
}

template <size_t vectors>
inline void gather(
    size_t count,
    const uint32_t* columns,
    const float* values,
    const float* table,
    size_t width,
    float* out
) {
    using V = Simd<float>::V;
    V sum[vectors];
#pragma GCC unroll 8
    for (size_t q = 0; q < vectors; ++q) sum[q] = vector_at(out + q * lanes<float>);
    for (size_t i = 0; i < count; ++i) {
        if (i + 12 < count) {
            const float* next = table + size_t{columns[i + 12]} * width;
            __builtin_prefetch(next);
            if (vectors * VECTOR_BYTES > 64) __builtin_prefetch(next + 16);
        }
        const float* row = table + size_t{columns[i]} * width;
#pragma GCC unroll 8
        for (size_t q = 0; q < vectors; ++q)
            sum[q] += vector_at(row + q * lanes<float>) * values[i];
    }
#pragma GCC unroll 8
    for (size_t q = 0; q < vectors; ++q) vector_at(out + q * lanes<float>) = sum[q];
}

void gather_rows(
    size_t count,
    const uint32_t* columns,
    const float* values,
    const float* table,
    size_t width,
    float* out
) {
    constexpr size_t eight = 32 / VECTOR_BYTES;  // vectors in 8 floats
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
        for (size_t q = 0; q < width; q += lanes<float>)
            vector_at(row + q) += vector_at(delta + q) * values[i];
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
    using V = Simd<float>::V;
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
        for (size_t q = 0; q < width; q += lanes<float>) {
            V& w = vector_at(row + q);
            w = w * shrink + vector_at(delta + q) * scale;
        }
    }
}

void adam(
    size_t count,
    float* weights,
    float* first,
    float* second,
    const float* gradient,
    float rate,
    float epsilon,
    float shrink
) {
#pragma GCC ivdep
    for (size_t i = 0; i < count; ++i) {
        const float g = gradient[i];
        const float m = 0.9F * first[i] + 0.1F * g;
        const float v = 0.999F * second[i] + 0.001F * g * g;
        first[i] = m;
        second[i] = v;
        weights[i] = weights[i] * shrink - rate * m / (__builtin_sqrtf(v) + epsilon);
    }
}

void axpy(size_t count, float a, const float* x, float* y) {
#pragma GCC ivdep
    for (size_t i = 0; i < count; ++i) y[i] += a * x[i];
}

void pool(size_t count, const float* const* cells, const float* bias, float* out, uint32_t* which) {
    const float *a = cells[0], *b = cells[1], *c = cells[2], *d = cells[3];
#pragma GCC ivdep
    for (size_t i = 0; i < count; ++i) {
        const bool right = b[i] > a[i], low_right = d[i] > c[i];
        const float above = right ? b[i] : a[i];
        const float below = low_right ? d[i] : c[i];
        const uint32_t of_above = right ? 1U : 0U;
        const uint32_t of_below = low_right ? 3U : 2U;
        const float largest = (below > above ? below : above) + bias[i];
        which[i] = below > above ? of_below : of_above;
        out[i] = largest < 0 ? 0.0F : largest;  // not a number stays one
    }
}

void unpool(
    size_t count,
    const float* error,
    const float* out,
    const uint32_t* which,
    float scale,
    float* const* cells
) {
    float *a = cells[0], *b = cells[1], *c = cells[2], *d = cells[3];
#pragma GCC ivdep
    for (size_t i = 0; i < count; ++i) {
        const float e = out[i] > 0 ? error[i] * scale : 0.0F;
        const uint32_t at = which[i];
        a[i] = at == 0 ? e : 0.0F;
        b[i] = at == 1 ? e : 0.0F;
        c[i] = at == 2 ? e : 0.0F;
        d[i] = at == 3 ? e : 0.0F;
    }
}

float squared_distance(size_t count, const float* a, const float* b) {
    using V = typename Simd<float>::V;
    constexpr size_t width = lanes<float>;
    V even = {}, odd = {};
    size_t i = 0;
    for (; i + 2 * width <= count; i += 2 * width) {
        const V first = vector_at(a + i) - vector_at(b + i);
        const V second = vector_at(a + i + width) - vector_at(b + i + width);
        even += first * first;
        odd += second * second;
    }
    float sum = 0;
    for (size_t lane = 0; lane < width; ++lane) sum += even[lane] + odd[lane];
    for (; i < count; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

}  // namespace
