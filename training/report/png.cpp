#include "training/report/png.hpp"

#include <cstdint>
#include <string_view>

#include <zlib.h>

namespace training::detail {

namespace {

void put_be32(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(value >> shift & 0xff));
}

void put_chunk(std::string& out, std::string_view type, std::string_view data) {
    put_be32(out, static_cast<std::uint32_t>(data.size()));
    std::string body(type);
    body += data;
    out += body;
    put_be32(
        out,
        static_cast<std::uint32_t>(
            crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))
        )
    );
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t three = 0;
        for (std::size_t j = 0; j < 3; ++j)
            three =
                three << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            out.push_back(i + j > bytes.size() ? '=' : digits[three >> (18 - 6 * j) & 63]);
    }
    return out;
}

}  // namespace

std::string png_data_uri(const Thumbnail& picture) {
    if (picture.width <= 0 || picture.height <= 0 ||
        (picture.channels != 1 && picture.channels != 3))
        return {};
    const auto line =
        static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
    const auto height = static_cast<std::size_t>(picture.height);
    if (picture.bytes.size() != line * height) return {};
    std::string rows;
    for (std::size_t y = 0; y < height; ++y) {
        rows.push_back(0);  // no filter
        rows.append(reinterpret_cast<const char*>(picture.bytes.data()) + y * line, line);
    }
    auto size = compressBound(static_cast<uLong>(rows.size()));
    std::string packed(size, '\0');
    if (compress2(
            reinterpret_cast<Bytef*>(packed.data()),
            &size,
            reinterpret_cast<const Bytef*>(rows.data()),
            static_cast<uLong>(rows.size()),
            9
        ) != Z_OK) {
        return {};
    }
    packed.resize(size);

    std::string header;
    put_be32(header, static_cast<std::uint32_t>(picture.width));
    put_be32(header, static_cast<std::uint32_t>(picture.height));
    header.push_back(8);                              // bits a channel
    header.push_back(picture.channels == 3 ? 2 : 0);  // colour or grey
    header.append(3, '\0');
    std::string png("\x89PNG\r\n\x1a\n", 8);
    put_chunk(png, "IHDR", header);
    put_chunk(png, "IDAT", packed);
    put_chunk(png, "IEND", "");
    return "data:image/png;base64," + base64(png);
}

}  // namespace training::detail
