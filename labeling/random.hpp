#pragma once

#include <cstdint>
#include <string_view>

namespace labeling::detail {

__extension__ typedef unsigned __int128 Wide;

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed with every compiler.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        auto z = (state_ += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }

    // Uniform in [0, 1).
    double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
    // Uniform in [0, n), n > 0 (Lemire's multiplication; its bias is below n / 2^64).
    std::uint64_t below(std::uint64_t n) {
        return static_cast<std::uint64_t>((static_cast<Wide>(next()) * n) >> 64);
    }

private:
    std::uint64_t state_;
};

// A number that depends on the text and the seed only.
inline std::uint64_t hash(std::string_view text, std::uint64_t seed = 0) {
    std::uint64_t h = 0xCBF29CE484222325u ^ seed;  // FNV-1a, then mixed
    for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return Random(h).next();
}

}  // namespace labeling::detail
