// One pure function decides on every answer, so that each case is a line in a test: no clock, no
// network, the random part of a wait comes as a number.
//
// The backoff doubles up to 30 s and is shortened by up to half at random, so that workers that
// failed together do not come back together. What the server says (Retry-After, RFC 9110 section
// 10.2.3) only lengthens it. A Retry-After in the form of a date is measured against the server's
// own Date header: our clock may be wrong. A wait of more than a year is a broken server's.
#include "ingest/sources/api/verdict.hpp"
#include "base/time/parse.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace ingest::api {

namespace {

using std::chrono::seconds;

constexpr std::int64_t year = 366 * 86'400;  // a longer wait is a broken server's
constexpr std::int64_t earliest_epoch = 1'000'000'000;

std::optional<std::int64_t> whole(std::string_view text) {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

seconds bounded(std::int64_t wait) {
    return seconds(std::clamp<std::int64_t>(wait, 0, year));
}

std::int64_t unix_seconds(Time time) {
    return std::chrono::duration_cast<seconds>(time.time_since_epoch()).count();
}

bool fits(const ErrorRule& rule, const Response& response) {
    bool status = rule.status.empty()
                      ? response.status / 100 != 2
                      : std::find(rule.status.begin(), rule.status.end(), response.status) !=
                            rule.status.end();
    return status &&
           (rule.contains.empty() || response.body.find(rule.contains) != std::string::npos);
}

Action usual(const Response& response, bool can_refresh) {
    auto status = response.status;
    if (status / 100 == 2) return Action::take;
    if (status == 401 && can_refresh) return Action::refresh;
    if (status == 429 || (status == 403 && used_up(response.headers))) return Action::park;
    bool passing = status == 0 || status == 408 || status == 425 || status >= 500;
    return passing ? Action::retry : Action::fail;
}

}  // namespace

std::optional<seconds> told_wait(const Headers& headers, Time now) {
    if (auto text = header(headers, "Retry-After"); !text.empty()) {
        if (auto value = whole(text)) return bounded(*value);
        if (auto date = base::parse_time(text)) {
            auto server_now = base::parse_time(header(headers, "Date")).value_or(now);
            return bounded(unix_seconds(*date) - unix_seconds(server_now));
        }
    }
    for (const auto* name : {"RateLimit-Reset", "X-RateLimit-Reset"}) {
        auto value = whole(header(headers, name));
        if (!value) continue;
        auto server_now = base::parse_time(header(headers, "Date")).value_or(now);
        return bounded(*value >= earliest_epoch ? *value - unix_seconds(server_now) : *value);
    }
    return std::nullopt;
}

bool used_up(const Headers& headers) {
    return header(headers, "RateLimit-Remaining") == "0" ||
           header(headers, "X-RateLimit-Remaining") == "0";
}

Verdict judge(
    const Response& response,
    const std::vector<ErrorRule>& rules,
    const Patience& patience,
    int attempt,
    Time now,
    double chance
) {
    auto rule = std::find_if(rules.begin(), rules.end(), [&](const ErrorRule& one) {
        return fits(one, response);
    });
    auto action = rule == rules.end() ? usual(response, patience.can_refresh) : rule->action;
    auto reason = response.status == 0 ? "no answer: " + response.error
                                       : fmt::format("status {}", response.status);
    if (rule != rules.end() && !rule->contains.empty())
        reason += fmt::format(" with '{}'", rule->contains);
    bool waits = action == Action::retry || action == Action::park;
    if (!waits) return {action, {}, reason};
    auto backoff = std::min<std::int64_t>(30'000, std::int64_t{1000} << std::min(attempt - 1, 10));
    std::chrono::milliseconds wait(
        backoff - static_cast<std::int64_t>(static_cast<double>(backoff) * chance / 2)
    );
    bool limited = action == Action::park;
    auto told = limited || response.status == 503 ? told_wait(response.headers, now) : std::nullopt;
    if (told) wait = std::max(wait, std::chrono::milliseconds(*told));
    if (told && *told > patience.longest_wait) return {Action::park, wait, reason};
    if (attempt >= patience.attempts) return {limited ? Action::park : Action::fail, wait, reason};
    return {Action::retry, wait, reason};
}

}  // namespace ingest::api
