#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/bytes/hash.hpp"

// hash_64() for words: the same numbers, but up to 16 bytes are hashed where the call stands. XXH3
// has a formula of a few steps for each range of such lengths (xxHash specification, "XXH3 short
// inputs"), and going through the library's entry costs more than they do.
namespace base {

namespace short_hash_detail {

__extension__ typedef unsigned __int128 Wide;

// Words of XXH3's default secret, as read from its start in little-endian order.
inline constexpr std::uint64_t secret_0 = 0xbe4ba423396cfeb8U;   // bytes 0 to 7
inline constexpr std::uint64_t secret_8 = 0x1cad21f72c81017cU;   // bytes 8 to 15
inline constexpr std::uint64_t secret_16 = 0xdb979083e96dd4deU;  // ..
inline constexpr std::uint64_t secret_24 = 0x1f67b3b7a4a44072U;
inline constexpr std::uint64_t secret_32 = 0x78e5c0cc4ee679cbU;
inline constexpr std::uint64_t secret_40 = 0x2172ffcc7dd05a82U;
inline constexpr std::uint64_t secret_48 = 0x8e2443f7744608b8U;

template <typename T>
T little_endian(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    if constexpr (std::endian::native == std::endian::big) {
        T turned = 0;
        for (std::size_t i = 0; i < sizeof value; ++i)
            turned = static_cast<T>(turned << 8 | ((value >> 8 * i) & 0xff));
        return turned;
    }
    return value;
}

inline std::uint64_t of_1_to_3(const char* text, std::size_t size, std::uint64_t seed) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const std::uint32_t joined = byte(0) << 16 | byte(size / 2) << 24 | byte(size - 1) |
                                 static_cast<std::uint32_t>(size) << 8;
    std::uint64_t h = joined ^ (((secret_0 & 0xffffffffU) ^ (secret_0 >> 32)) + seed);
    h = (h ^ (h >> 33)) * 0xC2B2AE3D27D4EB4FU;
    h = (h ^ (h >> 29)) * 0x165667B19E3779F9U;
    return h ^ (h >> 32);
}

inline std::uint64_t of_4_to_8(const char* text, std::size_t size, std::uint64_t seed) {
    const auto low = static_cast<std::uint32_t>(seed);
    seed ^= std::uint64_t{__builtin_bswap32(low)} << 32;
    const std::uint64_t first = little_endian<std::uint32_t>(text);
    const std::uint64_t last = little_endian<std::uint32_t>(text + size - 4);
    std::uint64_t h = (last + (first << 32)) ^ ((secret_8 ^ secret_16) - seed);
    h ^= std::rotl(h, 49) ^ std::rotl(h, 24);
    h *= 0x9FB21C651E98DF25U;
    h ^= (h >> 35) + size;
    h *= 0x9FB21C651E98DF25U;
    return h ^ (h >> 28);
}

inline std::uint64_t of_9_to_16(const char* text, std::size_t size, std::uint64_t seed) {
    const auto first = little_endian<std::uint64_t>(text) ^ ((secret_24 ^ secret_32) + seed);
    const auto last =
        little_endian<std::uint64_t>(text + size - 8) ^ ((secret_40 ^ secret_48) - seed);
    const auto product = static_cast<Wide>(first) * last;
    std::uint64_t h =
        size + __builtin_bswap64(first) + last +
        (static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64));
    h = (h ^ (h >> 37)) * 0x165667919E3779F9U;
    return h ^ (h >> 32);
}

}  // namespace short_hash_detail

inline std::uint64_t short_hash_64(std::string_view bytes, std::uint64_t seed) {
    const auto size = bytes.size();
    if (size - 4 <= 4) return short_hash_detail::of_4_to_8(bytes.data(), size, seed);
    if (size - 1 < 3) return short_hash_detail::of_1_to_3(bytes.data(), size, seed);
    if (size - 9 <= 7) return short_hash_detail::of_9_to_16(bytes.data(), size, seed);
    return hash_64(bytes, seed);
}

}  // namespace base
