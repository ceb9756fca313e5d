#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/soak/ledger.hpp"

namespace soak {

inline constexpr auto project = "topics";
inline constexpr const char* topics[] = {"apple", "river", "stone"};

// What one person was told stands: tasks and answers.
using Answers = std::map<std::int64_t, std::string>;

// Claims, answers, skips and takes back until the ledger is closed, then answers what is still
// held.
Answers label(
    std::uint16_t port,
    Ledger& ledger,
    const std::string& name,
    const std::string& token,
    unsigned seed
);

}  // namespace soak
