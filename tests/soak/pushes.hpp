#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "tests/soak/ledger.hpp"

namespace soak {

// What senders of webhooks were told is stored.
struct Pushed {
    std::set<std::string> messages;
    std::map<std::string, std::int64_t> records;  // by key, the number in it
    std::int64_t rejects = 0;                     // records without a key
};

inline constexpr auto push_source = "pushed";
inline constexpr auto push_secret = "whsec_c29hayB0aGUgd2hvbGUgc2VydmljZQ==";

// Sends messages, some of them twice, until the ledger is closed. Each is sent until it is
// acknowledged.
Pushed push(std::uint16_t port, Ledger& ledger, int sender, unsigned seed);

}  // namespace soak
