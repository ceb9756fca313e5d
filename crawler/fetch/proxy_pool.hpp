#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "crawler/fetch/access.hpp"

namespace crawler {

// Which of the proxies a host is asked through. One that is out of order rests for a minute, in
// which its hosts go elsewhere.
class ProxyPool {
public:
    using Time = std::chrono::steady_clock::time_point;

    // `proxies` has to outlive it.
    explicit ProxyPool(std::span<const Proxy> proxies)
        : proxies_(proxies), rests_until_(proxies.size()) {}

    bool is_empty() const { return proxies_.empty(); }
    const Proxy& operator[](std::size_t index) const { return proxies_[index]; }
    // The index of a host's proxy (see choose_proxy). There has to be one.
    std::size_t choose(std::string_view host, Time now) const;
    void put_to_rest(std::size_t index, Time now);

private:
    std::span<const Proxy> proxies_;
    std::vector<Time> rests_until_;
};

}  // namespace crawler
