// All measures come from the sketches of two profiles: neither old records nor a second pass are
// needed, and a profile that was kept years ago can be compared. Bins are the first profile's
// deciles, so each would hold a tenth if nothing had changed.
//
// The verdict goes by size (PSI over 0.1 and 0.2, as is customary in credit scoring), since of many
// records every difference is significant; the chi-square test only keeps few records from drifting
// by chance.
#include "quality/profile/drift.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <tuple>

#include <boost/json.hpp>
#include <boost/math/special_functions/gamma.hpp>

namespace quality {

namespace {

// Shares of both profiles in the same bins.
struct Bins {
    std::vector<double> before, after;
};

Bins number_bins(const ColumnProfile& a, const ColumnProfile& b) {
    constexpr int count = 10;
    std::set<double> bounds;
    for (int i = 1; i < count; ++i) bounds.insert(a.quantiles.at(i / static_cast<double>(count)));
    Bins bins;
    double last_a = 0, last_b = 0;
    for (double bound : bounds) {
        double up_a = a.quantiles.share_up_to(bound), up_b = b.quantiles.share_up_to(bound);
        bins.before.push_back(up_a - last_a);
        bins.after.push_back(up_b - last_b);
        last_a = up_a;
        last_b = up_b;
    }
    bins.before.push_back(1 - last_a);
    bins.after.push_back(1 - last_b);
    return bins;
}

Bins value_bins(const ColumnProfile& a, const ColumnProfile& b) {
    std::map<std::string, std::pair<double, double>> shares;
    auto share = [](std::uint64_t count, const Frequent& of) {
        return of.count() ? static_cast<double>(count) / static_cast<double>(of.count()) : 0;
    };
    for (const auto& [value, count] : a.frequent.top(256))
        shares[value].first = share(count, a.frequent);
    for (const auto& [value, count] : b.frequent.top(256))
        shares[value].second = share(count, b.frequent);
    Bins bins;
    double rest_a = 1, rest_b = 1;
    for (const auto& [value, pair] : shares) {
        bins.before.push_back(pair.first);
        bins.after.push_back(pair.second);
        rest_a -= pair.first;
        rest_b -= pair.second;
    }
    bins.before.push_back(std::max(0.0, rest_a));
    bins.after.push_back(std::max(0.0, rest_b));
    return bins;
}

// PSI: the symmetric Kullback-Leibler divergence over the bins.
double stability_index(const Bins& bins) {
    constexpr double floor = 1e-4;  // an empty bin is not infinitely far
    double sum = 0;
    for (std::size_t i = 0; i < bins.before.size(); ++i) {
        double a = std::max(bins.before[i], floor), b = std::max(bins.after[i], floor);
        sum += (b - a) * std::log(b / a);
    }
    return sum;
}

double jensen_shannon(const Bins& bins) {
    auto part = [](double share, double middle) {
        return share > 0 ? share * std::log2(share / middle) : 0;
    };
    double sum = 0;
    for (std::size_t i = 0; i < bins.before.size(); ++i) {
        double middle = (bins.before[i] + bins.after[i]) / 2;
        sum += (part(bins.before[i], middle) + part(bins.after[i], middle)) / 2;
    }
    return sum;
}

double kolmogorov_smirnov(const Quantiles& a, const Quantiles& b) {
    double most = 0;
    for (int i = 0; i <= 200; ++i)
        for (const auto* from : {&a, &b}) {
            double value = from->at(i / 200.0);
            most = std::max(most, std::abs(a.share_up_to(value) - b.share_up_to(value)));
        }
    return most;
}

double missing_share(const ColumnProfile& column, std::uint64_t records) {
    if (records == 0) return 0;
    auto there = static_cast<double>(column.present - column.spelled_missing);
    return 1 - there / static_cast<double>(records);
}

// Of two samples in the same bins, and its p value (Press et al., Numerical Recipes, 14.3).
std::pair<double, double> chi_square(const Bins& bins, double n_before, double n_after) {
    if (n_before <= 0 || n_after <= 0) return {0, 1};
    double sum = 0, degrees = -1;
    for (std::size_t i = 0; i < bins.before.size(); ++i) {
        double a = bins.before[i] * n_before, b = bins.after[i] * n_after;
        if (a + b < 1e-9) continue;
        double difference = std::sqrt(n_after / n_before) * a - std::sqrt(n_before / n_after) * b;
        sum += difference * difference / (a + b);
        ++degrees;
    }
    return {sum, degrees > 0 ? boost::math::gamma_q(degrees / 2, sum / 2) : 1};
}

// Asymptotic (Stephens 1970).
double ks_p(double distance, double n_before, double n_after) {
    auto n = std::sqrt(n_before * n_after / (n_before + n_after));
    auto at = (n + 0.12 + 0.11 / n) * distance;
    if (at < 0.2) return 1;
    double sum = 0;
    for (int k = 1; k <= 100; ++k) sum += (k % 2 ? 2 : -2) * std::exp(-2.0 * k * k * at * at);
    return std::clamp(sum, 0.0, 1.0);
}

void compare(const ColumnProfile& a, const ColumnProfile& b, Drift& drift) {
    drift.numeric = a.numeric() && b.numeric();
    auto bins = drift.numeric ? number_bins(a, b) : value_bins(a, b);
    auto n_before = static_cast<double>(drift.numeric ? a.quantiles.count() : a.frequent.count());
    auto n_after = static_cast<double>(drift.numeric ? b.quantiles.count() : b.frequent.count());
    drift.psi = stability_index(bins);
    drift.jensen_shannon = jensen_shannon(bins);
    for (std::size_t i = 0; i < bins.before.size(); ++i)
        drift.l_infinity = std::max(drift.l_infinity, std::abs(bins.before[i] - bins.after[i]));
    std::tie(drift.chi_square, drift.chi_square_p) = chi_square(bins, n_before, n_after);
    if (drift.numeric) {
        drift.ks = kolmogorov_smirnov(a.quantiles, b.quantiles);
        drift.ks_p = ks_p(drift.ks, n_before, n_after);
    }
    bool by_chance = drift.chi_square_p > 0.01;
    bool missing = std::abs(drift.missing_after - drift.missing_before) > 0.1;
    drift.verdict = missing || (drift.psi > 0.2 && !by_chance) ? "drifted"
                    : drift.psi > 0.1 && !by_chance            ? "shifted"
                                                               : "stable";
}

}  // namespace

std::vector<Drift> find_drift(const Profile& before, const Profile& after) {
    std::vector<Drift> found;
    for (const auto& [name, a] : before.columns) {
        Drift drift;
        drift.column = name;
        drift.missing_before = missing_share(a, before.records);
        auto other = after.columns.find(name);
        if (other == after.columns.end()) {
            drift.missing_after = 1;
            drift.verdict = "gone";
        } else {
            drift.missing_after = missing_share(other->second, after.records);
            compare(a, other->second, drift);
        }
        found.push_back(drift);
    }
    for (const auto& [name, b] : after.columns) {
        if (before.columns.contains(name)) continue;
        Drift drift;
        drift.column = name;
        drift.missing_before = 1;
        drift.missing_after = missing_share(b, after.records);
        drift.verdict = "new";
        found.push_back(drift);
    }
    auto rank = [](const Drift& drift) {
        return drift.verdict == "new" || drift.verdict == "gone";
    };
    std::stable_sort(found.begin(), found.end(), [&](const Drift& x, const Drift& y) {
        return rank(x) != rank(y) ? rank(x) : x.psi > y.psi;
    });
    return found;
}

boost::json::object to_json(const Drift& one) {
    boost::json::object object{
        {"column", one.column},
        {"verdict", one.verdict},
        {"psi", one.psi},
        {"jensen_shannon", one.jensen_shannon},
        {"l_infinity", one.l_infinity},
        {"chi_square", one.chi_square},
        {"chi_square_p", one.chi_square_p},
        {"missing_before", one.missing_before},
        {"missing_after", one.missing_after}};
    if (one.numeric) {
        object["ks"] = one.ks;
        object["ks_p"] = one.ks_p;
    }
    return object;
}

}  // namespace quality
