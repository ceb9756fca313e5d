#include <array>
#include <cstring>
#include <stdexcept>

#include <openssl/evp.h>
#include <xxhash.h>

#include "schema/record.hpp"
#include "schema/values.hpp"

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

// Words are runs of bytes that are letters, digits or part of a non-ASCII character.
bool in_word(unsigned char c) {
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

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
    std::array<int, 64> votes{};
    std::array<std::uint64_t, 3> window{};
    std::size_t words = 0;
    std::string word;
    auto vote = [&](std::uint64_t hash) {
        for (std::size_t bit = 0; bit < 64; ++bit) votes[bit] += (hash >> bit & 1) ? 1 : -1;
    };
    auto close_word = [&] {
        if (word.empty()) return;
        window = {window[1], window[2], XXH3_64bits(word.data(), word.size())};
        if (++words >= 3) vote(XXH3_64bits(window.data(), sizeof window));
        word.clear();
    };
    for (unsigned char c : text) {
        if (in_word(c)) {
            word += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        } else {
            close_word();
        }
    }
    close_word();
    if (words == 0) return 0;
    if (words < 3) vote(XXH3_64bits(window.data(), sizeof window));
    std::uint64_t hash = 0;
    for (std::size_t bit = 0; bit < 64; ++bit)
        if (votes[bit] > 0) hash |= std::uint64_t{1} << bit;
    return hash;
}

}  // namespace schema
