#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/url/url.hpp"

// Traps: parts of a site that make addresses without end and text without news (calendars, facets,
// session ids). They are told by what they give, not by how they look: the addresses are sorted by
// their form, and a form is shut when its pages keep repeating each other.
namespace crawler {

// The form of an address: host, directories, and with numbers as '#', long hexadecimal words and
// session ids as '@', the last segment's word as '*', and the names of the query's parameters in
// order. "example.org/calendar/#/#", "example.org/shop/*?colour&size". Addresses with more than
// three parameters are of one form: "?.."; at most 200 octets.
std::string pattern_of(const Url& url);

// Whether a form looks like a calendar, a facet, a sorting or a session: such a one is judged by
// its pages' words alone, without their numbers.
bool is_suspicious(std::string_view pattern);

// 64-bit SimHash (Charikar 2002) of the words without digits, each by itself: pages that differ
// only in their dates and numbers are equal. 0 for a text without such words.
std::uint64_t shape_of(std::string_view title, std::string_view body);
std::uint64_t text_hash(std::string_view title, std::string_view body);

// What one visit said.
struct Sighting {
    std::string pattern;
    std::uint64_t exact = 0;  // hash of the text
    std::uint64_t near = 0;   // its SimHash, or its shape where the form is suspicious
    bool empty = false;       // no text of its own: gone, or a copy of a page that is known
};

struct TrapPolicy {
    int limit = 64;  // score at which a form is shut: by equal texts, or by near ones where the
                     // form is suspicious
    int near_limit = 256;  // by near texts where it is not: tables of numbers look alike, too
    int relief = 16;       // what a new text takes off a score
};

// What is known of one form. Each stale page adds one to a score, each new text takes `relief` off
// it, never below nothing: a cumulative sum test (Page 1954) that drifts upwards when fewer than
// one page in `relief` + 1 brings news. New is what is not among the last 32 texts that were new;
// near is within 3 bits.
struct PatternYield {
    static constexpr std::size_t ring_size = 32;

    std::int64_t visits = 0;
    std::int64_t fresh = 0;  // texts that were not equal to one of the ring
    int exact_score = 0;
    int near_score = 0;
    std::vector<std::int64_t> exact_ring, near_ring;  // oldest first

    void observe(const Sighting& sighting, const TrapPolicy& policy);
    bool is_trap(std::string_view pattern, const TrapPolicy& policy) const;
};

}  // namespace crawler
