#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace training::detail {

// Finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits with good avalanche.
constexpr std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

// Random numbers by counter: the n-th number of a (seed, stream) pair is a pure function of the
// three, so that the order in which threads ask does not matter.
class Random {
public:
    constexpr Random(std::uint64_t seed, std::uint64_t stream)
        : key_(mix(mix(seed) ^ mix(~stream))) {}

    constexpr std::uint64_t at(std::uint64_t counter) const { return mix(key_ ^ mix(counter)); }
    // In [0, 1).
    constexpr double unit(std::uint64_t counter) const {
        return static_cast<double>(at(counter) >> 11) * 0x1.0p-53;
    }
    // In [0, n); its bias is below n / 2^64.
    constexpr std::size_t below(std::uint64_t counter, std::size_t n) const {
        return static_cast<std::size_t>((static_cast<unsigned __int128>(at(counter)) * n) >> 64);
    }

    template <typename T>
    constexpr void shuffle(std::span<T> items) const {
        for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i, i)]);
    }

private:
    std::uint64_t key_;
};

}  // namespace training::detail
