#pragma once

#include <array>
#include <vector>

// Areas of polygons in a picture, by Boost.Geometry.
namespace labeling {

using Point = std::array<double, 2>;

// Whether it has an area and does not cross itself.
bool is_plain_polygon(const std::vector<Point>& points);
// Of two plain polygons: the area of what both cover over that of what either does (Jaccard).
double intersection_over_union(const std::vector<Point>& a, const std::vector<Point>& b);

}  // namespace labeling
