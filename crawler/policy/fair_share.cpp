#include "crawler/policy/fair_share.hpp"

#include <algorithm>

namespace crawler {

namespace {

std::uint64_t mean_up(std::uint64_t sum, std::uint64_t of) {
    return (sum + of - 1) / of;
}

}  // namespace

HostShare share_of_hosts(std::size_t mine, std::size_t most, std::span<const OtherShare> others) {
    HostShare share{.take = most - std::min(most, mine)};
    std::uint64_t sum = mine;
    bool poorer = false, hungry = false;
    for (const auto& other : others) {
        sum += other.hosts;
        hungry = hungry || other.hungry;
        poorer = poorer || (other.hungry && other.hosts < mine);
    }
    const auto mean = static_cast<std::size_t>(mean_up(sum, others.size() + 1));
    if (poorer) {
        share.give_back = mine - std::min(mine, mean);
        share.only_own_servers = true;
    } else if (hungry) {
        share.take = std::min(share.take, std::max<std::size_t>(1, mean - std::min(mean, mine)));
    }
    return share;
}

std::uint64_t share_of_pages(
    std::uint64_t limit,
    std::uint64_t kept,
    std::uint64_t used,
    bool wants,
    std::span<const OtherShare> others
) {
    const auto left = limit - std::min(limit, kept);
    auto free = left;
    for (const auto& other : others) free -= std::min(free, other.granted);
    const auto wanted = wants || others.empty() ? mean_up(left, others.size() + 1) : used;
    return std::min(std::max(used, wanted), free);
}

}  // namespace crawler
