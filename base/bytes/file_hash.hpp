#pragma once

#include <filesystem>
#include <string>

namespace base {

// The 64 digits of SHA-256 of a file of any size, as sha256sum writes them. Throws base::Error if
// it cannot be read to its end.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace base
