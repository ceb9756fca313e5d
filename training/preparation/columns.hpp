#pragma once

#include <cstddef>
#include <string>

#include "training/snapshots/examples.hpp"

namespace training {

// The place of a numeric column. Throws base::Error if the records have none of that name.
std::size_t require_column(const Examples& examples, const std::string& name);

}  // namespace training
