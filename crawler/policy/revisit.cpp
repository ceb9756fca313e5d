#include "crawler/policy/revisit.hpp"

#include <charconv>

namespace crawler {

std::optional<std::chrono::seconds> parse_span(std::string_view text) {
    long long value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value <= 0 || value > 1'000'000'000) return std::nullopt;
    auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (unit.empty() || unit == "s") return std::chrono::seconds(value);
    if (value > 100'000) return std::nullopt;
    if (unit == "m") return std::chrono::minutes(value);
    if (unit == "h") return std::chrono::hours(value);
    if (unit == "d") return std::chrono::hours(24 * value);
    if (unit == "w") return std::chrono::hours(24 * 7 * value);
    return std::nullopt;
}

std::optional<RevisitPolicy> parse_revisit(std::string_view text) {
    RevisitPolicy policy;
    if (text == "all") return policy;
    policy.adaptive = true;
    if (text == "adaptive") return policy;
    auto dots = text.find("..");
    if (dots == text.npos) return std::nullopt;
    auto low = parse_span(text.substr(0, dots));
    auto high = parse_span(text.substr(dots + 2));
    if (!low || !high || *high < *low) return std::nullopt;
    policy.shortest = *low;
    policy.longest = *high;
    policy.first = std::clamp(policy.first, *low, *high);
    return policy;
}

}  // namespace crawler
