#include "api/resources/png.hpp"

#include <cstdint>

#include <zlib.h>
#include <catch2/catch.hpp>

#include "base/error.hpp"

namespace {

std::uint32_t number_at(const std::string& png, std::size_t at) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4; ++i) out = out << 8 | static_cast<unsigned char>(png[at + i]);
    return out;
}

// The chunks of a PNG file in order, their checksums checked.
std::vector<std::pair<std::string, std::string>> chunks(const std::string& png) {
    std::vector<std::pair<std::string, std::string>> out;
    std::size_t at = 8;
    while (at < png.size()) {
        auto size = number_at(png, at);
        auto body = png.substr(at + 4, size + 4);
        auto sum =
            crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
        CHECK(sum == number_at(png, at + 8 + size));
        out.emplace_back(body.substr(0, 4), body.substr(4));
        at += 12 + size;
    }
    return out;
}

}  // namespace

TEST_CASE("raw pixels become a PNG with the same pixels", "[api][png]") {
    for (int channels = 1; channels <= 4; ++channels) {
        std::string pixels;
        for (int i = 0; i < 3 * 2 * channels; ++i) pixels += static_cast<char>(i * 37);
        auto png = api::png_of({3, 2, channels, pixels});
        CHECK(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");

        auto parts = chunks(png);
        REQUIRE(parts.size() == 3);
        CHECK(parts[0].first == "IHDR");
        CHECK(number_at(parts[0].second, 0) == 3);
        CHECK(number_at(parts[0].second, 4) == 2);
        CHECK(parts[0].second[9] == "\0\4\2\6"[channels - 1]);

        std::string lines(static_cast<std::size_t>(2 * (3 * channels + 1)), '\0');
        uLongf size = lines.size();
        REQUIRE(
            uncompress(
                reinterpret_cast<Bytef*>(lines.data()),
                &size,
                reinterpret_cast<const Bytef*>(parts[1].second.data()),
                static_cast<uLong>(parts[1].second.size())
            ) == Z_OK
        );
        auto row = static_cast<std::size_t>(3 * channels);
        CHECK(lines.substr(1, row) + lines.substr(row + 2, row) == pixels);
        CHECK(parts[2].first == "IEND");
    }
}

TEST_CASE("pixels that do not fit their size are refused", "[api][png]") {
    CHECK_THROWS_AS(api::png_of({3, 2, 1, "12345"}), base::Error);
    CHECK_THROWS_AS(api::png_of({0, 2, 1, ""}), base::Error);
    CHECK_THROWS_AS(api::png_of({1, 1, 5, "12345"}), base::Error);
    CHECK_THROWS_AS(api::png_of({65536, 65536, 1, ""}), base::Error);
}
