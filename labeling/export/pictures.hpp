#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "labeling/export/exporter.hpp"

// What is marked in pictures, as formats write it.
namespace labeling {

// A box of pixels: its left upper corner before it is turned clockwise about its centre.
struct PictureBox {
    double x = 0, y = 0, width = 0, height = 0, rotation = 0;  // degrees

    std::array<std::array<double, 2>, 4> corners() const;  // from the left upper one, clockwise
};

struct PictureMark {
    std::string label;
    PictureBox box{};  // of an outline or of points: what is around them, upright
    std::vector<std::array<double, 2>> outline{};  // of polygons
    std::vector<std::array<double, 3>> points{};   // of keypoints: x, y, visible
};

bool is_of_pictures(LabelShape shape);
// Of a stored answer of such a shape.
std::vector<PictureMark> picture_marks(LabelShape shape, const std::string& answer);

// The upright box around points.
PictureBox box_around(const std::vector<std::array<double, 2>>& points);
double area_of(const std::vector<std::array<double, 2>>& outline);
// The turned box whose corners these are, in order; nothing that has other angles is one.
bool box_of_corners(const std::vector<std::array<double, 2>>& corners, PictureBox& box);

// A place that was reckoned from shares or turns, without the noise of it: to a millionth of a
// pixel, so that what comes back is what was given.
double settled(double pixels);

// A file name for the picture of a record: its key, without what can not stand in a path.
std::string picture_path(const std::string& key);
// Without the ending of pictures, if it has one.
std::string picture_stem(const std::string& path);

// Throws base::Error if the record has no picture.
void require_picture(const ExportRow& row);

}  // namespace labeling
