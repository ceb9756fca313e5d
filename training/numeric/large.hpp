#pragma once

#include <cstddef>
#include <vector>

namespace training {

// Tells the system that these bytes will be filled, so that it may bring them as few large pages
// (madvise(2), MADV_HUGEPAGE). A hint: nothing fails, and nothing changes but the time it takes.
void expect_large(void* from, std::size_t bytes);

// Room for `count` values. Rows of a data set are hundreds of megabytes that are written once: of
// pages of 4 kB a gigabyte has 250,000, and each waits for the system when it is first written.
template <typename T>
void reserve_large(std::vector<T>& values, std::size_t count) {
    const auto before = values.capacity();
    values.reserve(count);
    if (values.capacity() > before) expect_large(values.data(), count * sizeof(T));
}

}  // namespace training
