#pragma once

#include <string>

namespace base {

// All bytes of a file. Throws base::Error if it cannot be read.
std::string read_whole_file(const std::string& path);

}  // namespace base
