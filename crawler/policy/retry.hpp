#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace crawler {

using Time = std::chrono::system_clock::time_point;
using Millis = std::chrono::milliseconds;

struct RetryPolicy {
    int attempts = 4;  // tries in all
    Millis first{1000};
    Millis longest{15 * 60 * 1000};
    Millis longest_asked{60 * 60 * 1000};  // a Retry-After beyond this counts as this
};

// How a try ended: a status, or 0 for no usable answer.
struct Attempt {
    int status = 0;
    bool permanent =
        false;  // no answer, and another try can not mend it: refused address, bad URL, too large
    std::optional<Millis> retry_after;
};

// Whether the same request may have another outcome later: no answer, 408, 425, 429, 500, 502, 503,
// 504.
bool is_passing(const Attempt& attempt);

// How long to wait before try number `made` + 1, or nothing if it should not be made.
// Exponential back-off with full jitter: uniform in [0, min(longest, first * 2^(made-1))], drawn
// from `seed`; never sooner than the server asked with Retry-After.
std::optional<Millis>
retry_delay(const RetryPolicy& policy, const Attempt& attempt, int made, std::uint64_t seed);

// Retry-After of RFC 9110: seconds, or an HTTP date relative to `now`; zero if it is past.
std::optional<Millis> parse_retry_after(std::string_view value, Time now);

}  // namespace crawler
