#pragma once

#include <cstdint>

// Hands out so many tasks to workers that die at random, and says whether any was held twice at
// once or counted wrongly. 0, or 1 if so.
int deaths(std::int64_t claims);
