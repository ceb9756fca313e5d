// A calendar cannot be told from an archive by its addresses, but by what its pages give: nothing
// new. Addresses are sorted by form, and each form has two cumulative sums (Page 1954): one over
// exact text, one over SimHashes of the words without numbers. A new text takes several points off,
// so a form with some duplicates never comes near the limit.
//
// Novelty is measured against a ring of the latest texts, not against all: memory is bounded, and a
// trap repeats what it has just said.
#include "crawler/policy/trap.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <set>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace crawler {

namespace {

constexpr std::size_t longest_pattern = 200;
constexpr int near_bits = 3;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex_word(std::string_view word) {
    bool digit = false;
    for (char c : word) {
        if (!std::isxdigit(static_cast<unsigned char>(c)) && c != '-') return false;
        digit = digit || is_digit(c);
    }
    return digit && word.size() >= 12;
}

// Numbers become '#': "page-12" is "page-#".
std::string without_numbers(std::string_view word) {
    if (is_hex_word(word)) return "@";
    std::string out;
    for (char c : word) {
        if (!is_digit(c)) {
            out += c;
        } else if (!out.ends_with('#')) {
            out += '#';
        }
    }
    return out;
}

// The last segment: a name is '*', a number stays a number, the extension stays.
std::string last_segment(std::string_view segment) {
    auto dot = segment.rfind('.');
    std::string_view extension;
    if (dot != segment.npos && dot > 0 && segment.size() - dot <= 6)
        extension = segment.substr(dot);
    auto name = segment.substr(0, segment.size() - extension.size());
    auto numbers = without_numbers(name);
    bool only_numbers = numbers.find_first_not_of("#-_.@") == numbers.npos;
    return (name.empty() || only_numbers ? numbers : "*") + std::string(extension);
}

void append_query(std::string_view query, std::string& out) {
    std::set<std::string> names;
    while (!query.empty()) {
        auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        auto name = part.substr(0, part.find('='));
        if (!name.empty()) names.insert(without_numbers(name));
    }
    if (names.empty()) return;
    if (names.size() > 3) {
        out += "?..";
        return;
    }
    char sign = '?';
    for (const auto& name : names) {
        out += sign + name;
        sign = '&';
    }
}

bool is_fresh(std::uint64_t value, int bits, std::vector<std::int64_t>& ring) {
    for (auto known : ring)
        if (std::popcount(static_cast<std::uint64_t>(known) ^ value) <= bits) return false;
    if (ring.size() == PatternYield::ring_size) ring.erase(ring.begin());
    ring.push_back(static_cast<std::int64_t>(value));
    return true;
}

void score(bool fresh, int relief, int& value) {
    value = fresh ? std::max(0, value - relief) : std::min(value + 1, 1'000'000);
}

}  // namespace

std::string pattern_of(const formats::Url& url) {
    std::string out = url.host_and_port();
    std::string_view path = url.path;
    path = path.substr(0, path.find(';'));
    int depth = 0;
    while (!path.empty()) {
        path.remove_prefix(1);
        auto segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        out += '/';
        if (path.empty()) {
            out += last_segment(segment);
        } else if (++depth > 5) {
            out += "..";
            break;
        } else {
            out += without_numbers(segment);
        }
    }
    if (url.query) append_query(*url.query, out);
    if (out.size() > longest_pattern) out.resize(longest_pattern);
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0x80)) out.pop_back();
    return out;
}

bool is_suspicious(std::string_view pattern) {
    auto path = pattern.substr(std::min(pattern.size(), pattern.find('/')));
    for (std::string_view mark : {"#/#", "#-#", "@", "?.."})
        if (path.find(mark) != path.npos) return true;
    for (std::string_view word : {"calendar", "kalender", "agenda", "/events/"})
        if (path.find(word) != path.npos && path.find('#') != path.npos) return true;
    auto query = path.substr(std::min(path.size(), path.find('?')));
    while (!query.empty()) {
        query.remove_prefix(1);
        auto name = query.substr(0, query.find('&'));
        query.remove_prefix(name.size());
        for (std::string_view word :
             {"year",
              "month",
              "week",
              "day",
              "date",
              "cal",
              "sort",
              "order",
              "dir",
              "filter",
              "view",
              "sid",
              "session",
              "color",
              "colour",
              "size",
              "facet",
              "limit"})
            if (name == word || (word.size() > 3 && name.find(word) != name.npos)) return true;
    }
    return false;
}

std::uint64_t shape_of(std::string_view title, std::string_view body) {
    std::array<int, 64> bits{};
    bool any = false;
    auto add = [&](std::string_view text) {
        text = text.substr(0, 20'000);
        std::size_t i = 0;
        std::string word;
        while (i < text.size()) {
            auto is_word = [](char c) {
                return std::isalnum(static_cast<unsigned char>(c)) ||
                       (static_cast<unsigned char>(c) & 0x80);
            };
            if (!is_word(text[i])) {
                ++i;
                continue;
            }
            word.clear();
            bool digits = false;
            for (; i < text.size() && is_word(text[i]); ++i) {
                digits = digits || is_digit(text[i]);
                word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
            }
            if (digits) continue;
            any = true;
            auto hash = XXH3_64bits(word.data(), word.size());
            for (std::size_t bit = 0; bit < 64; ++bit) bits[bit] += (hash >> bit & 1U) ? 1 : -1;
        }
    };
    add(title);
    add(body);
    if (!any) return 0;
    std::uint64_t out = 0;
    for (std::size_t bit = 0; bit < 64; ++bit)
        if (bits[bit] > 0) out |= std::uint64_t{1} << bit;
    return out;
}

std::uint64_t text_hash(std::string_view title, std::string_view body) {
    return XXH3_64bits_withSeed(body.data(), body.size(), XXH3_64bits(title.data(), title.size()));
}

void PatternYield::observe(const Sighting& sighting, const TrapPolicy& policy) {
    ++visits;
    bool is_new = !sighting.empty && is_fresh(sighting.exact, 0, exact_ring);
    bool is_other = !sighting.empty && is_fresh(sighting.near, near_bits, near_ring);
    if (is_new) ++fresh;
    score(is_new, policy.relief, exact_score);
    score(is_other, policy.relief, near_score);
}

bool PatternYield::is_trap(std::string_view pattern, const TrapPolicy& policy) const {
    if (exact_score >= policy.limit) return true;
    return near_score >= (is_suspicious(pattern) ? policy.limit : policy.near_limit);
}

}  // namespace crawler
