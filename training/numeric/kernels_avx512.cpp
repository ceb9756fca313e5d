// Compiled with -mavx512f and its kin; nothing in here may run before the processor was asked.
// Tiles of products are twice as wide as with AVX2 and higher, since there are twice as many
// registers; each element still adds its products in the same order, each rounded once.
#include "training/numeric/kernels.hpp"

#if defined(__AVX512F__) && defined(__AVX512VL__)
#define VECTOR_BYTES 64
#define TILE_ROWS 8
#include "training/numeric/kernels_impl.hpp"

namespace training {

const Kernels* avx512_kernels() {
    static constexpr Kernels table{
        "avx512",
        multiply<float>,
        multiply<double>,
        gather_rows,
        scatter_rows,
        adagrad_rows,
        adam,
        axpy,
        rectify,
        rectify_back,
        pool,
        unpool,
        squared_distance,
    };
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
               ? &table
               : nullptr;
}

}  // namespace training
#else
namespace training {

const Kernels* avx512_kernels() {
    return nullptr;
}

}  // namespace training
#endif
