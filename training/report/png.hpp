#pragma once

#include <string>

#include "training/report/report.hpp"

namespace training::detail {

// The picture as "data:image/png;base64,..."; empty if its bytes do not fit its size.
std::string png_data_uri(const Thumbnail& picture);

}  // namespace training::detail
