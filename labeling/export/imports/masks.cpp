// Runs of pixels and the outlines around them.
//
// COCO counts pixels down the columns, beginning with those that are out. Packed, each count is a
// number of five bits a character, the lowest first, from '0' on; the sixth bit says that more
// follow, the sign is the last one's highest bit, and from the third on a count is told as the
// difference to the one two before it (cocodataset/cocoapi, maskApi.c).
//
// An outline goes round its part clockwise along the edges between pixels that are in and out.
// Where two parts touch at a corner it turns right, and so stays with the part that it is of.
#include "labeling/export/imports/masks.hpp"

#include <boost/json.hpp>

namespace labeling {

namespace json = boost::json;

namespace {

constexpr std::int64_t most_pixels = std::int64_t{1} << 26;

std::optional<std::vector<std::int64_t>> unpacked(std::string_view text) {
    std::vector<std::int64_t> counts;
    for (std::size_t at = 0; at < text.size();) {
        std::int64_t value = 0;
        int bits = 0;
        for (bool more = true; more;) {
            if (at == text.size() || bits > 50) return std::nullopt;
            auto piece = static_cast<int>(text[at++]) - '0';
            if (piece < 0 || piece > 63) return std::nullopt;
            value |= std::int64_t{piece & 31} << bits;
            bits += 5;
            more = (piece & 32) != 0;
            if (!more && (piece & 16) != 0) value -= std::int64_t{1} << bits;
        }
        if (counts.size() > 2) value += counts[counts.size() - 2];
        if (value < 0 || value > most_pixels) return std::nullopt;
        counts.push_back(value);
    }
    return counts;
}

std::optional<std::vector<std::int64_t>> counts_in(const json::value& counts) {
    if (counts.is_string()) return unpacked(std::string_view(counts.get_string()));
    if (!counts.is_array()) return std::nullopt;
    std::vector<std::int64_t> numbers;
    for (const auto& each : counts.get_array()) {
        boost::system::error_code none;
        numbers.push_back(each.to_number<std::int64_t>(none));
        if (none) return std::nullopt;
    }
    return numbers;
}

// Ways along the edges of pixels, each a right turn from the one before.
constexpr std::array<std::array<int, 2>, 4> ways_on{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};

// From each corner of pixels, which ways lead along an outline: a bit a way.
class Edges {
public:
    explicit Edges(const PixelMask& mask)
        : width_(mask.width + 1),
          ways_(static_cast<std::size_t>(width_) * static_cast<std::size_t>(mask.height + 1)) {
        auto in = [&](int x, int y) {
            if (x < 0 || y < 0 || x >= mask.width || y >= mask.height) return false;
            return mask.pixels
                       [static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.width) +
                        static_cast<std::size_t>(x)] != 0;
        };
        for (int y = 0; y < mask.height; ++y)
            for (int x = 0; x < mask.width; ++x) {
                if (!in(x, y)) continue;
                if (!in(x, y - 1)) add(x, y, 0);
                if (!in(x + 1, y)) add(x + 1, y, 1);
                if (!in(x, y + 1)) add(x + 1, y + 1, 2);
                if (!in(x - 1, y)) add(x, y + 1, 3);
            }
    }

    // The outline that leads on from a corner, and is taken out; empty: none does.
    PixelOutline take(std::size_t corner) {
        PixelOutline outline;
        if (ways_[corner] == 0) return outline;
        auto at = corner;
        unsigned way = 0, before = 4;
        while ((ways_[at] >> way & 1U) == 0) ++way;
        do {
            ways_[at] = static_cast<std::uint8_t>(ways_[at] & ~(1U << way));
            if (way != before) outline.push_back(place(at));
            before = way;
            at += static_cast<std::size_t>(ways_on[way][0] + ways_on[way][1] * width_);
            for (unsigned turn : {1U, 0U, 3U})
                if ((ways_[at] >> ((before + turn) % 4) & 1U) != 0) {
                    way = (before + turn) % 4;
                    break;
                }
        } while (at != corner || (ways_[at] >> way & 1U) != 0);
        return outline;
    }
    std::size_t corners() const { return ways_.size(); }

private:
    void add(int x, int y, unsigned way) {
        auto& ways = ways_
            [static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
             static_cast<std::size_t>(x)];
        ways = static_cast<std::uint8_t>(ways | (1U << way));
    }
    std::array<double, 2> place(std::size_t corner) const {
        auto width = static_cast<std::size_t>(width_);
        return {static_cast<double>(corner % width), static_cast<double>(corner / width)};
    }

    int width_;
    std::vector<std::uint8_t> ways_;
};

// Twice the area; negative where it goes round a hole.
double turned_area(const PixelOutline& outline) {
    double sum = 0;
    for (std::size_t i = 0; i < outline.size(); ++i) {
        const auto &a = outline[i], &b = outline[(i + 1) % outline.size()];
        sum += a[0] * b[1] - b[0] * a[1];
    }
    return sum;
}

}  // namespace

std::optional<PixelMask> read_mask(const json::object& mask, std::string& fault) {
    fault = "has a mask (RLE) without size and counts";
    const auto* size = mask.if_contains("size");
    const auto* counts = mask.if_contains("counts");
    if (!size || !counts || !size->is_array() || size->get_array().size() != 2) return std::nullopt;
    boost::system::error_code no_height, no_width;
    auto height = size->get_array()[0].to_number<std::int64_t>(no_height);
    auto width = size->get_array()[1].to_number<std::int64_t>(no_width);
    if (no_height || no_width || height < 1 || width < 1) return std::nullopt;
    fault = "has a mask (RLE) of more than 64 million pixels";
    if (height > most_pixels / width) return std::nullopt;
    fault = "has a mask (RLE) whose counts do not fit its size";
    auto runs = counts_in(*counts);
    if (!runs) return std::nullopt;
    PixelMask read{.width = static_cast<int>(width), .height = static_cast<int>(height)};
    read.pixels.resize(static_cast<std::size_t>(width * height));
    std::int64_t at = 0;
    for (std::size_t i = 0; i < runs->size(); ++i) {
        auto run = (*runs)[i];
        if (run < 0 || run > width * height - at) return std::nullopt;
        for (auto end = at + run; at < end; ++at)
            if (i % 2 == 1)
                read.pixels[static_cast<std::size_t>(at % height * width + at / height)] = 1;
    }
    if (at != width * height) return std::nullopt;
    fault.clear();
    return read;
}

std::optional<std::vector<PixelOutline>> outlines_of(const PixelMask& mask, std::string& fault) {
    Edges edges(mask);
    std::vector<PixelOutline> outlines;
    for (std::size_t corner = 0; corner < edges.corners(); ++corner)
        for (auto outline = edges.take(corner); !outline.empty(); outline = edges.take(corner)) {
            if (turned_area(outline) < 0) {
                fault = "has a mask with a hole, which is no outline";
                return std::nullopt;
            }
            outlines.push_back(std::move(outline));
        }
    if (outlines.empty()) {
        fault = "has an empty mask";
        return std::nullopt;
    }
    return outlines;
}

}  // namespace labeling
