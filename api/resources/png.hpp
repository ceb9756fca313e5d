#pragma once

#include <string>
#include <string_view>

namespace api {

struct Pixels {
    int width = 0;
    int height = 0;
    int channels = 0;        // 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
    std::string_view bytes;  // row by row, channels interleaved, 8 bits each
};

// A PNG file (ISO/IEC 15948) of the pixels. Throws base::Error when the sizes do not fit the bytes.
std::string png_of(const Pixels& pixels);

}  // namespace api
