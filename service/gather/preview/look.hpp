#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>

namespace service {

// How much of a source a look at it reads.
struct Look {
    std::chrono::milliseconds time{20'000};  // of each answer; the whole ends by the stop
    std::size_t octets = 16U << 20U;         // of each answer; of a download those from its start
    std::filesystem::path folder = {};       // of downloads
};

}  // namespace service
