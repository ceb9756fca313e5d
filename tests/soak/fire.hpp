#pragma once

#include <cstdint>
#include <vector>

#include "tests/soak/ledger.hpp"
#include "tests/soak/service.hpp"

namespace soak {

// Kills every kind of process in turn, in random order and at random times, until the ledger is
// closed; each time waits for the service to be back. In the last quarter the program itself is
// spared, so that its memory can be looked at.
void fire(Service& service, Ledger& ledger, unsigned seed);

// Memory of the programs, a look a second.
class MemoryWatch {
public:
    void look(const Service& service);
    // Of the newest program, in MB; 0 before the first look.
    std::int64_t now() const;
    // Tells how much the last program took early and late. Growth over its settled level, by more
    // than a quarter and 48 MB, is a fault.
    void judge(Ledger& ledger) const;

private:
    mutable std::mutex mutex_;
    std::vector<Service::Memory> looks_;
};

}  // namespace soak
