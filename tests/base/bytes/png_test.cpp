#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <png.h>
#include <zlib.h>
#include <catch2/catch.hpp>

#include "base/bytes/base64.hpp"
#include "base/bytes/png.hpp"
#include "base/error.hpp"

using namespace base;

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

TEST_CASE("a PNG tells size and colours of its pixels", "[bytes]") {
    struct Case {
        int channels;
        char colour_type;  // ISO/IEC 15948, table 11.1
    };
    for (auto [channels, colour_type] : {Case{1, 0}, Case{2, 4}, Case{3, 2}, Case{4, 6}}) {
        INFO(channels);
        std::string bytes(static_cast<std::size_t>(2 * 3 * channels), '\x40');
        auto file = png({.width = 2, .height = 3, .channels = channels, .bytes = bytes});
        REQUIRE(file.size() > 26);
        CHECK(file.substr(0, 8) == "\x89PNG\r\n\x1a\n");
        CHECK(file[19] == 2);
        CHECK(file[23] == 3);
        CHECK(file[24] == 8);
        CHECK(file[25] == colour_type);
    }
}

TEST_CASE("raw pixels become a PNG with the same pixels", "[bytes]") {
    for (int channels = 1; channels <= 4; ++channels) {
        std::string pixels;
        for (int i = 0; i < 3 * 2 * channels; ++i) pixels += static_cast<char>(i * 37);
        auto file = base::png({.width = 3, .height = 2, .channels = channels, .bytes = pixels});
        CHECK(file.substr(0, 8) == "\x89PNG\r\n\x1a\n");

        auto parts = chunks(file);
        REQUIRE(parts.size() >= 3);
        CHECK(parts[0].first == "IHDR");
        CHECK(number_at(parts[0].second, 0) == 3);
        CHECK(number_at(parts[0].second, 4) == 2);
        CHECK(parts[0].second[9] == "\0\4\2\6"[channels - 1]);

        constexpr png_uint_32 formats[] = {
            PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB, PNG_FORMAT_RGBA};
        png_image image{};
        image.version = PNG_IMAGE_VERSION;
        REQUIRE(png_image_begin_read_from_memory(&image, file.data(), file.size()));
        image.format = formats[channels - 1];
        REQUIRE(PNG_IMAGE_SIZE(image) == pixels.size());
        std::string read(pixels.size(), '\0');
        REQUIRE(png_image_finish_read(&image, nullptr, read.data(), 0, nullptr));
        CHECK(read == pixels);
        CHECK(parts.back().first == "IEND");
    }
}

TEST_CASE("pixels that are too few or too many are refused", "[bytes]") {
    CHECK_THROWS_AS(png({.width = 2, .height = 2, .channels = 1, .bytes = "abc"}), Error);
    CHECK_THROWS_AS(png({.width = 1, .height = 1, .channels = 5, .bytes = "abcde"}), Error);
    CHECK_THROWS_AS(png({.width = 0, .height = 1, .channels = 1, .bytes = ""}), Error);
    CHECK_THROWS_AS(png({.width = 65536, .height = 65536, .channels = 1, .bytes = ""}), Error);
    CHECK_THROWS_AS(png({.width = -1, .height = -1, .channels = 1, .bytes = "a"}), Error);
}

TEST_CASE("a PNG can stand in a page", "[bytes]") {
    auto uri = png_data_uri({.width = 1, .height = 1, .channels = 1, .bytes = "a"});
    REQUIRE(uri.starts_with("data:image/png;base64,"));
    CHECK(from_base64(uri.substr(22))->starts_with("\x89PNG"));
}
