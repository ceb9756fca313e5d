// Compiled with -mavx2 -mfma; nothing in here may run before the processor was asked.
#include "training/numeric/kernels.hpp"

#if defined(__AVX2__) && defined(__FMA__)
#define VECTOR_BYTES 32
#include "training/numeric/kernels_impl.hpp"

namespace training {

const Kernels* avx2_kernels() {
    static constexpr Kernels table{
        "avx2",
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
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &table : nullptr;
}

}  // namespace training
#else
namespace training {

const Kernels* avx2_kernels() {
    return nullptr;
}

}  // namespace training
#endif
