#include "formats/archive/coding.hpp"
#include "tests/support/codings.hpp"

#include <functional>
#include <map>

#include <zstd.h>
#include <catch2/catch.hpp>

using formats::Decoder;
using Outcome = Decoder::Outcome;

namespace {

constexpr std::size_t no_limit = 1U << 30U;

std::string zstandard(const std::string& text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
    return out;
}

std::string some_text() {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i * 7919 % 10007) + "\n";
    return text;
}

struct Result {
    Outcome outcome;
    std::string text;
    bool whole;
};
Result decode(
    const std::string& coding,
    const std::string& bytes,
    std::size_t step,
    std::size_t limit = no_limit
) {
    auto decoder = Decoder::make(coding);
    REQUIRE(decoder);
    Result result{Outcome::good, {}, false};
    for (std::size_t at = 0; at < bytes.size() && result.outcome == Outcome::good; at += step)
        result.outcome =
            decoder->feed(std::string_view(bytes).substr(at, step), result.text, limit);
    result.whole = decoder->is_whole();
    return result;
}

const std::map<std::string, std::function<std::string(const std::string&)>> codings{
    {"gzip", [](const std::string& text) { return test::deflated(text, 31); }},
    {"x-gzip", [](const std::string& text) { return test::deflated(text, 31); }},
    {"deflate", [](const std::string& text) { return test::deflated(text, 15); }},
    {"Deflate ", [](const std::string& text) { return test::deflated(text, -15); }},
    {"br", test::brotli},
    {"zstd", zstandard},
    {"identity, gzip", [](const std::string& text) { return test::deflated(text, 31); }},
    {"br, gzip", [](const std::string& text) { return test::deflated(test::brotli(text), 31); }},
};

}  // namespace

TEST_CASE("bodies are decoded however they are cut into pieces", "[crawler][coding]") {
    auto text = some_text();
    for (const auto& [coding, encode] : codings)
        for (std::size_t step : {std::size_t{1}, std::size_t{1000}, std::size_t{1} << 24U}) {
            INFO(coding << " by " << step);
            auto result = decode(coding, encode(text), step);
            CHECK(result.outcome == Outcome::good);
            CHECK(result.text == text);
            CHECK(result.whole);
            CHECK(decode(coding, encode(text) + "trailing", step).text == text);
        }
    for (std::size_t step : {1, 1000})
        CHECK(decode("zstd", zstandard(text) + "(P(x", step).text == text);
    // Of what follows nothing begins a stream again, either.
    const std::string behind("x\x1f\x8b\x5f\x2a\x4d\x18\0\0\0\0yyyyyyyyyyyy", 23);
    for (const std::string coding : {"gzip", "zstd"})
        for (std::size_t step : {std::size_t{1}, std::size_t{1} << 24U}) {
            INFO(coding << " by " << step);
            const auto result = decode(coding, codings.at(coding)(text) + behind, step);
            CHECK(result.outcome == Outcome::good);
            CHECK(result.text == text);
            CHECK(result.whole);
        }
    auto members = test::deflated(text, 31) + test::deflated(text, 31);
    CHECK(decode("gzip", members, 777).text == text + text);
    CHECK(decode("zstd", zstandard(text) + zstandard(text), 777).text == text + text);
}

TEST_CASE("a body that ends too early is not whole", "[crawler][coding]") {
    auto text = some_text();
    for (const auto& [coding, encode] : codings) {
        auto bytes = encode(text);
        for (auto size : {std::size_t{1}, bytes.size() / 2, bytes.size() - 1}) {
            INFO(coding << ", " << size << " of " << bytes.size());
            auto result = decode(coding, bytes.substr(0, size), 4096);
            CHECK(result.outcome == Outcome::good);
            CHECK_FALSE(result.whole);
        }
    }
    CHECK(decode("gzip", "", 1).whole);
}

TEST_CASE("what was never packed stays as it is", "[crawler][coding]") {
    for (std::string coding : {"utf-8", "UTF8", "none", "binary", "aws-chunked", "text/html", ""}) {
        INFO(coding);
        CHECK(decode(coding, "<p>x</p>", 3).text == "<p>x</p>");
        CHECK(decode(coding + ", gzip", test::deflated("x", 31), 3).text == "x");
    }
    for (std::string coding : {"gzip", "zstd"})
        for (std::string body : {"<p>x</p>", " {\"a\":1}", "\xef\xbb\xbfx y z", "\x89PNG\r\n"}) {
            INFO(coding << " " << body);
            auto archived = formats::unpack(body, coding, no_limit);
            CHECK(archived.bytes == body);
            CHECK(archived.fault.empty());
            for (std::size_t step : {1, 3, 4096}) {
                auto live = decode(coding, body, step);
                CHECK(live.outcome == Outcome::good);
                CHECK(live.text == body);
                CHECK(live.whole);
            }
        }
}

TEST_CASE("a text under the name of any coding is read, however it is cut", "[crawler][coding]") {
    const std::vector<std::string> bodies{
        "<!DOCTYPE html><html lang=en><title>A page that nobody packed</title>",
        "{\"status\": \"ok\", \"items\": [1, 2, 3, 4, 5]}",
        "\n\n<html><body>blank lines first</body></html>",
        "xylophone, harp and horn: a text whose first letter is that of zlib",
        "\xef\xbb\xbf<!DOCTYPE html><title>with a mark</title>",
        some_text()};
    for (std::string coding : {"gzip", "x-gzip", "deflate", "br", "zstd", "identity"})
        for (const auto& body : bodies)
            for (std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20U}) {
                INFO(coding << " by " << step << ": " << body.substr(0, 30));
                auto result = decode(coding, body, step);
                CHECK(result.outcome == Outcome::good);
                CHECK(result.text == body);
                CHECK(result.whole);
            }
    CHECK(decode("gzip", bodies[0], 4096, 10).outcome == Outcome::too_large);
}

TEST_CASE("a stream that is damaged at its start does not pass for a text", "[crawler][coding]") {
    for (std::string coding : {"gzip", "deflate", "br", "zstd"}) {
        auto bytes = codings.at(coding)(some_text());
        for (std::size_t at : {0, 1, 2, 3})
            for (char flip : {'\x01', '\x10', '\x7f'}) {
                INFO(coding << ", byte " << at);
                auto wrong = bytes;
                wrong[at] ^= flip;
                auto result = decode(coding, wrong, 4096);
                CHECK(result.text != wrong);
            }
    }
}

TEST_CASE("a checksum that does not fit is damage", "[crawler][coding]") {
    auto text = some_text();
    auto bytes = test::deflated(text, 31);
    for (std::size_t behind : {1, 5}) {
        auto flipped = bytes;
        flipped[flipped.size() - behind] ^= 1;
        CHECK(decode("gzip", flipped, 4096).outcome == Outcome::broken);
    }
    auto half = formats::gunzip(bytes.substr(0, bytes.size() / 2), no_limit);
    CHECK(half.bytes.size() > text.size() / 3);
    CHECK(text.starts_with(half.bytes));
    CHECK(half.fault == "the compressed data end too early");
    CHECK(formats::gunzip(bytes + bytes, no_limit).bytes == text + text);
    CHECK(formats::gunzip(bytes, 10).fault == "larger than the limit");
}

TEST_CASE("what is broken, unknown or too large is told", "[crawler][coding]") {
    for (std::string coding : {"gzip", "deflate", "br", "zstd"}) {
        INFO(coding);
        CHECK(decode(coding, std::string(2000, '\xa7'), 100).outcome == Outcome::broken);
        auto bomb = codings.at(coding)(std::string(8U << 20U, 'x'));
        auto result = decode(coding, bomb, 4096, 1U << 20U);
        CHECK(result.outcome == Outcome::too_large);
        CHECK(result.text.size() <= 1U << 20U);
    }
    auto twice = test::deflated(test::deflated(std::string(64U << 20U, 'x'), 31), 31);
    CHECK(decode("gzip, gzip", twice, 4096, 1U << 20U).outcome == Outcome::too_large);
    CHECK_FALSE(Decoder::make("cipher"));
    CHECK_FALSE(Decoder::make("gzip, cipher"));
    CHECK_FALSE(Decoder::make("gzip,gzip,gzip,gzip,gzip"));
}
