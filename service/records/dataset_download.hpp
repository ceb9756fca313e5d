#pragma once

#include <filesystem>

#include "service/verb.hpp"

namespace service {

// A data set that was written to `folder` as one download: the file of its rows, or, where that
// lies in a folder of its own, a tar of all.
Download download_of(const std::filesystem::path& folder, const std::filesystem::path& rows);

}  // namespace service
