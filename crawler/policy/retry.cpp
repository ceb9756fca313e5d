#include "crawler/policy/retry.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/numbers/random.hpp"
#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"

namespace crawler {

bool is_passing(const Attempt& attempt) {
    constexpr std::array statuses{408, 425, 429, 500, 502, 503, 504};
    if (attempt.status == 0) return !attempt.permanent;
    return std::find(statuses.begin(), statuses.end(), attempt.status) != statuses.end();
}

std::optional<Millis>
retry_delay(const RetryPolicy& policy, const Attempt& attempt, int made, std::uint64_t seed) {
    if (!is_passing(attempt) || made >= policy.attempts) return std::nullopt;
    auto ceiling = policy.first;
    for (int i = 1; i < made && ceiling < policy.longest; ++i) ceiling *= 2;
    ceiling = std::min(ceiling, policy.longest);
    auto drawn = base::mix(seed + static_cast<std::uint64_t>(made)) %
                 (static_cast<std::uint64_t>(ceiling.count()) + 1);
    auto asked = std::min(attempt.retry_after.value_or(Millis{0}), policy.longest_asked);
    return std::max(Millis(static_cast<std::int64_t>(drawn)), asked);
}

std::optional<Millis> parse_retry_after(std::string_view value, Time now) {
    value = base::trim(value);
    if (!value.empty() && std::all_of(value.begin(), value.end(), base::is_digit)) {
        constexpr std::int64_t most = 100'000'000;
        std::int64_t seconds = most;
        std::from_chars(value.data(), value.data() + value.size(), seconds);
        return Millis(std::min(seconds, most) * 1000);
    }
    auto date = base::parse_mail_time(value);
    if (!date) return std::nullopt;
    return std::max(Millis{0}, std::chrono::duration_cast<Millis>(*date - now));
}

}  // namespace crawler
