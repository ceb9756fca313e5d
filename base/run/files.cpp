#include "base/run/files.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.hpp"

namespace base {

std::string read_whole_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in || std::filesystem::is_directory(path))
        throw Error(path, "cannot be read", "check the path");
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace base
