#pragma once

#include <cstddef>
#include <vector>

#include "training/numeric/team.hpp"

namespace training {

// Tells the system that these bytes will be filled, so that it may bring them as few large pages
// (madvise(2), MADV_HUGEPAGE). A hint: nothing fails, and nothing changes but the time it takes.
void expect_large(void* from, std::size_t bytes);

// Has the system bring these bytes now, stretch by stretch on all threads (MADV_POPULATE_WRITE);
// what they hold stays. A hint as well: where the system cannot, it brings them as they are
// written.
void bring_large(void* from, std::size_t bytes, Team& team);

// Room for `count` values. Rows of a data set are hundreds of megabytes that are written once: of
// pages of 4 kB a gigabyte has 250,000, and each waits for the system when it is first written.
template <typename T>
void reserve_large(std::vector<T>& values, std::size_t count) {
    const auto before = values.capacity();
    values.reserve(count);
    if (values.capacity() > before) expect_large(values.data(), count * sizeof(T));
}

// `count` values, 0 beyond those that there are. Most of the time that rows take to be filled is
// the system's, which clears their pages; so the threads share it.
template <typename T>
void resize_large(std::vector<T>& values, std::size_t count, Team& team) {
    const auto before = values.capacity();
    reserve_large(values, count);
    if (values.capacity() > before) bring_large(values.data(), count * sizeof(T), team);
    values.resize(count);
}

}  // namespace training
