#include "crawler/policy/alike.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/text/text_sketch.hpp"

namespace crawler {

namespace {

constexpr std::size_t words_for_one_more = 200;

std::vector<std::uint64_t> sorted_words(std::string_view text) {
    auto words = formats::TextWords(text).hashes();
    std::sort(words.begin(), words.end());
    return words;
}

// How many of the words are missing among the others, each as often as it occurs.
std::size_t
missing(const std::vector<std::uint64_t>& words, const std::vector<std::uint64_t>& others) {
    std::vector<std::uint64_t> left;
    std::set_difference(
        words.begin(), words.end(), others.begin(), others.end(), std::back_inserter(left)
    );
    return left.size();
}

}  // namespace

bool adds_nothing(const PageText& page, const PageText& other) {
    auto words = sorted_words(page.body);
    auto least = missing(words, sorted_words(other.body));
    if (least == 0) return true;
    if (least > words.size() / words_for_one_more) return false;
    auto all = std::string(other.title).append("\n").append(other.body);
    return missing(sorted_words(page.title), sorted_words(all)) == 0;
}

}  // namespace crawler
