// Word lists of what stands around articles, in the languages that were met. They are data and kept
// apart from the code that asks for them; each is compared in lower case and with spaces collapsed.
// A single word such as "related" ends an article only if nothing follows that would make it a
// sentence (names_pages), because articles have headings of their own.
#include "crawler/extract/article/article_marks.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/text/ascii.hpp"
#include "crawler/words/article_marks.hpp"

namespace crawler {

namespace {

using namespace std::string_view_literals;

// Each word of a class list, without case and without marks.
template <typename Names>
bool any_word_in(std::string_view text, const Names& names) {
    std::string word;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        char c = at < text.size() ? text[at] : ' ';
        if (!base::is_space(c)) {
            if (c != '-' && c != '_') word.push_back(base::lower(c));
            continue;
        }
        if (std::find(names.begin(), names.end(), word) != names.end()) return true;
        word.clear();
    }
    return false;
}

template <typename Starts>
bool begins_with_any(std::string_view text, const Starts& starts) {
    return !text.empty() && std::any_of(starts.begin(), starts.end(), [&](std::string_view start) {
        return text.front() == start.front() && text.starts_with(start);
    });
}

// After "related" and the like: nothing more, or what is related.
bool names_pages(std::string_view rest) {
    while (!rest.empty() && !base::is_alnum(rest.front()) &&
           static_cast<unsigned char>(rest.front()) < 0x80)
        rest.remove_prefix(1);
    while (!rest.empty() && !base::is_alnum(rest.back()) &&
           static_cast<unsigned char>(rest.back()) < 0x80)
        rest.remove_suffix(1);
    if (std::all_of(rest.begin(), rest.end(), base::is_digit)) return true;  // how many there are
    return std::any_of(
        words::page_nouns.begin(),
        words::page_nouns.end(),
        [&](std::string_view noun) {
            return rest == noun ||
                   (rest.starts_with(noun) && rest.substr(noun.size()).starts_with(' '));
        }
    );
}

}  // namespace

bool is_body_name(std::string_view class_or_id) {
    return any_word_in(class_or_id, words::body_names);
}

bool is_byline_name(std::string_view class_or_id) {
    return any_word_in(class_or_id, words::byline_names);
}

bool is_label(std::string_view text) {
    auto letters = text;
    while (!letters.empty() && !base::is_alnum(letters.front()) &&
           static_cast<unsigned char>(letters.front()) < 0x80)
        letters.remove_prefix(1);
    while (!letters.empty() && !base::is_alnum(letters.back()) &&
           static_cast<unsigned char>(letters.back()) < 0x80 && letters.back() != '.')
        letters.remove_suffix(1);
    return std::find(words::labels.begin(), words::labels.end(), letters) != words::labels.end();
}

bool is_credit(std::string_view text) {
    while (text.starts_with('(') || text.starts_with('[')) text.remove_prefix(1);
    return begins_with_any(text, words::credit_starts);
}

bool is_disclosure(std::string_view text) {
    auto says = [&](std::string_view part) { return text.find(part) != text.npos; };
    return (says("affiliate") && (says("commission") || says("link"))) ||
           (says("may earn") && says("commission")) ||
           (says("independently selected") && says("purchase")) ||
           (says("sign up for") && says("newsletter")) ||
           (says("subscribe to") && says("newsletter"));
}

bool opens_article(std::string_view text) {
    return begins_with_any(text, words::opening_starts);
}

bool closes_article(std::string_view text) {
    while (text.starts_with('(') || text.starts_with('[') || text.starts_with('*'))
        text = base::trim(text.substr(1));
    return begins_with_any(text, words::closing_starts);
}

bool tells_of_author(std::string_view text) {
    constexpr std::size_t name_end = 60, trade_end = 240;
    while (text.starts_with('*') || text.starts_with('(')) text = base::trim(text.substr(1));
    if (text.empty() || text.front() < 'A' || text.front() > 'Z') return false;
    auto start = base::to_lower(text.substr(0, trade_end));
    auto finds = [&](const auto& all, std::size_t from, std::size_t to) {
        auto part = std::string_view(start).substr(from, to - from);
        return std::any_of(all.begin(), all.end(), [&](std::string_view one) {
            return part.find(one) != part.npos;
        });
    };
    auto stop = start.find(". ");  // of the sentence that has the name
    auto end = std::min({start.size(), name_end, std::max(stop, std::size_t{12})});
    return finds(words::author_verbs, 0, end) && finds(words::author_trades, 0, start.size());
}

bool points_elsewhere(std::string_view text) {
    while (!text.empty() && !base::is_alnum(text.front()) &&
           static_cast<unsigned char>(text.front()) < 0x80)
        text.remove_prefix(1);
    for (auto mark : {"\xe2\x96\xba"sv, "\xc2\xbb"sv, "\xe2\x86\x92"sv, "\xe2\x80\xa2"sv})
        if (text.starts_with(mark)) text.remove_prefix(mark.size());
    text = base::trim(text);
    return begins_with_any(text, words::pointer_starts);
}

bool ends_article(std::string_view text) {
    static const auto starts = [] {
        std::array<bool, 256> bytes{};
        for (auto phrase : words::end_phrases)
            bytes[static_cast<unsigned char>(phrase.front())] = true;
        return bytes;
    }();
    if (text.empty() || text.size() > 60) return false;
    if (!starts[static_cast<unsigned char>(base::lower(text.front()))]) return false;
    auto lowered = base::to_lower(text);
    return std::any_of(
        words::end_phrases.begin(),
        words::end_phrases.end(),
        [&](std::string_view phrase) {
            if (lowered.front() != phrase.front() || !lowered.starts_with(phrase)) return false;
            auto rest = std::string_view(lowered).substr(phrase.size());
            if (!rest.empty() && base::is_alpha(rest.front())) return false;
            bool whole = phrase.find(' ') != phrase.npos;
            return whole || names_pages(rest);
        }
    );
}

}  // namespace crawler
