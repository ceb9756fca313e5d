#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/words.hpp"

namespace crawler {

// Why an address of the frontier was not fetched, or what came of it was not stored.
enum class SkipReason {
    scheme,
    scope,
    exclude,
    length,
    depth,
    trap,
    nofollow,
    follow_only,
    budget,
    off,
    robots,
    robots_unreachable,
    consent,
    address,
    network,
    proxy,
    signed_out,
    http,
    redirect,
    canonical,
    content_type,
    too_large,
    too_small,
    format,
    listing,
    no_rules,
    no_items,
    rejected,
    purged,
};

// The names are what the database holds: they stay.
constexpr auto words_of(SkipReason) {
    return std::to_array<base::Word<SkipReason>>({
        {SkipReason::scheme, "scheme", "not http or https"},
        {SkipReason::scope, "scope", "outside of what `--scope` and `--include` let in"},
        {SkipReason::exclude, "exclude", "matches a pattern of `--exclude`"},
        {SkipReason::length, "length", "longer than an address may be"},
        {SkipReason::depth, "depth", "more links away from a seed than `--depth` allows"},
        {SkipReason::trap,
         "trap",
         "its path repeats itself, or pages of its form only repeat each other"},
        {SkipReason::nofollow, "nofollow", "the link, its page or a header says nofollow"},
        {SkipReason::follow_only, "follow_only", "the scraping rules follow other links alone"},
        {SkipReason::budget, "budget", "enough pages were kept, in all or of its kind"},
        {SkipReason::off, "off", "this crawl does not fetch such sitemaps, feeds, images or files"},
        {SkipReason::robots, "robots", "robots.txt forbids it; the detail is the rule"},
        {SkipReason::robots_unreachable,
         "robots-unreachable",
         "robots.txt could not be read, which forbids everything (RFC 9309)"},
        {SkipReason::consent,
         "consent",
         "the site reserves it against training or indexing; the detail is the signal"},
        {SkipReason::address, "address", "its host leads to an address that may not be asked"},
        {SkipReason::network, "network", "no answer came; the detail is the error"},
        {SkipReason::proxy, "proxy", "no proxy could ask for it"},
        {SkipReason::signed_out, "signed_out", "the site showed that the sign-in does not hold"},
        {SkipReason::http, "http", "the server answered with an error; the detail is its status"},
        {SkipReason::redirect, "redirect", "it leads to another address, or nowhere"},
        {SkipReason::canonical,
         "canonical",
         "the page names another address as the real one, which is kept and gives the same text"},
        {SkipReason::content_type, "content_type", "its media type is not one that is kept"},
        {SkipReason::too_large, "too_large", "more bytes than are allowed"},
        {SkipReason::too_small, "too_small", "an image below the least width, height or bytes"},
        {SkipReason::format, "format", "an image of a format that was not asked for"},
        {SkipReason::listing, "listing", "found as a sitemap or feed, but it is neither"},
        {SkipReason::no_rules, "no_rules", "no scraping rule is for it, and others are not kept"},
        {SkipReason::no_items, "no_items", "the scraping rules found no item on it"},
        {SkipReason::rejected, "rejected", "what it gave could not become a record; see rejects"},
        {SkipReason::purged, "purged", "its record was purged"},
    });
}

// Empty for nothing.
constexpr std::string_view name_of(const std::optional<SkipReason>& reason) {
    return reason ? base::name_of(*reason) : std::string_view();
}

// Addresses that no frontier takes: mailto:, javascript: .., and those beyond all length.
constexpr bool is_no_address(const std::optional<SkipReason>& reason) {
    return reason == SkipReason::scheme || reason == SkipReason::length;
}

}  // namespace crawler
