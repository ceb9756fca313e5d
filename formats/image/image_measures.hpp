#pragma once

#include <cstdint>
#include <string>

namespace schema {

// What is known of an image without its pixels.
struct Image {
    int width = 0;
    int height = 0;
    int channels = 0;
    std::string format;       // "png", "jpeg", .. or "raw": row-major bytes, channels interleaved
    std::uint64_t phash = 0;  // difference hash, 64 bits
};

}  // namespace schema
