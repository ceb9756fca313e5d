#pragma once

#include <string>

namespace test {

// A grey PNG of 16 x 12 pixels: a slope from dark to light.
std::string small_png();

}  // namespace test
