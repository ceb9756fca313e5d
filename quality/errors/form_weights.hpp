#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "quality/errors/forms.hpp"

// What all kinds of foreign forms are found and weighed by.
namespace quality {

inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

inline bool is_letter(char c) {
    auto code = static_cast<unsigned char>(c);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || code >= 0x80;
}

inline double filled_rows(const Coded& column) {
    return static_cast<double>(column.codes.size() - column.frequency[0]);
}

inline void raise(FormEvidence& evidence, double weight, std::string proposal, std::string reason) {
    if (weight <= evidence.weight) return;
    evidence = {weight, std::move(proposal), std::move(reason)};
}

// The weight of a form that a share of the rows has, when `usual` of them have the usual one.
inline double weight_of(double share, double usual) {
    return 2 + std::min(4.0, std::log(usual / share));
}

}  // namespace quality
