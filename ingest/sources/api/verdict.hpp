#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "ingest/sources/api/http.hpp"
#include "ingest/sources/api/spec.hpp"

namespace ingest::api {

struct Verdict {
    Action action = Action::take;
    std::chrono::milliseconds wait{0};  // retry, park
    std::string reason;
};

struct Patience {
    int attempts = 8;
    std::chrono::seconds longest_wait{60};
    bool can_refresh = false;  // the credentials can be asked for anew
};

// Judges the `attempt`th answer (from 1) to one request. The first rule that fits says what to do;
// without one, 2xx is taken, 401 refreshes what can be refreshed (once), 429, and 403 with no
// requests remaining, are rate limits; 408, 425, 5xx and no answer are worth another try; the rest
// fails. A wait is what the server says, else 1 s, 2 s, 4 s .. 30 s, less up to half by `chance` in
// [0, 1). A wait beyond the longest one parks; after the last attempt a rate limit parks and a
// fault fails.
Verdict judge(
    const Response& response,
    const std::vector<ErrorRule>& rules,
    const Patience& patience,
    int attempt,
    Time now,
    double chance
);

// How long the answer asks to wait, rounded up: Retry-After (RFC 9110, 10.2.3), else what the
// RateLimit and X-RateLimit headers say of the window's end. Each may be seconds, a span with units
// ("6m0s"), a date, or from 10^9 on a Unix time in seconds, milliseconds or less. A point of time
// is judged by the server's own Date, so that a wrong clock does not matter. What asks for more
// than a year is not believed.
std::optional<std::chrono::seconds> told_wait(const Headers& headers, Time now);

// Whether the headers say that no request is left in the present window.
bool used_up(const Headers& headers);

}  // namespace ingest::api
