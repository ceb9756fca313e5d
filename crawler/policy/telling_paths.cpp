// Pages that are wanted are few, the others may be millions: only directories of enough of the
// first are counted at all.
#include "crawler/policy/telling_paths.hpp"

#include <algorithm>
#include <cmath>

namespace crawler {

namespace {

constexpr std::size_t least_wanted = 3;
constexpr double least_lift = 1.5;

// The lower end of Wilson's 95 % interval of a share.
double least_share(double of, double all) {
    constexpr double z = 1.96;
    const double p = of / all, spread = z * z / all;
    return (p + spread / 2 - z * std::sqrt((p * (1 - p) + spread / 4) / all)) / (1 + spread);
}

// The end of "https://example.org"; npos if it is no address of that form.
std::size_t path_of(std::string_view canonical) {
    const auto scheme = canonical.find("://");
    return scheme == canonical.npos ? canonical.npos : canonical.find('/', scheme + 3);
}

bool is_within(std::string_view one, std::string_view other) {
    return one.substr(0, other.size()) == other;
}

}  // namespace

// All directories of an address, the uppermost first.
template <typename See>
void PathCounts::each_directory(std::string_view canonical, const See& see) {
    const auto path = path_of(canonical);
    if (path == canonical.npos) return;
    const auto end = canonical.find_first_of("?#", path);
    for (auto at = path; at != canonical.npos && at < end; at = canonical.find('/', at + 1))
        if (!see(canonical.substr(0, at + 1))) return;
}

void PathCounts::add_wanted(std::string_view canonical) {
    ++all_.wanted;
    each_directory(canonical, [&](std::string_view directory) {
        ++below_[std::string(directory)].wanted;
        return true;
    });
}

void PathCounts::add_other(std::string_view canonical) {
    if (!complete_)
        std::erase_if(below_, [](const auto& one) { return one.second.wanted < least_wanted; });
    complete_ = true;
    ++all_.others;
    // What is below a directory of few wanted pages has no more.
    each_directory(canonical, [&](std::string_view directory) {
        const auto known = below_.find(directory);
        if (known == below_.end()) return false;
        ++known->second.others;
        return true;
    });
}

std::vector<TellingPath> PathCounts::telling(std::size_t most) const {
    std::vector<TellingPath> out;
    const double all = static_cast<double>(all_.wanted + all_.others);
    if (all_.wanted == 0 || all_.others == 0) return out;
    const double usual = static_cast<double>(all_.wanted) / all;
    auto left = below_;
    while (out.size() < most) {
        const std::pair<const std::string, Count>* best = nullptr;
        double best_above = 0;
        for (const auto& each : left) {
            const auto& [prefix, of] = each;
            const auto rows = static_cast<double>(of.wanted + of.others);
            if (of.wanted < least_wanted) continue;
            if (least_share(static_cast<double>(of.wanted), rows) < least_lift * usual) continue;
            const bool taken = std::any_of(out.begin(), out.end(), [&](const TellingPath& one) {
                return is_within(one.prefix, prefix) || is_within(prefix, one.prefix);
            });
            const double above = static_cast<double>(of.wanted) - usual * rows;
            if (taken || above <= best_above) continue;
            best = &each;
            best_above = above;
        }
        if (!best) break;
        out.push_back({best->first, best->second.wanted, best->second.others});
        left.erase(best->first);
    }
    return out;
}

std::string pattern_below(std::string_view prefix) {
    constexpr std::string_view special = R"(\.^$|()[]{}*+?)";
    std::string out = "^";
    for (char c : prefix) {
        if (special.find(c) != special.npos) out += '\\';
        out += c;
    }
    return out;
}

}  // namespace crawler
