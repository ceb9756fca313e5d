#include <catch2/catch.hpp>

#include "base/bytes/base64.hpp"
#include "base/bytes/png.hpp"
#include "base/error.hpp"

using namespace base;

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

TEST_CASE("pixels that are too few or too many are refused", "[bytes]") {
    CHECK_THROWS_AS(png({.width = 2, .height = 2, .channels = 1, .bytes = "abc"}), Error);
    CHECK_THROWS_AS(png({.width = 1, .height = 1, .channels = 5, .bytes = "abcde"}), Error);
    CHECK_THROWS_AS(png({.width = 0, .height = 1, .channels = 1, .bytes = ""}), Error);
    CHECK_THROWS_AS(png({.width = -1, .height = -1, .channels = 1, .bytes = "a"}), Error);
}

TEST_CASE("a PNG can stand in a page", "[bytes]") {
    auto uri = png_data_uri({.width = 1, .height = 1, .channels = 1, .bytes = "a"});
    REQUIRE(uri.starts_with("data:image/png;base64,"));
    CHECK(from_base64(uri.substr(22))->starts_with("\x89PNG"));
}
