#pragma once

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string>

namespace formats {

enum class Packing { zip, tar };

// A zip file, deflated, or a tar (POSIX, not compressed). Members have no times: the same members
// make the same bytes.
class ArchiveWriter {
public:
    // `out` outlives it.
    ArchiveWriter(std::ostream& out, Packing packing);
    ~ArchiveWriter();
    ArchiveWriter(const ArchiveWriter&) = delete;

    // Throws base::Error if it can not be written.
    void add(const std::string& name, const std::string& bytes);
    // The bytes of a file, in the memory of a part of it.
    void add_file(const std::string& name, const std::filesystem::path& path);
    void finish();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace formats
