#include "base/run/temporary_file.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>
#include <cstdlib>

#include "base/error.hpp"

namespace base {

int open_temporary_file() {
    std::error_code none;
    auto folder = std::filesystem::temp_directory_path(none);
    auto path = (folder / "tilth-XXXXXX").string();
    const int file = ::mkostemp(path.data(), O_CLOEXEC);
    if (file < 0)
        throw Error(folder.string(), "takes no temporary file: " + error_text(errno), more_space);
    ::unlink(path.c_str());
    return file;
}

std::string error_text(int code) {
    return std::system_category().message(code);
}

}  // namespace base
