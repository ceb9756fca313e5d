#include "crawler/policy/budget.hpp"

#include <algorithm>
#include <charconv>

namespace crawler {

std::optional<std::pair<std::string, std::uint64_t>> parse_path_budget(std::string_view text) {
    std::string prefix;
    if (auto equals = text.rfind('='); equals != text.npos) {
        prefix = text.substr(0, equals);
        text.remove_prefix(equals + 1);
        if (!prefix.starts_with('/')) return std::nullopt;
    }
    std::uint64_t limit = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc() || end != text.data() + text.size() || limit == 0) return std::nullopt;
    return std::pair(prefix, limit);
}

std::vector<Budget::Share> Budget::shares(const Url& url, int depth) const {
    std::vector<Share> found;
    if (!rules_.any()) return found;
    auto host = url.host_and_port();
    if (rules_.per_host) found.push_back({"host " + host, rules_.per_host});
    if (rules_.per_depth) found.push_back({"depth " + std::to_string(depth), rules_.per_depth});
    if (rules_.per_path) {
        auto end = url.path.find('/', 1);
        auto directory = end == std::string::npos ? std::string("/") : url.path.substr(0, end + 1);
        found.push_back({"path " + host + directory, rules_.per_path});
    }
    for (const auto& [prefix, limit] : rules_.prefixes)
        if (url.path.starts_with(prefix)) found.push_back({"prefix " + host + prefix, limit});
    return found;
}

std::uint64_t Budget::kept(const std::string& name) const {
    auto found = kept_.find(name);
    return found == kept_.end() ? 0 : found->second;
}

std::string Budget::spent(const std::vector<Share>& shares) const {
    for (const auto& share : shares)
        if (kept(share.name) >= share.limit) return share.name + ", " + std::to_string(share.limit);
    return {};
}

bool Budget::has_to_wait(const std::vector<Share>& shares) const {
    return std::any_of(shares.begin(), shares.end(), [&](const Share& share) {
        auto found = under_way_.find(share.name);
        return found != under_way_.end() && kept(share.name) + found->second >= share.limit;
    });
}

void Budget::begin(const std::vector<Share>& shares) {
    for (const auto& share : shares) ++under_way_[share.name];
}

void Budget::end(const std::vector<Share>& shares) {
    for (const auto& share : shares) {
        auto found = under_way_.find(share.name);
        if (found != under_way_.end() && --found->second == 0) under_way_.erase(found);
    }
}

}  // namespace crawler
