#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

// Random numbers that are the same from the same seed with every compiler and on every machine.
namespace base {

namespace random_detail {
__extension__ typedef unsigned __int128 Wide;
}

// One step of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits with good avalanche.
constexpr std::uint64_t mix(std::uint64_t x) {
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
}

// A number that depends on the text and the seed only (FNV-1a, then mixed).
constexpr std::uint64_t seed_of(std::string_view text, std::uint64_t seed = 0) {
    std::uint64_t hash = 0xCBF29CE484222325U ^ seed;
    for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return mix(hash);
}

// In [0, 1) from 64 random bits.
constexpr double unit_of(std::uint64_t bits) {
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

// In [0, n), n > 0, from 64 random bits; its bias is below n / 2^64 (Lemire 2019).
constexpr std::uint64_t below_of(std::uint64_t bits, std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<random_detail::Wide>(bits) * n) >> 64);
}

// One number after the other: SplitMix64.
class Random {
public:
    constexpr explicit Random(std::uint64_t seed) : state_(seed) {}

    constexpr std::uint64_t next() {
        auto bits = mix(state_);
        state_ += 0x9E3779B97F4A7C15U;
        return bits;
    }
    // In [0, 1).
    constexpr double uniform() { return unit_of(next()); }
    // In [0, n), n > 0.
    constexpr std::uint64_t below(std::uint64_t n) { return below_of(next(), n); }

private:
    std::uint64_t state_;
};

// Numbers by counter: the n-th one of a (seed, stream) pair is a pure function of the three, so
// that the order in which threads ask does not matter.
class CounterRandom {
public:
    constexpr CounterRandom(std::uint64_t seed, std::uint64_t stream)
        : key_(mix(mix(seed) ^ mix(~stream))) {}

    constexpr std::uint64_t at(std::uint64_t counter) const { return mix(key_ ^ mix(counter)); }
    // In [0, 1).
    constexpr double unit(std::uint64_t counter) const { return unit_of(at(counter)); }
    // In [0, n), n > 0.
    constexpr std::size_t below(std::uint64_t counter, std::size_t n) const {
        return static_cast<std::size_t>(below_of(at(counter), n));
    }

    // About normal: the sum of twelve uniforms (Irwin and Hall) less six.
    constexpr double normal(std::uint64_t counter) const {
        double sum = -6;
        for (std::uint64_t i = 0; i < 12; ++i) sum += unit(counter * 12 + i);
        return sum;
    }

    template <typename T>
    constexpr void shuffle(std::span<T> items) const {
        for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i, i)]);
    }

private:
    std::uint64_t key_;
};

}  // namespace base
