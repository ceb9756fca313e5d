#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "training/answers/pictures/key_points.hpp"
#include "training/parts/part_differences.hpp"

// Single points of things in pictures that people may have set wrongly, from where a model that has
// not seen the pictures says that they are. Pure.
namespace training {

// The things of a picture by class, and the one of each class that is said. Points in pixels.
struct JudgedPoints {
    std::map<std::string, std::vector<KeyPoints>> truth;
    std::map<std::string, KeyPoints> said;
};

// missed: not set, though nearly all things of the class have it (or no thing of the class, though
// nearly all pictures have one); spurious: set, though hardly any has it; boundary: set far from
// where it is said; label: two points, each set where the other is said.
struct PointSuspect {
    PartFault fault = PartFault::missed;
    std::string thing;                   // the class
    std::optional<std::size_t> point;    // nothing: the whole thing
    std::optional<std::size_t> swapped;  // the other of two
    double quality = 0;                  // how likely the point is right: 0 to 1
    bool confident = false;
};

// By picture, the likeliest error first. A point is as far off as it is beside what is usual for
// that point: the median over the pictures, at least a fiftieth of the thing; from four times of it
// on it is suspected. Things of which a picture has several of one class are not judged. Throws
// base::Error where usual things are so unlike what is said that nothing can be judged by it.
std::vector<std::vector<PointSuspect>> point_suspects(std::span<const JudgedPoints> pictures);

// What is said of pictures as numbers that are kept, and back; classes by their place in `classes`.
std::vector<double> numbers_of(
    std::span<const std::map<std::string, KeyPoints>> said,
    const std::vector<std::string>& classes
);
// Throws base::Error for numbers that are none.
std::vector<std::map<std::string, KeyPoints>> points_of(
    std::span<const double> numbers,
    std::size_t pictures,
    const std::vector<std::string>& classes
);

}  // namespace training
