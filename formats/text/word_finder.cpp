#include "formats/text/word_finder.hpp"

#include "base/text/ascii.hpp"

namespace formats {

namespace {

constexpr auto letters_of = [] {
    std::array<std::uint8_t, 256> all{};
    for (unsigned c = 0; c < 256; ++c) {
        auto lower = base::lower(static_cast<char>(c));
        all[c] = base::is_alpha(lower)   ? static_cast<std::uint8_t>(lower - 'a')
                 : base::is_digit(lower) ? static_cast<std::uint8_t>(lower - '0' + 26)
                                         : 36;
    }
    return all;
}();

std::size_t letter_of(char c) {
    return letters_of[static_cast<unsigned char>(c)];
}

}  // namespace

WordFinder::WordFinder(std::span<const Entry> words) {
    states_.emplace_back();
    for (const auto& [word, bits] : words) {
        std::size_t at = 0;
        for (char c : word) {
            auto letter = letter_of(c);
            if (!states_[at].next[letter]) {
                states_[at].next[letter] = static_cast<std::uint16_t>(states_.size());
                states_.emplace_back();
            }
            at = states_[at].next[letter];
        }
        states_[at].bits |= bits;
    }
    // Breadth first: a state's fall-back is shorter, so it is complete before it is needed.
    std::vector<std::uint16_t> order, falls(states_.size());
    for (auto next : states_[0].next)
        if (next) order.push_back(next);
    for (std::size_t i = 0; i < order.size(); ++i) {
        auto at = order[i];
        states_[at].bits |= states_[falls[at]].bits;
        for (std::size_t letter = 0; letter < letters; ++letter) {
            auto& next = states_[at].next[letter];
            auto instead = states_[falls[at]].next[letter];
            if (next) {
                falls[next] = instead;
                order.push_back(next);
            } else {
                next = instead;
            }
        }
    }
}

std::uint32_t WordFinder::find(std::string_view text) const {
    const auto edge = letter_of('-');
    std::size_t at = states_[0].next[edge];
    auto bits = states_[at].bits;
    for (char c : text) {
        at = states_[at].next[letter_of(c)];
        bits |= states_[at].bits;
    }
    return bits | states_[states_[at].next[edge]].bits;
}

}  // namespace formats
