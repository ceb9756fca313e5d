#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/numbers/random.hpp"
#include "training/answers/pictures/picture_marks.hpp"

namespace training {

// Width and height of a window, as shares of the picture's.
struct WindowSize {
    double width = 0, height = 0;
};

// At most `most` sizes that boxes are near to: centres of their logarithms (Lloyd 1982; after
// Redmon and Farhadi 2017, section 2). The same boxes give the same sizes.
std::vector<WindowSize> usual_sizes(std::span<const ShareBox> boxes, std::size_t most);

// Windows of these sizes all over a picture, a fifth of their size apart.
std::vector<ShareBox> windows_of(std::span<const WindowSize> sizes);

// A box that lies nearly as `box` does, and within the picture: moved by up to a share `by` of its
// sides, and as much larger or smaller. `at` counts what was drawn.
ShareBox
jittered(const ShareBox& box, double by, const base::CounterRandom& random, std::uint64_t& at);

// What moves a window to a box, and back (Girshick and others 2014, appendix C).
std::array<double, 4> offsets_to(const ShareBox& window, const ShareBox& box);
ShareBox moved(const ShareBox& window, const std::array<double, 4>& offsets);

}  // namespace training
