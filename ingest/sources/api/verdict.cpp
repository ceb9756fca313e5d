// One pure function decides on every answer, so that each case is a line in a test: no clock, no
// network, the random part of a wait comes as a number.
//
// The backoff doubles up to 30 s and is shortened by up to half at random, so that workers that
// failed together do not come back together. What the server says (Retry-After, RFC 9110 section
// 10.2.3) only lengthens it. It may be a span, a date or a count of seconds, milliseconds or more
// since 1970; which one is told by its size. A point of time is measured against the server's own
// Date header: our clock may be wrong. A wait of more than a year is nobody's intent, so such a
// header is as good as none.
#include "ingest/sources/api/verdict.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/time/duration.hpp"
#include "base/time/parse.hpp"

namespace ingest::api {

namespace {

using std::chrono::seconds;

constexpr double year = 366 * 86'400;
constexpr double earliest_epoch = 1e9;  // a number from here on is a point of time

double unix_seconds(Time time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

// The wait that a header's value asks for, in seconds; nothing for what can not be understood.
std::optional<double> wait_in(std::string_view text, const Headers& headers, Time now) {
    auto from_now = [&](double at) {
        auto server_now = base::parse_time(header(headers, "Date")).value_or(now);
        return at - unix_seconds(server_now);
    };
    text = base::trim(text);
    if (auto number = base::parse_number(text)) {
        double at = *number;
        if (at < earliest_epoch) return at;
        while (at >= earliest_epoch * 1000) at /= 1000;  // milliseconds, microseconds ..
        return from_now(at);
    }
    if (auto span = base::parse_duration(text)) return std::chrono::duration<double>(*span).count();
    if (auto date = base::parse_time(text)) return from_now(unix_seconds(*date));
    return std::nullopt;
}

// A member of RateLimit, as `reset` of "limit=10, remaining=0, reset=30" or `t` of
// "\"default\";r=0;t=30" (drafts of the IETF's HTTPAPI group).
std::string_view member_of(std::string_view text, std::string_view name) {
    for (std::size_t at = 0; (at = text.find(name, at)) != text.npos; at += name.size()) {
        bool starts = at == 0 || text.find_first_of(" ,;", at - 1) == at - 1;
        auto value = text.substr(at + name.size());
        if (starts && value.starts_with('=')) return value.substr(1, value.find_first_of(",;") - 1);
    }
    return {};
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
    auto limit = header(headers, "RateLimit");
    for (auto text :
         {header(headers, "Retry-After"),
          header(headers, "RateLimit-Reset"),
          member_of(limit, "reset"),
          member_of(limit, "t"),
          header(headers, "X-RateLimit-Reset-After"),
          header(headers, "X-RateLimit-Reset"),
          header(headers, "X-Rate-Limit-Reset")}) {
        auto wait = wait_in(text, headers, now);
        if (wait && *wait <= year) return seconds(std::llround(std::ceil(std::max(*wait, 0.0))));
    }
    return std::nullopt;
}

bool used_up(const Headers& headers) {
    auto limit = header(headers, "RateLimit");
    auto texts = {
        header(headers, "RateLimit-Remaining"),
        member_of(limit, "remaining"),
        member_of(limit, "r"),
        header(headers, "X-RateLimit-Remaining"),
        header(headers, "X-Rate-Limit-Remaining")};
    return std::any_of(texts.begin(), texts.end(), [](std::string_view text) {
        auto left = base::parse_number(text);
        return left && *left <= 0;
    });
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
