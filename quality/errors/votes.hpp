#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "quality/errors/dependencies.hpp"
#include "quality/table.hpp"

namespace ingest::quality {

// What the other fields of a row say about its value in one column.
struct Vote {
    double weight = 0;   // log odds: for "wrong" if positive
    double best = 0;     // strongest single vote for "wrong"
    std::size_t by = 0;  // the column that cast it
    bool part = false;   // because that column's value does not hold this one
    std::map<std::string_view, double> proposals;
};

// Rows whose value of a column does not go with what several other columns hold, though it decides
// them: it is wrong, not they.
class Blame {
public:
    Blame(const std::vector<Coded>& columns, const std::vector<Dependency>& dependencies);
    bool on(std::size_t column, std::uint32_t row) const {
        return leads_[column] > 1 && deviating_[column][row] > 1 &&
               2U * deviating_[column][row] >= leads_[column];
    }

private:
    std::vector<std::vector<std::uint8_t>> deviating_;  // by column, row: of those it decides
    std::vector<std::uint8_t> leads_;                   // columns it decides
};

// Votes per row on the column `to`, by all dependencies that lead to it. Where sources contradict
// each other (a weak dependency over many groups), a third column that tells good sources from bad
// ones is looked for, and their votes count by how often they are right (truth discovery: Dong,
// Berti-Equille and Srivastava 2009).
std::vector<Vote> vote(
    const std::vector<Coded>& columns,
    const std::vector<Dependency>& dependencies,
    const Blame& blame,
    std::size_t to
);

}  // namespace ingest::quality
