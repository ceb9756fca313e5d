#pragma once

#include <filesystem>
#include <string_view>

namespace base {

// A folder of our own that is gone, with all in it, with this.
class TemporaryFolder {
public:
    // In `parent`, which is made if it is not there, or, without one, in the folder for temporary
    // files (TMPDIR). Throws base::Error if it cannot be made.
    explicit TemporaryFolder(
        const std::filesystem::path& parent = {},
        std::string_view name = "tilth"
    );
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace base
