#include "training/numeric/kernels.hpp"

#include <cstdlib>
#include <string_view>

namespace training {

const Kernels& kernels() {
    static const Kernels& chosen = [&]() -> const Kernels& {
        const char* asked = std::getenv("TILTH_KERNELS");
        if (asked && std::string_view(asked) == "portable") return *portable_kernels();
        const Kernels* best = avx2_kernels();
        return best ? *best : *portable_kernels();
    }();
    return chosen;
}

}  // namespace training
