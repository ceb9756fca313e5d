#pragma once

#include <cstddef>
#include <vector>

#include "training/snapshots/examples.hpp"

// The values of one column of numbers, and what they are like.
namespace training {

struct Moments {
    double mean = 0;
    double deviation = 0;
    double skewness = 0;
};

Moments moments(const std::vector<double>& values);
bool varies(const Moments& m);

double column_value(const Examples& rows, std::size_t row, std::size_t column);
// Those that are not missing, in the order of the rows.
std::vector<double> known_values(const Examples& rows, std::size_t column);

// A power transform for values of both signs (Yeo and Johnson 2000).
double yeo_johnson(double x, double lambda);

}  // namespace training
