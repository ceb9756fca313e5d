#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// WARC 1.0 and 1.1 (ISO 28500) and ARC 1 files, plain or gzip with a member per record.
namespace formats {

struct WarcRecord {
    std::int64_t offset =
        -1;               // in the file, of the record or of its gzip member; -1: inside of one
    std::string version;  // "WARC/1.1", "ARC/1"
    std::string type;     // warcinfo, request, response, resource, revisit, metadata, ..
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::string block;

    // What is wrong with it: "warc.syntax", "warc.truncated", "warc.too_large", "warc.gzip"; the
    // block then holds what there is of it.
    std::string fault;
    std::string reason;

    std::string_view header(std::string_view name) const;
    // WARC-Target-URI without the angle brackets that some writers put around it.
    std::string_view target() const;
};

// Reads the records of a file in order. A record that is broken comes out as one with a fault, and
// reading goes on at the next that can be found. Memory: one record of at most `largest` bytes.
class WarcReader {
public:
    // Starts at `offset`, which is that of a record. Throws base::Error if the file cannot be read.
    explicit WarcReader(
        const std::string& path,
        std::int64_t offset = 0,
        std::size_t largest = 256U << 20U
    );
    ~WarcReader();
    WarcReader(WarcReader&&) noexcept;

    // Nothing at the end.
    std::optional<WarcRecord> next();
    // Where next() will go on; -1 if only reading on from the start leads there.
    std::int64_t position() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

enum class DigestCheck { none, ok, bad, unknown };  // none: not given; unknown: no such algorithm
std::string_view name_of(DigestCheck check);

// "sha1:" and Base32, hexadecimal or Base64; also sha256, sha512 and md5.
DigestCheck check_digest(std::string_view label, std::string_view bytes);
// "sha1:" with the Base32 of SHA-1, as most archives have it.
std::string sha1_label(std::string_view bytes);

// Of the whole block, and of the payload: the HTTP body as it was sent, or without its chunks.
DigestCheck check_block(const WarcRecord& record);
DigestCheck check_payload(const WarcRecord& record);

// An HTTP message as it was sent.
struct HttpMessage {
    int status = 0;                                            // of a response
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::string_view body;                                     // as sent, a view into the message

    std::string_view header(std::string_view name) const;
};
// Nothing if it has no status line or no end of headers.
std::optional<HttpMessage> parse_http_response(std::string_view message);
// Without chunks and content encodings (formats/archive/coding.hpp); nothing if they are broken,
// unknown or expand beyond `limit` bytes. With `cut`, what could be read of such a body, and why it
// is not all (empty if it is).
std::optional<std::string>
decoded_body(const HttpMessage& message, std::size_t limit, std::string* cut = nullptr);

}  // namespace formats
