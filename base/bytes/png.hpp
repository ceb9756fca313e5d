#pragma once

#include <string>
#include <string_view>

namespace base {

struct Pixels {
    int width = 0;
    int height = 0;
    int channels = 0;        // 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha
    std::string_view bytes;  // row by row, channels interleaved, 8 bits each

    // Whether there is a pixel and the bytes are as many as the sizes say.
    bool fit() const;
};

// A PNG file (ISO/IEC 15948). Throws base::Error if the pixels do not fit().
std::string png(const Pixels& pixels);

// "data:image/png;base64,.." for a page that is one file; as png().
std::string png_data_uri(const Pixels& pixels);

}  // namespace base
