#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "labeling/truth/truth.hpp"

namespace labeling {

// How often a person is right, by name, from 0 to 1; who is not there is taken for `usual_trust`.
using Trust = std::map<std::string, double, std::less<>>;
inline constexpr double usual_trust = 0.8;

double trust_in(const Trust& trust, const std::string& person);

// The truth of each question by itself: answers weighed by how often their authors are right,
// errors spread evenly over the other of `classes` classes, all of them as likely before (the last
// step of the one-coin model). Takes as long as there are answers.
Truth weigh(const Judgements& judgements, const Trust& trust, std::size_t classes);

}  // namespace labeling
