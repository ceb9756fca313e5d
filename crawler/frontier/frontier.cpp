#include "crawler/frontier/frontier.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "schema/records/record.hpp"
#include "schema/records/values.hpp"

namespace crawler {

std::string url_key(std::string_view canonical) {
    return base::hex(base::sha256(canonical).substr(0, 16));
}

std::uint64_t RecentUrls::hash(std::string_view url, bool queued) {
    auto value = XXH3_64bits_withSeed(url.data(), url.size(), queued ? 1 : 2);
    return value ? value : 1;
}

}  // namespace crawler
