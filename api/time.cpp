#include "api/time.hpp"

#include "base/time/parse.hpp"

namespace api {

std::string rfc3339(Time time) {
    return base::rfc3339(time, base::Precision::microseconds);
}

Time time_of(const std::string& text) {
    return base::parse_iso_time(text).value();
}

std::string later(const std::string& now, std::chrono::seconds by) {
    return rfc3339(time_of(now) + by);
}

}  // namespace api
