#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

// Digests, codes of authenticity and random bytes. All throw std::runtime_error if the system's
// OpenSSL has not got what is asked of it. Safe from any thread.
namespace base {

enum class Digest { md5, sha1, sha256, sha512 };

// The raw bytes: 16, 20, 32 or 64.
std::string digest(Digest algorithm, std::string_view data);

// The 32 bytes of SHA-256 (FIPS 180-4), and their 64 digits in lower case.
std::string sha256(std::string_view data);
std::string sha256_hex(std::string_view data);
// Of the parts one behind the other.
std::string sha256_of(std::initializer_list<std::string_view> parts);

// RFC 2104, raw bytes.
std::string hmac(Digest algorithm, std::string_view key, std::string_view text);

// Whether two secrets are the same; how long it takes tells nothing but their sizes.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// Fit for secrets.
std::string random_bytes(std::size_t count);

// XXH3: fast and even, the same on every machine, no defence against an adversary.
std::uint64_t hash_64(std::string_view bytes, std::uint64_t seed = 0);
// Low half, high half.
std::array<std::uint64_t, 2> hash_128(std::string_view bytes);

}  // namespace base
