#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <span>

namespace base {

// Bytes that are written once and read afterwards, on disk and not in memory, however many they
// are. Their file stands in the folder for temporary files (TMPDIR), has no name, and is gone with
// the spool, also when the process is killed.
class Spool {
public:
    // Throws base::Error if no file can be made.
    Spool();
    ~Spool();
    Spool(const Spool&) = delete;

    // What cannot be written is told by finish().
    std::ostream& out();
    // Throws base::Error if not all could be written. Nothing is written after it.
    void finish();

    // After finish().
    std::uint64_t size() const;
    // Reads up to so many bytes from `at` on; returns how many, 0 at the end. Thread-safe. Throws
    // base::Error if they cannot be read.
    std::size_t read(std::uint64_t at, std::span<char> into) const;

private:
    class File;
    std::unique_ptr<File> file_;
    std::ostream out_;
    std::uint64_t size_ = 0;
};

}  // namespace base
