// How often values occur against how often they should: divergence and chi-square.
//
// Both are taken from the profile's sketches. What occurs and is named nowhere counts as one more
// value that should have the share 0, or a new value would go unseen.
#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>
#include <boost/math/special_functions/gamma.hpp>

#include "base/numbers/short_figure.hpp"
#include "quality/checks/check_kind.hpp"

namespace quality {

namespace {

constexpr Need some_shares{[](const Check& check) { return !check.shares.empty(); }, "shares"};
constexpr Need share_for_each{
    [](const Check& check) {
        return check.shares.size() ==
               (check.bounds.empty() ? check.values.size() : check.bounds.size() + 1);
    },
    "a share for each of its values, or one more than bounds"};
constexpr Need whole_shares{
    [](const Check& check) {
        double sum = 0;
        for (double share : check.shares) sum += share;
        return std::abs(sum - 1) < 0.01;
    },
    "shares that add up to 1"};

// Shares that were seen of what `shares` speak of: values, or ranges between bounds; the last one
// is of all others.
std::vector<double> seen_shares(const Check& check, const ColumnProfile& column) {
    std::vector<double> seen;
    double rest = 1;
    if (check.bounds.empty()) {
        std::unordered_map<std::string, double> counts;
        for (auto& [value, count] : column.frequent.top(1000))
            counts[value] = static_cast<double>(count);
        auto all = static_cast<double>(std::max<std::uint64_t>(1, column.frequent.count()));
        for (const auto& value : check.values) seen.push_back(counts[value] / all);
        for (double share : seen) rest -= share;
    } else {
        double before = 0;
        for (double bound : check.bounds) {
            auto up_to = column.quantiles.share_up_to(bound);
            seen.push_back(up_to - before);
            before = up_to;
        }
        seen.push_back(1 - before);
        rest = 0;
    }
    seen.push_back(std::max(0.0, rest));
    return seen;
}

constexpr double least = 1e-6;  // a value that should not be there is not infinitely far

std::unique_ptr<Judge> judge_divergence(const Check& check, const World& world) {
    return judge_column(check, world, [&](CheckResult& result, const ColumnProfile& column) {
        auto seen = seen_shares(check, column);
        auto wanted = check.shares;
        wanted.resize(seen.size());
        double divergence = 0;
        for (std::size_t i = 0; i < seen.size(); ++i)
            if (seen[i] > 0) divergence += seen[i] * std::log(seen[i] / std::max(wanted[i], least));
        result.passed = divergence <= check.maximum.value_or(0);
        result.observed = fmt::format("divergence {}", base::short_figure(divergence));
    });
}

std::unique_ptr<Judge> judge_chi_square(const Check& check, const World& world) {
    return judge_column(check, world, [&](CheckResult& result, const ColumnProfile& column) {
        auto seen = seen_shares(check, column);
        auto wanted = check.shares;
        wanted.resize(seen.size());
        auto count = static_cast<double>(
            check.bounds.empty() ? column.frequent.count() : column.quantiles.count()
        );
        double sum = 0, degrees = -1;
        for (std::size_t i = 0; i < seen.size(); ++i) {
            if (wanted[i] <= 0 && seen[i] <= 0) continue;
            auto share = std::max(wanted[i], least);
            sum += count * (seen[i] - share) * (seen[i] - share) / share;
            ++degrees;
        }
        auto p = degrees > 0 ? boost::math::gamma_q(degrees / 2, sum / 2) : 1;
        result.passed = p >= check.minimum.value_or(0.05);
        result.observed =
            fmt::format("chi-square {}, p {}", base::short_figure(sum), base::chance(p));
    });
}

}  // namespace

std::span<const CheckKind> share_checks() {
    static const std::array kinds{
        CheckKind{
            .name = "divergence",
            .words = "the Kullback-Leibler divergence from the `shares` of `values`, or of the "
                     "ranges between `bounds`, is at most `maximum`",
            .columns = one_column,
            .needs = {some_shares, share_for_each, whole_shares, a_maximum},
            .judge = judge_divergence,
            .looks = Looks::profile},
        CheckKind{
            .name = "chi_square",
            .words = "the chi-square test against such shares has p of at least `minimum` (0.05)",
            .columns = one_column,
            .needs = {some_shares, share_for_each, whole_shares},
            .judge = judge_chi_square,
            .looks = Looks::profile}};
    return kinds;
}

}  // namespace quality
