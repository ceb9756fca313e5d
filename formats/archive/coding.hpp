#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace formats {

class PackedStream;

// Undoes the content codings of HTTP (RFC 9110, 8.4.1) as the body comes in: gzip (of several
// members, too), deflate (with or without its zlib wrapper), br, zstd (window up to 8 MiB, RFC
// 9659), identity; up to four of them one upon the other. What is named there and is no coding, as
// "utf-8", changes nothing, and a text or picture that was never packed, whatever is said, stays as
// it is. Memory is that of the decoders; bytes behind the end of a stream are passed over, as
// browsers do.
class Decoder {
public:
    // Null for a coding that is unknown, or for more than four.
    static std::unique_ptr<Decoder> make(std::string_view content_encoding);
    ~Decoder();

    enum class Outcome { good, broken, too_large };
    // Appends to `out` what the next bytes of the body decode to, until it holds `limit` bytes.
    Outcome feed(std::string_view bytes, std::string& out, std::size_t limit);
    // Whether every stream has come to its end, or none began.
    bool is_whole() const;

private:
    Decoder();
    Outcome pass(std::size_t stage, std::string_view bytes, std::string& out, std::size_t limit);

    std::vector<std::unique_ptr<PackedStream>> stages_;  // what was applied last is the first
};

// What could be had of packed bytes.
struct Unpacked {
    std::string bytes;
    std::string fault;  // why that is not all, for people; empty if it is
};

// All at once, by Decoder, and at most `limit` bytes.
Unpacked unpack(std::string_view bytes, std::string_view content_encoding, std::size_t limit);

// The bytes, unpacked if they are gzip, also of gzip.
Unpacked gunzip(std::string_view bytes, std::size_t limit);

}  // namespace formats
