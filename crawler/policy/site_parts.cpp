// Directories say what pages are about on most sites. A part should be large enough that its share
// of what was seen means something, and small enough that it is of one kind: so the tree is cut
// where a directory is large and has directories of its own that matter.
#include "crawler/policy/site_parts.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "crawler/policy/telling_paths.hpp"

namespace crawler {

namespace {

constexpr std::uint64_t most_in_32 = 32;
constexpr double size_power = 0.75;

using Directories = std::map<std::string, DirectoryCount, std::less<>>;

std::uint64_t pages_of(const DirectoryCount& one) {
    return one.seen + one.waiting;
}

// "https://a.test/b/c/" -> "https://a.test/b/"; nothing above a host.
std::optional<std::string_view> parent_of(std::string_view directory) {
    const auto end = directory.rfind('/', directory.size() - 2);
    if (end == directory.npos || (end > 0 && directory[end - 1] == '/')) return std::nullopt;
    return directory.substr(0, end + 1);
}

class Divider {
public:
    explicit Divider(const Directories& all) : all_(all) {
        for (const auto& [name, one] : all_) {
            const auto above = parent_of(name);
            if (above)
                within_[std::string(*above)].push_back(&one);
            else
                roots_.push_back(&one);
        }
        for (const auto* root : roots_) pages_ += pages_of(*root);
    }

    std::vector<SitePart> parts() {
        for (const auto* root : roots_) divide(*root);
        return std::move(parts_);
    }

private:
    void divide(const DirectoryCount& one) {
        const auto found = within_.find(one.directory);
        std::uint64_t below = 0;
        if (found != within_.end())
            for (const auto* each : found->second) below += pages_of(*each);
        if (pages_of(one) * most_in_32 <= pages_ || below * 2 < pages_of(one)) {
            parts_.push_back({one.directory, true, one.seen, one.waiting});
            return;
        }
        if (one.seen_here + one.waiting_here > 0)
            parts_.push_back({one.directory, false, one.seen_here, one.waiting_here});
        for (const auto* each : found->second) divide(*each);
    }

    const Directories& all_;
    std::map<std::string, std::vector<const DirectoryCount*>, std::less<>> within_;
    std::vector<const DirectoryCount*> roots_;
    std::uint64_t pages_ = 0;
    std::vector<SitePart> parts_;
};

}  // namespace

std::vector<SitePart> parts_of(std::vector<DirectoryCount> directories) {
    Directories all;
    for (auto& one : directories) {
        auto name = one.directory;
        if (name.size() > 1) all.emplace(std::move(name), std::move(one));
    }
    return Divider(all).parts();
}

std::vector<double> spread_over(const std::vector<SitePart>& parts, double pages) {
    // To the level at which what the parts take up to it is `pages`: found by halving.
    std::vector<double> weights;
    double highest = 0, all = 0;
    for (const auto& part : parts) {
        const auto size = static_cast<double>(part.seen + part.waiting);
        weights.push_back(std::pow(size, size_power));
        if (part.waiting == 0) continue;
        highest = std::max(highest, size / weights.back());
        all += static_cast<double>(part.waiting);
    }
    const auto taken = [&](std::size_t i, double level) {
        return std::clamp(
            level * weights[i] - static_cast<double>(parts[i].seen),
            0.0,
            static_cast<double>(parts[i].waiting)
        );
    };
    double low = 0, high = highest;
    for (int i = 0; i < 60 && pages < all; ++i) {
        const double level = (low + high) / 2;
        double sum = 0;
        for (std::size_t part = 0; part < parts.size(); ++part) sum += taken(part, level);
        (sum > pages ? high : low) = level;
    }
    std::vector<double> out;
    for (std::size_t i = 0; i < parts.size(); ++i) out.push_back(taken(i, high));
    return out;
}

std::string pattern_of(const SitePart& part) {
    return pattern_below(part.prefix) + (part.whole ? "" : "[^/?]*([?]|$)");
}

}  // namespace crawler
