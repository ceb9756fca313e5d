#include "crawler/frontier.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "schema/record.hpp"
#include "schema/values.hpp"

namespace crawler {

std::string url_key(std::string_view canonical) {
    return schema::hex_of(schema::sha256(canonical).substr(0, 16));
}

std::string_view name_of(Kind kind) {
    return kind == Kind::sitemap ? "sitemap" : kind == Kind::feed ? "feed" : "page";
}

Kind kind_of(std::string_view name) {
    return name == "sitemap" ? Kind::sitemap : name == "feed" ? Kind::feed : Kind::page;
}

std::uint64_t RecentUrls::hash(std::string_view url, bool queued) {
    auto value = XXH3_64bits_withSeed(url.data(), url.size(), queued ? 1 : 2);
    return value ? value : 1;
}

}  // namespace crawler
