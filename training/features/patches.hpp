#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/numbers/random.hpp"
#include "training/numeric/team.hpp"

// Small squares of pictures, as PictureFeaturizer learns them. Lists of patches are row-major.
namespace training {

// A patch with mean 0 and deviation about 1, so that light and contrast do not matter.
void take_patch(
    const std::uint8_t* picture,
    std::size_t width,
    std::size_t channels,
    std::size_t side,
    std::size_t x,
    std::size_t y,
    float* out
);

// c (m x n) = a (m x k) * b (k x n)
void product(std::size_t m, std::size_t n, std::size_t k, const float* a, const float* b, float* c);

// ZCA (Bell and Sejnowski 1997) of patches of n values: n x n, and their mean.
std::vector<float>
whitening(const std::vector<float>& rows, std::size_t n, std::vector<float>& mean);

// Spherical k-means (Coates and Ng 2012): k centres of n values, of length 1. The sums are taken
// over chunks of patches in their order, whoever computes them.
std::vector<float> cluster(
    const std::vector<float>& rows,
    std::size_t n,
    std::size_t k,
    const base::CounterRandom& random,
    Team& team
);

}  // namespace training
