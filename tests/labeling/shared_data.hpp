#pragma once

#include <optional>
#include <string>

// The text of a file below the folder of development data (TILTH_SHARED_DATA, or ../shared/data
// beside the source tree). Warns and returns nothing if it is not there.
std::optional<std::string> shared_data(const std::string& path);
