#include "base/run/temporary_folder.hpp"

#include <string>
#include <system_error>

#include <cstdlib>

#include "base/error.hpp"

namespace base {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder(const fs::path& parent, std::string_view name) {
    std::error_code none;
    const auto in = parent.empty() ? fs::temp_directory_path(none) : parent;
    fs::create_directories(in, none);
    auto made = (fs::absolute(in) / (std::string(name) + "-XXXXXX")).string();
    if (!::mkdtemp(made.data()))
        throw Error(made, "cannot be made", "is the disk full, or the folder not ours?");
    path_ = made;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace base
