#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/fwd.hpp>

// Masks of pictures as COCO writes them, and their outlines.
namespace labeling {

// Which pixels are in, row by row.
struct PixelMask {
    int width = 0, height = 0;
    std::vector<std::uint8_t> pixels{};  // 0 or 1
};

// Of {"size": [height, width], "counts": [..]}, or with the counts packed into a text (COCO's
// "compressed RLE"). Nothing, with the reason in `fault`, for what is none or has over 64 million
// pixels.
std::optional<PixelMask> read_mask(const boost::json::object& mask, std::string& fault);

using PixelOutline = std::vector<std::array<double, 2>>;
// The outlines of its parts, along the edges of pixels, each without points on straight lines:
// pixels that touch at a corner only are of different parts. Nothing, with the reason in `fault`,
// where a part has a hole, or where there is none.
std::optional<std::vector<PixelOutline>> outlines_of(const PixelMask& mask, std::string& fault);

}  // namespace labeling
