#include "training/numeric/kernels.hpp"

#include <cstdlib>
#include <string_view>

namespace training {

const Kernels& kernels() {
    static const Kernels& chosen = [&]() -> const Kernels& {
        const char* asked = std::getenv("TILTH_KERNELS");
        const Kernels* best = portable_kernels();
        for (const auto* variant : {portable_kernels(), avx2_kernels(), avx512_kernels()}) {
            if (!variant) continue;
            if (asked && std::string_view(asked) == variant->name) return *variant;
            best = variant;
        }
        return *best;
    }();
    return chosen;
}

}  // namespace training
