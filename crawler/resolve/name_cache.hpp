#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace crawler {

// What a host's name leads to.
struct NameAnswer {
    std::vector<std::string> addresses;  // text form, the best first; empty if there are none
    std::string fault;                   // why there are none
};

// Remembers answers for as long as their records' time to live says, within bounds, and failures
// for a short time. Reads no clock. Not safe to call from several threads.
class NameCache {
public:
    using Clock = std::chrono::steady_clock;
    using Answer = std::shared_ptr<const NameAnswer>;

    struct Bounds {
        std::chrono::seconds shortest{5};  // also for records that may not be kept at all
        std::chrono::seconds longest{3600};
        std::chrono::seconds missing{30};  // a name that does not exist
        std::chrono::seconds failed{5};    // a server that did not answer
        std::size_t names = 50'000;
    };
    enum class Kind { found, missing, failed };

    NameCache() = default;
    explicit NameCache(const Bounds& bounds) : bounds_(bounds) {}

    // Null if nothing is known of the name at `now`.
    Answer find(const std::string& name, Clock::time_point now) const;
    void put(
        const std::string& name,
        Answer answer,
        Kind kind,
        std::chrono::seconds time_to_live,
        Clock::time_point now
    );
    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        Answer answer;
        Clock::time_point until;
    };
    void make_room(Clock::time_point now);

    Bounds bounds_;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace crawler
