#include "labeling/tasks/marks/shapes.hpp"

#include <algorithm>
#include <cmath>

#include <boost/geometry.hpp>
#include <boost/geometry/geometries/multi_polygon.hpp>
#include <boost/geometry/geometries/point_xy.hpp>
#include <boost/geometry/geometries/polygon.hpp>

namespace labeling {

namespace {

namespace geometry = boost::geometry;
using Polygon = geometry::model::polygon<geometry::model::d2::point_xy<double>>;

Polygon polygon_of(const std::vector<Point>& points) {
    Polygon made;
    for (const auto& [x, y] : points)
        geometry::append(made.outer(), geometry::make<geometry::model::d2::point_xy<double>>(x, y));
    geometry::correct(made);
    return made;
}

}  // namespace

bool is_plain_polygon(const std::vector<Point>& points) {
    if (points.size() < 3) return false;
    auto polygon = polygon_of(points);
    return geometry::is_valid(polygon) && std::abs(geometry::area(polygon)) > 1e-9;
}

double intersection_over_union(const std::vector<Point>& a, const std::vector<Point>& b) {
    auto first = polygon_of(a), second = polygon_of(b);
    geometry::model::multi_polygon<Polygon> both;
    geometry::intersection(first, second, both);
    double common = geometry::area(both);
    double either = geometry::area(first) + geometry::area(second) - common;
    return either > 0 ? std::clamp(common / either, 0.0, 1.0) : 0;
}

}  // namespace labeling
