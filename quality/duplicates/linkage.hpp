#pragma once

#include <string>
#include <vector>

#include "quality/duplicates/blocking.hpp"
#include "quality/table.hpp"

namespace quality {

struct Link {
    std::uint32_t a = 0, b = 0;  // rows, a < b
    double probability = 0;      // that both stand for one thing
};

// Pairs of rows that stand for the same thing, with no labels: probabilistic record linkage
// (Fellegi and Sunter 1969). Fields are compared in levels (equal, close, alike, other); how often
// pairs of the same thing agree is learned by expectation maximisation over the candidate pairs
// (Winkler 1988), how often strangers do from the frequency of values and random pairs.
// Fields that others decide count once, and pairs that agree on little of what tells things apart
// are strangers, and so are those that say quite different things where they should agree: a table
// without duplicates has hardly any links. None at all, with a line in `why`, where matches agree
// often only in fields that many strangers share. `why` gets a line per field.
// Takes the columns as received; those without use are left out.
std::vector<Link> link_rows(
    const Table& table,
    double threshold = 0.5,
    const BlockingLimits& limits = {},
    std::vector<std::string>* why = nullptr
);

}  // namespace quality
