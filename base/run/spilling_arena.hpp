#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

namespace base {

// Bytes that are written once and stay where they are until the arena ends: the first in memory,
// all others in a file without a name in the folder for temporary files (TMPDIR), which the system
// maps and reads as they are looked at. However many there are, memory holds `in_memory` bytes and
// what was looked at since pages were last given back.
//
// Thread-safe. What was added may be read by any thread without asking.
class SpillingArena {
public:
    explicit SpillingArena(std::size_t in_memory = std::size_t{32} << 20) : in_memory_(in_memory) {}
    ~SpillingArena();
    SpillingArena(const SpillingArena&) = delete;

    // One after the other. Throws base::Error if the disk does not take them.
    const char* add(std::string_view bytes, std::string_view more = {});

    // Says that so many bytes were read. Every so often it gives the pages of the file back.
    void looked_at(std::size_t bytes) {
        if (on_disk() > 0 && (looked_ += bytes) > looks_held) give_back();
    }
    std::uint64_t on_disk() const { return on_disk_.load(std::memory_order_relaxed); }

private:
    struct Chunk {
        char* at = nullptr;
        std::size_t size = 0;
        bool mapped = false;
    };
    static constexpr std::size_t looks_held = std::size_t{32} << 20;

    void grow(std::size_t wanted);
    char* map(std::size_t size);
    void give_back();

    const std::size_t in_memory_;
    std::mutex mutex_;  // of all that follows but the counts
    std::vector<Chunk> chunks_;
    std::size_t held_ = 0, free_ = 0;
    int file_ = -1;
    std::atomic<std::uint64_t> on_disk_ = 0, looked_ = 0;
};

}  // namespace base
