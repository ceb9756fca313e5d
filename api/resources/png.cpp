#include "api/resources/png.hpp"

#include <cstdint>

#include <zlib.h>

#include "base/error.hpp"

namespace api {

namespace {

void put_32(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xffU);
}

void put_chunk(std::string& out, std::string_view name, const std::string& data) {
    put_32(out, static_cast<std::uint32_t>(data.size()));
    std::string body(name);
    body += data;
    auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    out += body;
    put_32(out, static_cast<std::uint32_t>(sum));
}

// Rows, each after the byte of its filter: none.
std::string scan_lines(const Pixels& pixels) {
    auto row = static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.channels);
    std::string lines;
    lines.reserve((row + 1) * static_cast<std::size_t>(pixels.height));
    for (int y = 0; y < pixels.height; ++y) {
        lines += '\0';
        lines += pixels.bytes.substr(row * static_cast<std::size_t>(y), row);
    }
    return lines;
}

std::string deflated(const std::string& data) {
    auto size = compressBound(static_cast<uLong>(data.size()));
    std::string out(size, '\0');
    auto* to = reinterpret_cast<Bytef*>(out.data());
    const auto* from = reinterpret_cast<const Bytef*>(data.data());
    if (compress2(to, &size, from, static_cast<uLong>(data.size()), 6) != Z_OK)
        throw base::Error("image", "its pixels cannot be compressed");
    out.resize(size);
    return out;
}

}  // namespace

std::string png_of(const Pixels& pixels) {
    constexpr char colour_types[] = {0, 4, 2, 6};
    auto size =
        static_cast<std::uint64_t>(pixels.width) * static_cast<std::uint64_t>(pixels.height);
    if (pixels.width < 1 || pixels.height < 1 || pixels.channels < 1 || pixels.channels > 4 ||
        size * static_cast<std::uint64_t>(pixels.channels) != pixels.bytes.size())
        throw base::Error("image", "its width, height and channels do not fit its bytes");

    std::string header;
    put_32(header, static_cast<std::uint32_t>(pixels.width));
    put_32(header, static_cast<std::uint32_t>(pixels.height));
    header += '\x08';
    header += colour_types[pixels.channels - 1];
    header.append(3, '\0');

    std::string out = "\x89PNG\r\n\x1a\n";
    put_chunk(out, "IHDR", header);
    put_chunk(out, "IDAT", deflated(scan_lines(pixels)));
    put_chunk(out, "IEND", "");
    return out;
}

}  // namespace api
