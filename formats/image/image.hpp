#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "formats/image/image_measures.hpp"

namespace formats {

// Decodes all of an encoded image (jpeg, png, gif, webp, tiff, ..) to see that it is whole.
// Returns its measures, or one line saying what is wrong. Images of more than 2^28 pixels are
// refused unread. Thread-safe.
std::variant<Image, std::string> examine_image(std::string_view encoded);

// The size of a picture's pixels. One channel is grey, three are colours.
struct PictureShape {
    int width = 0;
    int height = 0;
    int channels = 1;

    std::size_t values() const {
        return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
               static_cast<std::size_t>(channels);
    }
    bool operator==(const PictureShape&) const = default;
};

// The pixels of a picture, row by row, channels interleaved, 8 bits each.
struct Picture {
    std::string pixels;
};

// Decodes an encoded image and brings it to a shape: stretched to its size, on white where it is
// transparent, grey or sRGB. Returns one line saying what is wrong otherwise. Thread-safe.
std::variant<Picture, std::string> decode_image(std::string_view encoded, PictureShape wanted);
// The same of pixels as they are.
std::variant<Picture, std::string>
scale_pixels(std::string_view pixels, PictureShape from, PictureShape wanted);

// 64-bit difference hash: the grey image averaged down to 9 x 8; each bit says whether a cell is
// darker than its right neighbour (N. Krawetz, "Kind of like that", 2013). Row by row, the first
// comparison in the highest bit.
std::uint64_t difference_hash(const std::uint8_t* grey, int width, int height);

// The IANA media type of a format name as in schema::Image.
std::string media_type_of_format(std::string_view format);

}  // namespace formats
