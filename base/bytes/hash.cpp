// Digests by OpenSSL, quick hashes by xxHash.
//
// Every record and every blob is named by a SHA-256, and OpenSSL 3 would look the algorithm up by
// name and make a context at each call; both are kept, the context by thread. A fault here is one
// of the installation, never of the data, and so is no base::Error.
#include "base/bytes/hash.hpp"

#include <fstream>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <xxhash.h>

#include "base/bytes/file_hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/error.hpp"

namespace base {

namespace {

void require(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string(what) + " is not available in OpenSSL");
}

// OpenSSL 3 looks an algorithm up by name at each call unless it is fetched once.
const EVP_MD* algorithm_of(Digest digest) {
    static const EVP_MD* md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
    static const EVP_MD* sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    static const EVP_MD* sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    static const EVP_MD* sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
    switch (digest) {
        case Digest::md5:
            return md5;
        case Digest::sha1:
            return sha1;
        case Digest::sha256:
            return sha256;
        case Digest::sha512:
            return sha512;
    }
    return nullptr;
}

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string digest_of(Digest algorithm, std::span<const std::string_view> parts) {
    thread_local std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    const auto* kind = algorithm_of(algorithm);
    require(kind && EVP_DigestInit_ex2(context.get(), kind, nullptr) == 1, "a digest");
    for (auto part : parts)
        require(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1, "a digest");
    std::string out(static_cast<std::size_t>(EVP_MD_get_size(kind)), '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    require(EVP_DigestFinal_ex(context.get(), to, nullptr) == 1, "a digest");
    return out;
}

}  // namespace

std::string digest(Digest algorithm, std::string_view data) {
    return digest_of(algorithm, {&data, 1});
}

std::string sha256(std::string_view data) {
    return digest_of(Digest::sha256, {&data, 1});
}

std::string sha256_hex(std::string_view data) {
    return hex(sha256(data));
}

std::string sha256_of(std::initializer_list<std::string_view> parts) {
    return digest_of(Digest::sha256, {parts.begin(), parts.size()});
}

std::string hmac(Digest algorithm, std::string_view key, std::string_view text) {
    const auto* kind = algorithm_of(algorithm);
    require(kind, "a digest");
    std::string out(static_cast<std::size_t>(EVP_MD_get_size(kind)), '\0');
    const auto* from = reinterpret_cast<const unsigned char*>(text.data());
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    auto size = static_cast<int>(key.size());
    require(HMAC(kind, key.data(), size, from, text.size(), to, nullptr), "HMAC");
    return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t count) {
    std::string out(count, '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    require(RAND_bytes(to, static_cast<int>(count)) == 1, "a source of random bytes");
    return out;
}

std::uint64_t hash_64(std::string_view bytes, std::uint64_t seed) {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::array<std::uint64_t, 2> hash_128(std::string_view bytes) {
    auto hash = XXH3_128bits(bytes.data(), bytes.size());
    return {hash.low64, hash.high64};
}

struct Sha256::State {
    std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    const auto* kind = algorithm_of(Digest::sha256);
    require(kind && EVP_DigestInit_ex2(state_->context.get(), kind, nullptr) == 1, "SHA256");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;

void Sha256::add(std::string_view piece) {
    require(EVP_DigestUpdate(state_->context.get(), piece.data(), piece.size()) == 1, "SHA256");
}

std::string Sha256::finish() {
    std::string sum(32, '\0');
    auto* to = reinterpret_cast<unsigned char*>(sum.data());
    require(EVP_DigestFinal_ex(state_->context.get(), to, nullptr) == 1, "SHA256");
    return sum;
}

std::string sha256_of_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    Sha256 hash;
    std::vector<char> buffer(std::size_t{1} << 20U);
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
        hash.add({buffer.data(), static_cast<std::size_t>(in.gcount())});
    if (!in.eof())
        throw Error(path.string(), "cannot be read to its end", "mend the disk or its permissions");
    return hex(hash.finish());
}

}  // namespace base
