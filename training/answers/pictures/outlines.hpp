#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "training/answers/pictures/picture_marks.hpp"
#include "training/run_store.hpp"

// Outlines that people drew, beside boxes that a model says in their place.
namespace training {

// Corners as shares of the picture's sides. Of an outline that crosses itself the areas of both
// windings are taken off each other.
struct MarkedOutline {
    std::size_t label = 0;
    std::vector<std::array<double, 2>> corners;

    double area() const;
};

// Those of an answer in polygons, of classes that the question has, with an area.
std::vector<MarkedOutline>
outlines_in(const AskedQuestion& question, const std::string& answer, std::array<int, 2> size);

// The area of both over the area of either (Jaccard).
double overlap_of(const ShareBox& box, const MarkedOutline& outline);

// outline_f1: of boxes with a score of at least the threshold of their class, right where they
// overlap a free outline of that class by a half; with a bootstrap interval over the pictures. What
// boxes can say at best is below 1: a triangle fills half of its box. Throws base::Interrupted.
Metric outline_metric(
    std::span<const std::vector<MarkedBox>> said,
    std::span<const std::vector<MarkedOutline>> truth,
    std::span<const double> thresholds,
    const std::stop_token& stop
);

}  // namespace training
