#include "tests/ingest/pictures.hpp"

#include <zlib.h>

namespace test {

namespace {

std::string big_endian(unsigned long value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(value >> shift & 0xFF));
    return out;
}

std::string chunk(const std::string& type, const std::string& data) {
    auto body = type + data;
    auto sum =
        crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return big_endian(data.size()) + body + big_endian(sum);
}

}  // namespace

std::string small_png() {
    std::string rows;
    for (int y = 0; y < 12; ++y) {
        rows.push_back('\0');  // no filter
        for (int x = 0; x < 16; ++x) rows.push_back(static_cast<char>(x * 15 + y));
    }
    std::string packed(compressBound(rows.size()), '\0');
    auto size = static_cast<uLongf>(packed.size());
    compress(
        reinterpret_cast<Bytef*>(packed.data()),
        &size,
        reinterpret_cast<const Bytef*>(rows.data()),
        rows.size()
    );
    packed.resize(size);
    auto header = big_endian(16) + big_endian(12) + std::string("\x08\0\0\0\0", 5);
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", packed) + chunk("IEND", "");
}

}  // namespace test
