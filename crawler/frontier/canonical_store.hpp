#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time/time.hpp"

namespace base {
class Tx;
}

// Pages that name another address as the real one. Each waits until that address is kept or given
// up, and then gives way to it or is kept itself. Each function is one step inside the caller's
// transaction.
namespace crawler {

struct NamingPage {
    std::string key;  // of its row in the frontier
    std::string canonical;
    std::string pattern;  // of its own address
    std::string_view title, body;
};

struct CanonicalVerdicts {
    std::vector<std::string> apart;   // pages that are kept whatever they name: fetched again if
                                      // they are not at hand
    std::vector<std::string> copies;  // pages that gave way
    bool empty() const { return apart.empty() && copies.empty(); }
};

// Notes that the pages wait. Those that were found to be others than what they name do not: they
// are returned as `apart`.
CanonicalVerdicts
note_canonicals(base::Tx& tx, std::int64_t source, std::span<const NamingPage> pages);

struct CanonicalQuestion {
    std::int64_t source = 0;
    std::string source_name;
    std::vector<std::string> settled{};  // keys of addresses that were closed
    std::vector<std::string> pages{};    // keys of pages that wait from now on
    base::Time now;
};

// Judges the pages and who waits for what was settled. A page whose address is still queued goes on
// waiting, one that waits for itself in a circle does not.
CanonicalVerdicts judge_canonicals(base::Tx& tx, const CanonicalQuestion& question);

// When nothing else is due: judges whoever still waits; those that would wait for ever are kept
// apart.
CanonicalVerdicts end_waiting(base::Tx& tx, const CanonicalQuestion& question);

}  // namespace crawler
