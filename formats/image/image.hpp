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

// 64-bit difference hash: the grey image averaged down to 9 x 8; each bit says whether a cell is
// darker than its right neighbour (N. Krawetz, "Kind of like that", 2013). Row by row, the first
// comparison in the highest bit.
std::uint64_t difference_hash(const std::uint8_t* grey, int width, int height);

// The IANA media type of a format name as in schema::Image.
std::string media_type_of_format(std::string_view format);

}  // namespace formats
