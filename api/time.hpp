#pragma once

#include <chrono>
#include <string>

#include "base/time/time.hpp"

namespace api {

using Time = base::Time;

// RFC 3339 in UTC with microseconds: "2026-01-02T03:04:05.678901Z".
std::string rfc3339(Time time);
// The reverse, for texts that rfc3339() made.
Time time_of(const std::string& text);
std::string later(const std::string& now, std::chrono::seconds by);

}  // namespace api
