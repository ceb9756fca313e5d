#include "training/numeric/kernels.hpp"

#define VECTOR_BYTES 16
#include "training/numeric/kernels_impl.hpp"

namespace training {

const Kernels* portable_kernels() {
    static constexpr Kernels table{
        "portable",
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
    return &table;
}

}  // namespace training
