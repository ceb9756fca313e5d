#include "training/numeric/large.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace training {

void expect_large([[maybe_unused]] void* from, [[maybe_unused]] std::size_t bytes) {
#ifdef MADV_HUGEPAGE
    constexpr std::size_t page = std::size_t{2} << 20U;
    if (std::align(page, page, from, bytes))
        static_cast<void>(madvise(from, bytes / page * page, MADV_HUGEPAGE));
#endif
}

void bring_large(
    [[maybe_unused]] void* from,
    [[maybe_unused]] std::size_t bytes,
    [[maybe_unused]] Team& team
) {
#ifdef MADV_POPULATE_WRITE
    constexpr std::size_t stretch = std::size_t{8} << 20U;
    if (!std::align(stretch / 4, stretch / 4, from, bytes)) return;
    auto* first = static_cast<std::uint8_t*>(from);
    team.run(bytes / stretch, [&](std::size_t part) {
        static_cast<void>(madvise(first + part * stretch, stretch, MADV_POPULATE_WRITE));
    });
#endif
}

}  // namespace training
