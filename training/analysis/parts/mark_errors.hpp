#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "training/answers/pictures/box_judging.hpp"
#include "training/parts/part_differences.hpp"

// Marks in pictures that people may have set wrongly, from what a model that has not seen the
// pictures finds in them. Pure.
namespace training {

// missed: found, and nobody marked it; spurious: marked, and nothing like it is found; label: found
// there as another class; boundary: found near there.
struct MarkSuspect {
    PartFault fault = PartFault::missed;
    std::optional<std::size_t> truth, said;  // places in the lists of the picture
    double quality = 0;                      // how likely the mark is right: 0 to 1
    bool confident = false;                  // as sure as the model is of marks that it finds
};

// By picture, the likeliest error first: those whose other is likelier. Both kinds of boxes are
// paired as the model is judged, by the class and an overlap of a half (Tkachenko, Thyagarajan,
// Mueller 2023, ObjectLab, tells the same faults apart).
//
// A detector's scores are no probabilities: a found box is as sure as found boxes of such a score
// are marked (isotonic over all pictures). That nothing is found where something is marked is as
// sure as marks of the class are found else.
std::vector<std::vector<MarkSuspect>> mark_suspects(std::span<const JudgedBoxes> pictures);

// Boxes as numbers that are kept, and back: the picture, the class, the sides and the score of
// each.
std::vector<double> numbers_of(std::span<const std::vector<MarkedBox>> boxes);
// Throws base::Error for numbers that are none.
std::vector<std::vector<MarkedBox>>
boxes_of(std::span<const double> numbers, std::size_t pictures, std::size_t classes);

}  // namespace training
