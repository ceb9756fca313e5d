#pragma once

#include <cstddef>
#include <cstdint>

namespace training {

// The hot loops, compiled for any processor, for AVX2 with FMA and for AVX-512. Plain arrays in and
// out, no allocation, no state. One variant gives the same bits for the same input every time, and
// the two wide ones the same as each other; the plain one differs in the last bits, since FMA
// rounds once.
struct Kernels {
    const char* name;

    // C (M x N, row-major with `ldc`) = A * B, or += if `add`. Element (i, k) of A is a[i * a_row +
    // k * a_col], so a transposed operand needs no copy; B likewise. `work` holds at least
    // work_floats (work_doubles) elements.
    void (*gemm
    )(std::size_t m,
      std::size_t n,
      std::size_t k,
      const float* a,
      std::size_t a_row,
      std::size_t a_col,
      const float* b,
      std::size_t b_row,
      std::size_t b_col,
      float* c,
      std::size_t ldc,
      bool add,
      float* work);
    void (*gemm_double
    )(std::size_t m,
      std::size_t n,
      std::size_t k,
      const double* a,
      std::size_t a_row,
      std::size_t a_col,
      const double* b,
      std::size_t b_row,
      std::size_t b_col,
      double* c,
      std::size_t ldc,
      bool add,
      double* work);

    // out[0..width) += sum over i of values[i] * table[columns[i] * width ..]; width is a multiple
    // of 8.
    void (*gather_rows
    )(std::size_t count,
      const std::uint32_t* columns,
      const float* values,
      const float* table,
      std::size_t width,
      float* out);
    // table[columns[i] * width ..] += values[i] * delta[0..width)
    void (*scatter_rows
    )(std::size_t count,
      const std::uint32_t* columns,
      const float* values,
      const float* delta,
      std::size_t width,
      float* table);
    // One AdaGrad step (Duchi et al. 2011) on the rows that an example touches, with one
    // accumulator per row; then the L2 shrinkage that the row has missed since `seen[row]`, as an
    // implicit step.
    void (*adagrad_rows
    )(std::size_t count,
      const std::uint32_t* columns,
      const float* values,
      const float* delta,
      std::size_t width,
      float* table,
      float* accumulator,
      std::uint32_t* seen,
      std::uint32_t now,
      float rate,
      float l2);
    // One Adam step (Kingma and Ba 2015) with the gradient times `scale`; `rate` has the bias
    // correction in it.
    void (*adam
    )(std::size_t count,
      float* weights,
      float* first,
      float* second,
      const float* gradient,
      float scale,
      float rate,
      float epsilon,
      float shrink);
    // y += a * x
    void (*axpy)(std::size_t count, float a, const float* x, float* y);

    // Of rectified units: what is below 0 becomes 0, what is not a number stays; and the way back,
    // where the error of a unit that is not above 0 becomes 0.
    void (*rectify)(std::size_t count, float* units);
    void (*rectify_back)(std::size_t count, const float* units, float* errors);

    // Of the four cells of a field, `count` channels each: out = max(0, largest + bias), and which
    // of them it was (0 to 3; the first of equal ones). Cells may be the same.
    void (*pool
    )(std::size_t count,
      const float* const* cells,
      const float* bias,
      float* out,
      std::uint32_t* which);
    // The way back: the error times `scale` goes to the cell that was largest, where `out` is above
    // 0; all else of the cells becomes 0. Cells must differ.
    void (*unpool
    )(std::size_t count,
      const float* error,
      const float* out,
      const std::uint32_t* which,
      float scale,
      float* const* cells);
    // Sum of (a - b)^2.
    float (*squared_distance)(std::size_t count, const float* a, const float* b);
};

inline constexpr std::size_t work_floats = 256 * 1024 + 96 * 256 + 64;
inline constexpr std::size_t work_doubles = work_floats;

// The best variant for this processor. TILTH_KERNELS in the environment asks for one by its name
// (portable, avx2, avx512), if the processor has it.
const Kernels& kernels();

// Each variant by itself; nullptr when it is not built in or the processor cannot run it.
const Kernels* portable_kernels();
const Kernels* avx2_kernels();
const Kernels* avx512_kernels();

}  // namespace training
