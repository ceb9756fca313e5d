#include "crawler/resolve/name_cache.hpp"

#include <algorithm>

namespace crawler {

NameCache::Answer NameCache::find(const std::string& name, Clock::time_point now) const {
    auto found = entries_.find(name);
    if (found == entries_.end() || found->second.until <= now) return nullptr;
    return found->second.answer;
}

void NameCache::put(
    const std::string& name,
    Answer answer,
    Kind kind,
    std::chrono::seconds time_to_live,
    Clock::time_point now
) {
    auto keep = kind == Kind::found ? std::clamp(time_to_live, bounds_.shortest, bounds_.longest)
                : kind == Kind::missing ? bounds_.missing
                                        : bounds_.failed;
    if (entries_.size() >= bounds_.names && !entries_.contains(name)) make_room(now);
    entries_[name] = {std::move(answer), now + keep};
}

// What has expired goes; if that is not a quarter, so does whatever comes first.
void NameCache::make_room(Clock::time_point now) {
    std::erase_if(entries_, [now](const auto& entry) { return entry.second.until <= now; });
    auto wanted = bounds_.names - bounds_.names / 4;
    while (entries_.size() > wanted) entries_.erase(entries_.begin());
}

}  // namespace crawler
