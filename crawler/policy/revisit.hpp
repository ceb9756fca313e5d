#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string_view>

// When a page should be looked at again, by how often it has changed.
namespace crawler {

struct RevisitPolicy {
    bool adaptive = false;  // false: every round asks for every page
    std::chrono::seconds shortest{std::chrono::hours(6)};
    std::chrono::seconds longest{std::chrono::hours(24 * 60)};
    std::chrono::seconds first{std::chrono::hours(24)};  // before anything is known of a page
};

// What is known of one page: visits after the first, how many of them found a change, and the
// seconds between the first visit and the last.
struct ChangeHistory {
    int visits = 0;
    int changes = 0;
    double watched = 0;

    void observe(bool changed, double seconds_since_last) {
        ++visits;
        if (changed) ++changes;
        watched += std::max(0.0, seconds_since_last);
    }
};

// Changes per second, as Poisson rate: -log((n - X + 0.5) / (n + 0.5)) / I for n visits at mean
// interval I of which X found a change. It is the estimator of Cho and Garcia-Molina, "Estimating
// frequency of change", 2003, section 5.2, whose bias vanishes where X/n counts several changes
// between two visits as one. 0 if nothing is known.
inline double change_rate(const ChangeHistory& history) {
    if (history.visits <= 0 || history.watched <= 0) return 0;
    double n = history.visits;
    double interval = history.watched / n;
    return -std::log((n - history.changes + 0.5) / (n + 0.5)) / interval;
}

// How long to wait before the next visit: the mean time between changes, within the bounds. A page
// that never changed is visited ever less often: its time is that of half a change in n + 1 visits.
inline std::chrono::seconds
revisit_after(const ChangeHistory& history, const RevisitPolicy& policy) {
    double seconds = static_cast<double>(policy.first.count());
    if (history.visits > 0 && history.watched > 0) {
        double rate = change_rate(history);
        if (rate <= 0) rate = 0.5 / (history.watched + history.watched / history.visits);
        seconds = 1 / rate;
    }
    auto low = static_cast<double>(policy.shortest.count());
    auto high = static_cast<double>(std::max(policy.longest, policy.shortest).count());
    return std::chrono::seconds(static_cast<long long>(std::clamp(seconds, low, high)));
}

// "90", "90s", "15m", "6h", "30d", "8w"; nothing for anything else or nothing at all.
std::optional<std::chrono::seconds> parse_span(std::string_view text);
// "all", "adaptive", or "MIN..MAX" of two spans: adaptive between these.
std::optional<RevisitPolicy> parse_revisit(std::string_view text);

}  // namespace crawler
