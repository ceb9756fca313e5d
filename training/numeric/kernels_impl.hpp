// Included by kernels_portable.cpp, kernels_avx2.cpp and kernels_avx512.cpp only, with VECTOR_BYTES
// set. All is in an anonymous namespace and no code of the standard library's is used: an inline
// function compiled with -mavx2 could otherwise be the copy that the linker keeps for the whole
// program.

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

template <typename T>
struct HalfSimd;
template <>
struct HalfSimd<float> {
    typedef float V __attribute__((vector_size(VECTOR_BYTES / 2), aligned(4), may_alias));
};
template <>
struct HalfSimd<double> {
    typedef double V __attribute__((vector_size(VECTOR_BYTES / 2), aligned(8), may_alias));
};

// The vector that begins at an element; its type says how it lies. (A type loses its alignment as
// an argument of a template, so that what is returned names the struct that it is in.)
template <typename V, typename T>
inline V& seen_as(T* from) {
    return *reinterpret_cast<V*>(from);
}
template <typename Of, typename T>
inline typename Of::V& one_of(T* from) {
    return seen_as<typename Of::V>(from);
}
template <typename Of, typename T>
inline const typename Of::V& one_of(const T* from) {
    return seen_as<const typename Of::V>(from);
}

template <typename T>
inline typename Simd<T>::V& vector_at(T* from) {
    return one_of<Simd<T>>(from);
}
template <typename T>
inline const typename Simd<T>::V& vector_at(const T* from) {
    return one_of<Simd<T>>(from);
}

template <typename T>
inline constexpr size_t lanes = VECTOR_BYTES / sizeof(T);

// Of lines of tables and the like: sums over lanes have one order whatever the width of tiles, so
// that the widest variant gives the bits of the one before it.
#if VECTOR_BYTES > 32
#define LINE_BYTES 32
#else
#define LINE_BYTES VECTOR_BYTES
#endif
typedef float Line __attribute__((vector_size(LINE_BYTES), aligned(4), may_alias));
inline constexpr size_t line_lanes = LINE_BYTES / sizeof(float);
inline Line& line_at(float* from) {
    return seen_as<Line>(from);
}
inline const Line& line_at(const float* from) {
    return seen_as<const Line>(from);
}

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

// A tile of C, `rows` by `vectors`, over `k` products. B is packed, two vectors per step; where the
// last columns of C need but one, or half of one, the others are passed over. How wide a vector is
// changes no sum: each element of C has its own.
template <typename T, typename Of, size_t rows, size_t vectors>
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
    constexpr size_t step = 2 * lanes<T>;
    using V = typename Of::V;
    constexpr size_t width = sizeof(V) / sizeof(T);
    V sums[rows][vectors] = {};
    for (size_t p = 0; p < k; ++p) {
        V from[vectors];
#pragma GCC unroll 2
        for (size_t v = 0; v < vectors; ++v) from[v] = one_of<Of>(b + p * step + v * width);
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; ++i) {
            const T scalar = a[i * a_row + p * a_col];
#pragma GCC unroll 2
            for (size_t v = 0; v < vectors; ++v) sums[i][v] += from[v] * scalar;
        }
    }
    if (columns == vectors * width) {
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; ++i)
#pragma GCC unroll 2
            for (size_t v = 0; v < vectors; ++v) {
                V& out = one_of<Of>(c + i * ldc + v * width);
                out = add ? out + sums[i][v] : sums[i][v];
            }
        return;
    }
    for (size_t i = 0; i < rows; ++i) {
        T line[step] = {};
        for (size_t v = 0; v < vectors; ++v) one_of<Of>(line + v * width) = sums[i][v];
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
            tile<T, Simd<T>, rows, 2>(k, a, a_row, a_col, b, c, ldc, columns, add);
        else if (columns > lanes<T> / 2)
            tile<T, Simd<T>, rows, 1>(k, a, a_row, a_col, b, c, ldc, columns, add);
        else
            tile<T, HalfSimd<T>, rows, 1>(k, a, a_row, a_col, b, c, ldc, columns, add);
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
            const T* from = a + i * a_row + p * a_col;
            if (a_row == 1 && rows == tile_m) {
                __builtin_memcpy(out, from, tile_m * sizeof(T));
                out += tile_m;
                continue;
            }
            for (size_t q = 0; q < rows; ++q) out[q] = from[q * a_row];
            for (size_t q = rows; q < tile_m; ++q) out[q] = T{0};
            out += tile_m;
        }
    }
}

// The first line of the cache that begins in there: a vector across two lines is two loads.
template <typename T>
inline T* aligned(T* work) {
    const auto over = reinterpret_cast<std::uintptr_t>(work) % 64;
    return work + (64 - over) % 64 / sizeof(T);
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
    T* packed_b = aligned(work);
    T* packed_a = packed_b + block_k * block_n;
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
                const bool packed = nb * sizeof(T) > (a_col == 1 ? 1024 : 256);
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

void adam(
    size_t count,
    float* weights,
    float* first,
    float* second,
    const float* gradient,
    float scale,
    float rate,
    float epsilon,
    float shrink
) {
#pragma GCC ivdep
    for (size_t i = 0; i < count; ++i) {
        const float g = gradient[i] * scale;
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

void rectify(size_t count, float* units) {
#pragma GCC ivdep
    for (size_t i = 0; i < count; ++i) units[i] = units[i] < 0 ? 0.0F : units[i];
}

void rectify_back(size_t count, const float* units, float* errors) {
#pragma GCC ivdep
    for (size_t i = 0; i < count; ++i) errors[i] = units[i] > 0 ? errors[i] : 0.0F;
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
    using V = Line;
    constexpr size_t width = line_lanes;
    V even = {}, odd = {};
    size_t i = 0;
    for (; i + 2 * width <= count; i += 2 * width) {
        const V first = line_at(a + i) - line_at(b + i);
        const V second = line_at(a + i + width) - line_at(b + i + width);
        even += first * first;
        odd += second * second;
    }
    float sum = 0;
    for (size_t lane = 0; lane < width; ++lane) sum += even[lane] + odd[lane];
    for (; i < count; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

}  // namespace

#include "training/numeric/kernels_rows_impl.hpp"
