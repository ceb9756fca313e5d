// Estimates from a sample of labels.
//
// A project's labels are few beside what textbooks sample from, and an audit may ask about a good
// part of them, so that the finite population is never left out. Errors are rare, so that the
// normal approximation is: intervals are Wilson's for a size of sample, and where nothing wrong was
// found the end is worked out from what could be there unseen.
#include "labeling/quality/audit_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>
#include <tuple>

#include "base/numbers/statistics.hpp"

namespace labeling {

namespace {

constexpr double half_of_error = 0.025;  // a 95 % interval leaves that out at each end

// What is known whatever the labels are that nobody asked about.
ErrorRate within(ErrorRate found, const AuditCounts& all) {
    auto labels = static_cast<double>(all.labels);
    auto least = static_cast<double>(all.wrong) / labels;
    auto most = 1 - static_cast<double>(all.answered - all.wrong) / labels;
    found.low = std::clamp(found.low, least, most);
    found.high = std::clamp(found.high, least, most);
    return found;
}

AuditCounts sum_of(std::span<const AuditCounts> classes) {
    AuditCounts all;
    for (const auto& each : classes) {
        all.labels += each.labels;
        all.answered += each.answered;
        all.wrong += each.wrong;
    }
    return all;
}

bool complete(const AuditCounts& counts) {
    return counts.answered >= counts.labels;
}

// The largest share of errors of which a sample drawn with replacement would show none with the
// probability `half_of_error`. At the largest, 1 less the share of each class is in proportion to
// answers over labels (Lagrange); the factor is found by halving.
double largest_unseen(std::span<const AuditCounts> classes, double labels) {
    auto right = [](const AuditCounts& each, double factor) {
        if (complete(each)) return 1.0;
        return std::min(
            1.0, factor * static_cast<double>(each.answered) / static_cast<double>(each.labels)
        );
    };
    double low = -60, high = 60;  // logarithms of the factor
    for (int step = 0; step < 200; ++step) {
        auto factor = std::exp((low + high) / 2);
        double sum = 0;
        for (const auto& each : classes)
            if (each.answered > 0)
                sum += static_cast<double>(each.answered) * std::log(right(each, factor));
        (sum < std::log(half_of_error) ? low : high) = (low + high) / 2;
    }
    double share = 0;
    for (const auto& each : classes)
        share += static_cast<double>(each.labels) / labels * (1 - right(each, std::exp(low)));
    return share;
}

// The same of a sample drawn without replacement: each error stays unseen with a probability of at
// most 1 less the share of its class that was asked, so that most fit where that share is smallest.
double most_unseen(std::span<const AuditCounts> classes, double labels) {
    std::vector<std::pair<double, double>> room;  // what an error costs, and how many there may be
    for (const auto& each : classes) {
        if (complete(each)) continue;
        auto asked = static_cast<double>(each.answered) / static_cast<double>(each.labels);
        room.emplace_back(-std::log1p(-asked), static_cast<double>(each.labels - each.answered));
    }
    std::sort(room.begin(), room.end());
    double left = -std::log(half_of_error), errors = 0;
    for (auto [cost, most] : room) {
        auto fit = cost > 0 ? std::min(most, left / cost) : most;
        errors += fit;
        left -= fit * cost;
    }
    return errors / labels;
}

// How many labels drawn from all alike tell as much as these. Both variances are those of shares
// that half an error and half a right label more in each class give (Jeffreys 1946): without them a
// class where no error was found would have none.
double worth_of(std::span<const AuditCounts> classes, double labels) {
    double rate = 0, variance = 0;
    for (const auto& each : classes) {
        auto n = static_cast<double>(each.answered);
        auto weight = static_cast<double>(each.labels) / labels;
        auto share = (static_cast<double>(each.wrong) + 0.5) / (n + 1);
        auto unseen = 1 - n / static_cast<double>(each.labels);
        rate += weight * share;
        variance += weight * weight * unseen * share * (1 - share) / std::max(n, 1.0);
    }
    return rate * (1 - rate) / variance;
}

}  // namespace

ErrorRate error_rate(const AuditCounts& counts) {
    if (counts.labels <= 0 || counts.answered <= 0) return {};
    auto n = static_cast<double>(counts.answered), labels = static_cast<double>(counts.labels);
    auto rate = static_cast<double>(counts.wrong) / n;
    if (complete(counts)) return {.rate = rate, .low = rate, .high = rate};
    auto worth = n * (labels - 1) / (labels - n);
    auto interval = base::wilson(rate * worth, worth);
    return within({.rate = rate, .low = interval.low, .high = interval.high}, counts);
}

ErrorRate error_rate_by_class(std::span<const AuditCounts> classes) {
    auto all = sum_of(classes);
    if (all.labels <= 0 || all.answered <= 0) return {};
    auto labels = static_cast<double>(all.labels);
    double sum = 0, seen = 0;  // over classes with answers
    for (const auto& each : classes) {
        if (each.answered == 0) continue;
        auto size = static_cast<double>(each.labels);
        sum += size * static_cast<double>(each.wrong) / static_cast<double>(each.answered);
        seen += size;
    }
    auto rate = sum / seen;
    if (complete(all)) return {.rate = rate, .low = rate, .high = rate};
    if (all.wrong == 0)
        return within(
            {.rate = 0,
             .low = 0,
             .high = std::min(largest_unseen(classes, labels), most_unseen(classes, labels))},
            all
        );
    if (all.wrong == all.answered) {
        std::vector<AuditCounts> turned(classes.begin(), classes.end());
        for (auto& each : turned) each.wrong = 0;
        auto right = error_rate_by_class(turned);
        return {.rate = 1, .low = 1 - right.high, .high = 1};
    }
    auto worth = worth_of(classes, labels);
    auto interval = base::wilson(rate * worth, worth);
    return within({.rate = rate, .low = interval.low, .high = interval.high}, all);
}

std::vector<std::int64_t> dealt_out(std::span<const std::int64_t> labels, std::int64_t sample) {
    constexpr std::int64_t wanted_of_each = 5;
    if (labels.empty()) return {};
    auto all = std::accumulate(labels.begin(), labels.end(), std::int64_t{0});
    auto left = std::clamp<std::int64_t>(sample, 0, all);
    auto each = std::min(wanted_of_each, left / static_cast<std::int64_t>(labels.size()));
    std::vector<std::int64_t> dealt;
    for (auto size : labels) {
        dealt.push_back(std::min(size, each));
        left -= dealt.back();
    }
    // The next one goes to the class whose share would be the smallest still (D'Hondt).
    std::priority_queue<std::tuple<double, std::size_t>> next;
    auto offer = [&](std::size_t i) {
        if (dealt[i] < labels[i])
            next.emplace(static_cast<double>(labels[i]) / static_cast<double>(dealt[i] + 1), i);
    };
    for (std::size_t i = 0; i < labels.size(); ++i) offer(i);
    for (; left > 0; --left) {
        auto i = std::get<1>(next.top());
        next.pop();
        ++dealt[i];
        offer(i);
    }
    return dealt;
}

}  // namespace labeling
