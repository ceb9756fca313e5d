#include <stdexcept>

#include <openssl/evp.h>

#include "schema/records/record.hpp"
#include "formats/text/text_sketch.hpp"
#include "schema/records/values.hpp"

namespace schema {

namespace {

// OpenSSL 3 looks an algorithm up by name at each call unless it is fetched once.
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return algorithm;
}

struct Context {
    EVP_MD_CTX* raw = EVP_MD_CTX_new();
    Context() = default;
    Context(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(raw); }
};

template <typename... Parts>
std::string digest(const Parts&... parts) {
    thread_local Context context;
    std::string out(32, '\0');
    unsigned size = 0;
    bool good =
        EVP_DigestInit_ex2(context.raw, sha256_algorithm(), nullptr) == 1 &&
        (... && (EVP_DigestUpdate(context.raw, parts.data(), parts.size()) == 1)) &&
        EVP_DigestFinal_ex(context.raw, reinterpret_cast<unsigned char*>(out.data()), &size) == 1;
    if (!good) throw std::runtime_error("SHA-256 is not available in OpenSSL");
    return out;
}

constexpr std::string_view zero{"\0", 1};

}  // namespace

std::string sha256(std::string_view data) {
    return digest(data);
}
std::string sha256_hex(std::string_view data) {
    return hex_of(digest(data));
}

std::int64_t leading_bytes(std::string_view sha) {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i)
        value = value << 8 | static_cast<unsigned char>(sha[static_cast<std::size_t>(i)]);
    return static_cast<std::int64_t>(value);
}

std::int64_t record_key(std::string_view source, std::string_view key) {
    return leading_bytes(digest(source, zero, key));
}

std::string content_sha256(std::string_view payload, std::string_view blob_sha256) {
    return digest(payload, zero, blob_sha256);
}

std::uint64_t simhash(std::string_view text) {
    return TextWords(text).simhash();
}

}  // namespace schema
