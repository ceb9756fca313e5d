#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace crawler {

struct PolitenessPolicy {
    std::chrono::milliseconds delay{1000};  // between the starts of two requests to one host; one
                                            // at a time, between an answer and the next request
    int at_once = 1;                        // requests to one host in flight
    std::chrono::milliseconds longest{
        60'000};  // the delay never grows beyond this; a Crawl-delay beyond it counts as it
    bool adaptive = true;  // grow the delay with the host's latency and errors
};

// Decides when one host may be asked again. Reads no clock: callers pass `now`. One lane belongs to
// one thread.
//
// Adaptive lanes aim at `at_once` requests in flight at the host's own pace, as Scrapy's
// AutoThrottle documents it: after each answer the delay moves half of the way to latency /
// at_once; errors never shorten it; it stays within [policy.delay, longest].
class Lane {
public:
    using Clock = std::chrono::steady_clock;
    using Duration = Clock::duration;

    explicit Lane(const PolitenessPolicy& policy) : policy_(policy), delay_(policy.delay) {}

    // The host's own wish in robots.txt: at most one request per `delay`, up to the policy's
    // longest.
    void crawl_delay(std::chrono::milliseconds delay) {
        floor_ = std::min<Duration>(delay, policy_.longest);
        if (floor_ > Duration::zero()) at_once_limit_ = 1;
    }

    // Whether a request may start at `now`.
    bool open(Clock::time_point now) const { return in_flight_ < limit() && now >= due_; }

    // When a request may start if none ends before; nothing if one in flight has to end first.
    std::optional<Clock::time_point> next() const {
        if (in_flight_ >= limit()) return std::nullopt;
        return due_;
    }

    void begin(Clock::time_point now) {
        ++in_flight_;
        due_ = std::max(due_, now + delay());
    }

    struct Answer {
        Duration latency{};
        bool good = true;  // false: 429, 5xx, no answer
        std::optional<std::chrono::milliseconds> retry_after{};
    };
    void end(Clock::time_point now, const Answer& answer) {
        --in_flight_;
        if (policy_.adaptive && policy_.delay > Duration::zero()) adapt(answer);
        if (!answer.good) {
            ++failures_;
            auto pause = std::min<Duration>(
                std::chrono::seconds(1) * (1 << std::min(failures_, 6)), policy_.longest
            );
            if (policy_.delay > Duration::zero()) due_ = std::max(due_, now + pause);
        } else {
            failures_ = 0;
        }
        // One at a time: the delay runs from the answer, so that the server sees it however long a
        // request was under way.
        if (limit() == 1) due_ = std::max(due_, now + delay());
        if (answer.retry_after)
            due_ = std::max(
                due_, now + std::min<Duration>(*answer.retry_after, std::chrono::hours(1))
            );
    }

    Duration delay() const { return std::max(delay_, floor_); }
    Clock::time_point due() const { return due_; }
    void not_before(Clock::time_point due) { due_ = std::max(due_, due); }
    int in_flight() const { return in_flight_; }
    int failures() const { return failures_; }

private:
    int limit() const { return std::min(policy_.at_once, at_once_limit_); }

    void adapt(const Answer& answer) {
        auto target = answer.latency / std::max(1, policy_.at_once);
        auto next = std::max<Duration>(target, (delay_ + target) / 2);
        if (!answer.good && next < delay_) return;
        delay_ = std::clamp<Duration>(
            next, policy_.delay, std::max<Duration>(policy_.longest, policy_.delay)
        );
    }

    PolitenessPolicy policy_;
    Duration delay_;
    Duration floor_{};
    Clock::time_point due_{};
    int in_flight_ = 0;
    int failures_ = 0;
    int at_once_limit_ = 1 << 20;
};

// The turn of a host and, where its name shares a server with others, of that server: a request
// needs both.
struct Turn {
    Lane* host = nullptr;
    Lane* server = nullptr;

    bool open(Lane::Clock::time_point now) const {
        return host->open(now) && (!server || server->open(now));
    }
    std::optional<Lane::Clock::time_point> next() const {
        auto due = host->next();
        if (!due || !server) return due;
        auto other = server->next();
        return other ? std::optional(std::max(*due, *other)) : std::nullopt;
    }
    void begin(Lane::Clock::time_point now) const {
        host->begin(now);
        if (server) server->begin(now);
    }
    // A host's errors and wishes are its own: its neighbours on the server are not slowed by them.
    void end(Lane::Clock::time_point now, const Lane::Answer& answer) const {
        host->end(now, answer);
        if (server) server->end(now, {answer.latency, true, std::nullopt});
    }
};

// The limits of a server that several host names lead to. A small server with a thousand sites must
// not be asked a thousand times a second because each site's delay is kept; the front of a large
// network need not be as slow as one site. So by default a server is given what eight hosts are:
// an eighth of the delay, eight times the requests at once. None where the delay is none.
inline PolitenessPolicy server_policy(
    const PolitenessPolicy& host,
    std::optional<std::chrono::milliseconds> delay,
    int at_once
) {
    PolitenessPolicy policy = host;
    policy.delay = delay.value_or(host.delay / 8);
    policy.at_once = at_once > 0 ? at_once : 8 * host.at_once;
    policy.adaptive = false;
    return policy;
}

}  // namespace crawler
