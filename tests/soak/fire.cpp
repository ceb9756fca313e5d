#include "tests/soak/fire.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace soak {

using namespace std::chrono_literals;

namespace {

// Each kind as often as it stands here, before the first comes again.
std::vector<Victim> deck(bool spare_program, std::mt19937& random) {
    using enum Victim;
    std::vector<Victim> cards{backend, backend, backend, postmaster, postmaster, keeper};
    if (!spare_program) cards.insert(cards.end(), {program, all});
    std::shuffle(cards.begin(), cards.end(), random);
    return cards;
}

std::int64_t median(std::vector<std::int64_t> values) {
    auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

void fire(Service& service, Ledger& ledger, unsigned seed) {
    std::mt19937 random(seed);
    // About 240 kills in an hour; a short run has them closer together.
    auto mean = std::clamp<std::int64_t>(ledger.length().count() / 8, 5, 15);
    std::vector<Victim> cards;
    bool spared = false;
    while (ledger.open()) {
        bool spare = ledger.passed() * 4 > ledger.length() * 3;
        if (cards.empty() || spare != spared) cards = deck(spared = spare, random);
        Ledger::rest(std::chrono::milliseconds(
            500 + random() % static_cast<std::uint64_t>(2000 * mean - 1000)
        ));
        service.kill(cards.back(), random);
        cards.pop_back();
        if (random() % 4 == 0) Ledger::rest(std::chrono::milliseconds(random() % 3000));
        service.recover();
    }
}

void MemoryWatch::look(const Service& service) {
    if (auto memory = service.memory()) {
        std::lock_guard lock(mutex_);
        looks_.push_back(*memory);
    }
}

std::int64_t MemoryWatch::now() const {
    std::lock_guard lock(mutex_);
    return looks_.empty() ? 0 : looks_.back().kilobytes / 1024;
}

void MemoryWatch::judge(Ledger& ledger) const {
    std::lock_guard lock(mutex_);
    std::vector<std::int64_t> life;
    std::int64_t most = 0;
    for (const auto& look : looks_) {
        if (look.life == looks_.back().life) life.push_back(look.kilobytes / 1024);
        most = std::max(most, look.kilobytes / 1024);
    }
    auto part = [&](double from, double to) {
        auto at = [&](double share) {
            return life.begin() +
                   static_cast<std::ptrdiff_t>(share * static_cast<double>(life.size()));
        };
        return median({at(from), at(to)});
    };
    if (life.size() < 20) return tell(ledger, "memory: looked at too shortly");
    auto settled = part(0.2, 0.4), late = part(0.8, 1);
    tell(
        ledger,
        fmt::format(
            "memory of the last program, {} seconds old: {} MB settled, {} MB late; {} MB was the "
            "most of any",
            life.size(),
            settled,
            late,
            most
        )
    );
    if (life.size() >= 300 && late > settled + std::max<std::int64_t>(settled / 4, 48))
        ledger.fault(fmt::format("memory grew from {} MB to {} MB", settled, late));
}

}  // namespace soak
