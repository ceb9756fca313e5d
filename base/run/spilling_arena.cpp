// A chunk of the file is filled through its mapping, after the disk has said that there is room for
// it: a page that could not be written later would end the program. Pages that are given back are
// the system's to write and to drop; who looks at them again has them read.
#include "base/run/spilling_arena.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/run/temporary_file.hpp"

namespace base {

namespace {

constexpr std::size_t first_chunk = std::size_t{1} << 16, most_chunk = std::size_t{1} << 22;
constexpr std::size_t page = 4096;

}  // namespace

SpillingArena::~SpillingArena() {
    for (const auto& chunk : chunks_) {
        if (chunk.mapped)
            ::munmap(chunk.at, chunk.size);
        else
            delete[] chunk.at;
    }
    if (file_ >= 0) ::close(file_);
}

const char* SpillingArena::add(std::string_view bytes, std::string_view more) {
    const auto size = bytes.size() + more.size();
    if (size == 0) return nullptr;
    char* at = nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (free_ < size) grow(size);
        at = chunks_.back().at + (chunks_.back().size - free_);
        free_ -= size;
    }
    if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
    if (!more.empty()) std::memcpy(at + bytes.size(), more.data(), more.size());
    return at;
}

// Chunks double, so that few bytes take few.
void SpillingArena::grow(std::size_t wanted) {
    const auto last = chunks_.empty() ? first_chunk / 2 : chunks_.back().size;
    auto size = std::max(wanted, std::clamp(last * 2, first_chunk, most_chunk));
    Chunk next{nullptr, (size + page - 1) / page * page, held_ + size > in_memory_};
    chunks_.reserve(chunks_.size() + 1);
    if (next.mapped) {
        if (!chunks_.empty() && chunks_.back().mapped)
            ::madvise(chunks_.back().at, chunks_.back().size, MADV_DONTNEED);
        next.at = map(next.size);
    } else {
        next.at = new char[next.size];
        held_ += next.size;
    }
    chunks_.push_back(next);
    free_ = next.size;
}

char* SpillingArena::map(std::size_t size) {
    if (file_ < 0) file_ = open_temporary_file();
    const auto from = on_disk();
    const auto failed = [](int code) {
        throw Error("a temporary file", "takes no more: " + error_text(code), more_space);
    };
    if (const int code =
            ::posix_fallocate(file_, static_cast<off_t>(from), static_cast<off_t>(size));
        code != 0)
        failed(code);
    void* at =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_, static_cast<off_t>(from));
    if (at == MAP_FAILED) failed(errno);
    on_disk_ += size;
    return static_cast<char*>(at);
}

void SpillingArena::give_back() {
    const std::lock_guard lock(mutex_);
    if (looked_ <= looks_held) return;  // another thread has
    looked_ = 0;
    for (const auto& chunk : chunks_)
        if (chunk.mapped) ::madvise(chunk.at, chunk.size, MADV_DONTNEED);
}

}  // namespace base
