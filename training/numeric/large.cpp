#include "training/numeric/large.hpp"

#include <sys/mman.h>

#include <memory>

namespace training {

void expect_large([[maybe_unused]] void* from, [[maybe_unused]] std::size_t bytes) {
#ifdef MADV_HUGEPAGE
    constexpr std::size_t page = std::size_t{2} << 20U;
    if (std::align(page, page, from, bytes))
        static_cast<void>(madvise(from, bytes / page * page, MADV_HUGEPAGE));
#endif
}

}  // namespace training
