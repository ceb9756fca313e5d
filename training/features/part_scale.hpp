#pragma once

#include <cmath>
#include <cstddef>

namespace training {

// What numbers and pixels are multiplied by beside texts, whose rows have length 1: so many numbers
// weigh as much then.
inline float part_scale(std::size_t columns) {
    return columns == 0 ? 1.0F : static_cast<float>(1 / std::sqrt(static_cast<double>(columns)));
}

}  // namespace training
