#pragma once

#include <cstdint>
#include <vector>

#include "training/run_store.hpp"

namespace training {

// The members of a part of the run's snapshot, with labels of several parts, that the run gives no
// answer to: their labels alone, by key.
std::vector<Prediction> unanswered_of(base::Tx& tx, std::int64_t run_id, int split);

}  // namespace training
