#include "crawler/frontier/frontier.hpp"

#include <utility>

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

namespace {

constexpr std::pair<std::string_view, Kind> kinds[] = {
    {"page", Kind::page},
    {"sitemap", Kind::sitemap},
    {"feed", Kind::feed},
    {"image", Kind::image},
    {"file", Kind::file},
};

}  // namespace

std::string_view name_of(Kind kind) {
    for (const auto& [name, known] : kinds)
        if (known == kind) return name;
    return "page";
}

Kind kind_of(std::string_view name) {
    for (const auto& [known, kind] : kinds)
        if (known == name) return kind;
    return Kind::page;
}

std::uint64_t RecentUrls::hash(std::string_view url, bool queued) {
    auto value = XXH3_64bits_withSeed(url.data(), url.size(), queued ? 1 : 2);
    return value ? value : 1;
}

}  // namespace crawler
