#pragma once

#include <string>

#include <brotli/encode.h>
#include <zlib.h>

// Texts as servers and archives pack them. Inline, so that only tests that pack link the libraries.
namespace test {

// `window` as zlib takes it: 15 zlib, -15 raw, 31 gzip.
inline std::string deflated(const std::string& text, int window) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

inline std::string gzip(const std::string& text) {
    return deflated(text, 15 + 16);
}

inline std::string brotli(const std::string& text) {
    auto size = BrotliEncoderMaxCompressedSize(text.size()) + 16;
    std::string out(size, '\0');
    BrotliEncoderCompress(
        5,
        22,
        BROTLI_MODE_GENERIC,
        text.size(),
        reinterpret_cast<const uint8_t*>(text.data()),
        &size,
        reinterpret_cast<uint8_t*>(out.data())
    );
    out.resize(size);
    return out;
}

}  // namespace test
