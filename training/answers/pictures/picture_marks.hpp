#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "training/answers/asked_question.hpp"

// What is marked in pictures, as models see it and as people do.
namespace training {

// Sides as shares of the picture's width and height.
struct ShareBox {
    double x = 0, y = 0, width = 0, height = 0;

    double area() const { return width * height; }
    double right() const { return x + width; }
    double bottom() const { return y + height; }
};

// The area of both over the area of either (Jaccard).
double overlap_of(const ShareBox& a, const ShareBox& b);

// A box of a class, by its place among the question's.
struct MarkedBox {
    std::size_t label = 0;
    ShareBox box;
    double score = 1;
};

// The upright boxes of an answer in boxes or polygons, as shares of a picture of that size; those
// of classes that the question has no more are left out, and what lies outside of the picture is
// cut.
std::vector<MarkedBox>
boxes_in(const AskedQuestion& question, const std::string& answer, std::array<int, 2> size);

// The boxes in the form of people's answers, in pixels to a tenth.
std::string answer_of_boxes(
    const AskedQuestion& question,
    const std::vector<MarkedBox>& boxes,
    std::array<int, 2> size
);

// Of boxes of one class that overlap by more than `most`, the surest stays (non-maximum
// suppression: Felzenszwalb and others 2010). The surest first.
std::vector<MarkedBox> without_doubles(std::vector<MarkedBox> boxes, double most);

}  // namespace training
