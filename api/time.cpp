#include "api/time.hpp"

#include <cstdlib>
#include <ctime>

#include <fmt/core.h>

namespace api {

std::string rfc3339(Time time) {
    using namespace std::chrono;
    auto micros = duration_cast<microseconds>(time.time_since_epoch()).count();
    auto seconds = static_cast<std::time_t>(micros / 1'000'000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        parts.tm_year + 1900,
        parts.tm_mon + 1,
        parts.tm_mday,
        parts.tm_hour,
        parts.tm_min,
        parts.tm_sec,
        micros % 1'000'000
    );
}

Time time_of(const std::string& text) {
    std::tm parts{};
    const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    auto seconds = std::chrono::system_clock::from_time_t(timegm(&parts));
    long micros = rest && *rest == '.' ? std::strtol(rest + 1, nullptr, 10) : 0;
    return seconds + std::chrono::microseconds(micros);
}

std::string later(const std::string& now, std::chrono::seconds by) {
    return rfc3339(time_of(now) + by);
}

}  // namespace api
