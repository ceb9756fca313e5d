

#include "base/bytes/hash.hpp"
#include "formats/text/text_sketch.hpp"
#include "schema/records/record.hpp"

namespace schema {

namespace {

constexpr std::string_view zero{"\0", 1};

}  // namespace

std::int64_t leading_bytes(std::string_view sha) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value = value << 8 | (i < sha.size() ? static_cast<unsigned char>(sha[i]) : 0U);
    return static_cast<std::int64_t>(value);
}

std::int64_t record_key(std::string_view source, std::string_view key) {
    return leading_bytes(base::sha256_of({source, zero, key}));
}

std::string content_sha256(std::string_view payload, std::string_view blob_sha256) {
    return base::sha256_of({payload, zero, blob_sha256});
}

std::uint64_t simhash(std::string_view text) {
    return formats::TextWords(text).simhash();
}

}  // namespace schema
