#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crawler {

// Undoes the content codings of HTTP (RFC 9110, 8.4.1) as the body comes in: gzip (of several
// members, too), deflate (with or without its zlib wrapper), br, zstd (window up to 8 MiB, RFC
// 9659), identity; up to four of them one upon the other. Memory is that of the decoders; bytes
// behind the end of a stream are passed over, as browsers do.
class Decoder {
public:
    // Null for a coding that is unknown, or for more than four.
    static std::unique_ptr<Decoder> make(std::string_view content_encoding);

    enum class Outcome { good, broken, too_large };
    // Appends to `out` what the next bytes of the body decode to, until it holds more than `limit`.
    Outcome feed(std::string_view bytes, std::string& out, std::size_t limit);
    // Whether every stream has come to its end, or none began.
    bool is_whole() const;

    struct Stage;  // one coding

private:
    Decoder();

public:
    ~Decoder();

private:
    Outcome pass(std::size_t stage, std::string_view bytes, std::string& out, std::size_t limit);

    std::vector<std::unique_ptr<Stage>> stages_;  // the one that was applied last is the first
};

}  // namespace crawler
