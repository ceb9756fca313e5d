#include "crawler/fetch/proxy_pool.hpp"

namespace crawler {

namespace {

constexpr std::chrono::seconds rest{60};

}  // namespace

std::size_t ProxyPool::choose(std::string_view host, Time now) const {
    std::vector<bool> out_of_order(proxies_.size());
    for (std::size_t i = 0; i < out_of_order.size(); ++i) out_of_order[i] = rests_until_[i] > now;
    return choose_proxy(proxies_, host, out_of_order);
}

void ProxyPool::put_to_rest(std::size_t index, Time now) {
    rests_until_[index] = now + rest;
}

}  // namespace crawler
