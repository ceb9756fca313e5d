#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

// Answers in keypoints.
namespace training {

// A point of a thing in pixels; seen 0 is not there, 1 hidden, 2 seen.
struct KeyPoint {
    double x = 0, y = 0;
    int seen = 0;
};
using KeyPoints = std::vector<KeyPoint>;

// The things of an answer by class. Throws std::exception for what is no such answer.
std::map<std::string, std::vector<KeyPoints>> things_in(const std::string& answer);

// Object keypoint similarity and the share of points that are near enough, of the points that are
// there in truth.
std::array<double, 2> likeness_of(const KeyPoints& said, const KeyPoints& truth);

}  // namespace training
