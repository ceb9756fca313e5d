#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

namespace base {
class Tx;
}

namespace training {

// A test record of which a run said one class and of which another, or the same, is true.
struct CellMember {
    std::int64_t rk = 0, source_id = 0;
    std::string key;
    double probability = 0;  // of what it said
};
BOOST_DESCRIBE_STRUCT(CellMember, (), (rk, source_id, key, probability))

struct Cell {
    std::int64_t run = 0;
    std::int32_t truth = 0, predicted = 0;
};
// Those behind (rk, key), in that order.
std::vector<CellMember> members_of_cell(
    base::Tx& tx,
    const Cell& cell,
    std::int64_t rk,
    const std::string& key,
    int at_most
);

}  // namespace training
