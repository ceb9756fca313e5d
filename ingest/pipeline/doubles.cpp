#include "ingest/pipeline/doubles.hpp"

#include <algorithm>
#include <vector>

#include "base/bytes/hash.hpp"

namespace ingest {

namespace {

constexpr std::size_t most_records = 20'000'000;
constexpr std::size_t page_records = 10'000;
constexpr std::size_t page_bytes = 8 * 1024 * 1024;

std::pair<std::uint64_t, std::uint64_t> hash_of(std::string_view key) {
    auto hash = base::hash_128(key);
    return {hash[0], hash[1]};
}

}  // namespace

Doubles::Doubles(
    Connector& connector,
    Mapping& mapping,
    std::uint64_t limit,
    const std::stop_token& stop
) {
    std::vector<Hash> keys;
    Page page;
    schema::Draft draft;
    schema::Reject refused;
    std::uint64_t total = 0;
    for (bool more = true; more && (limit == 0 || total < limit);) {
        page.clear();
        auto records =
            limit == 0 ? page_records : std::min<std::uint64_t>(page_records, limit - total);
        more = connector.next(page, records, page_bytes);
        total += page.records.size() + page.rejects.size();
        for (const auto& record : page.records)
            if (mapping.apply(page, record, draft, refused)) keys.push_back(hash_of(draft.key));
        if (keys.size() > most_records || stop.stop_requested()) return;
    }
    std::sort(keys.begin(), keys.end());
    for (std::size_t i = 0; i + 1 < keys.size(); ++i)
        if (keys[i] == keys[i + 1]) ++left_.try_emplace(keys[i], 1).first->second;
}

bool Doubles::superseded(std::string_view key) {
    if (left_.empty()) return false;
    auto found = left_.find(hash_of(key));
    return found != left_.end() && --found->second > 0;
}

}  // namespace ingest
