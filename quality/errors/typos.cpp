// A misspelling is rare, near to something frequent, and not itself in use. Frequent texts are
// indexed by their thirds: two edits leave one of three parts whole, so that candidates come from a
// look-up instead of a comparison with all.
//
// Words that are used elsewhere, and numbers, differ on purpose ("East" and "West" are two edits
// apart), so a typo needs a word that is hardly used at all. In columns of many words only long
// ones seen once count.
#include "quality/errors/typos.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "quality/duplicates/similarity.hpp"
#include "quality/errors/forms.hpp"

namespace quality {

namespace {

// Frequent texts by pieces, so that the neighbours of a rare one are found without comparing all. A
// text with few edits keeps its beginning, middle or end.
class Neighbours {
public:
    void add(std::string_view text, std::uint32_t number) {
        pieces(text, [&](std::string_view piece) { index_.emplace(piece, number); });
    }
    template <typename Visit>
    void each(std::string_view text, Visit visit) const {
        pieces(text, [&](std::string_view piece) {
            auto [begin, end] = index_.equal_range(piece);
            for (; begin != end; ++begin) visit(begin->second);
        });
    }

private:
    template <typename Visit>
    static void pieces(std::string_view text, Visit visit) {
        auto third = std::max<std::size_t>(1, text.size() / 3);
        visit(text.substr(0, third));
        visit(text.substr(text.size() - third));
        if (text.size() > 2 * third) visit(text.substr(third, third));
    }
    std::unordered_multimap<std::string_view, std::uint32_t> index_;
};

constexpr std::size_t long_text = 10;

int edits_allowed(std::size_t size) {
    return size < 6 ? 1 : size < 16 ? 2 : static_cast<int>(size / 6);
}

// The frequent text that a rare one is a misspelling of, and how much speaks for it.
struct Correction {
    std::uint32_t meant = 0;
    double weight = 0;
};

Correction correct(
    std::string_view text,
    std::uint32_t frequency,
    const std::vector<std::string_view>& texts,
    const std::vector<std::uint32_t>& frequencies,
    const Neighbours& frequent
) {
    Correction best;
    int allowed = edits_allowed(text.size());
    int fewest = allowed + 1;
    bool is_long = text.size() >= long_text;
    auto ratio_at_least = text.size() < 3 ? 20U : is_long ? 2U : 5U;
    frequent.each(text, [&](std::uint32_t other) {
        if (frequencies[other] < ratio_at_least * frequency) return;
        int edits = edit_distance(text, texts[other], allowed);
        if (edits < fewest || (edits == fewest && edits <= allowed && best.meant != 0 &&
                               frequencies[other] > frequencies[best.meant])) {
            fewest = edits;
            best.meant = other;
        }
    });
    if (best.meant == 0 || (fewest > 1 && frequencies[best.meant] < 5 * frequency)) return {};
    auto odds = std::log(static_cast<double>(frequencies[best.meant]) / frequency);
    // Long texts do not come as close by chance.
    if (is_long && fewest == 1) odds += 3;
    best.weight = std::min(odds, 4.0) * (shape(text) == shape(texts[best.meant]) ? 1 : 1.5);
    return best;
}

bool has_digit(std::string_view word) {
    return std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Words of a column and in how many rows they are.
struct Vocabulary {
    std::vector<std::string_view> words{{}};
    std::vector<std::uint32_t> frequency{0};
    std::unordered_map<std::string_view, std::uint32_t> number;
    std::size_t plain = 0;  // words without digits
    std::size_t said = 0;   // words in all rows

    explicit Vocabulary(const Coded& column) {
        for (std::uint32_t value = 1; value < column.values.size(); ++value)
            each_word(column.values[value], [&](std::string_view word) {
                auto [entry, is_new] =
                    number.emplace(word, static_cast<std::uint32_t>(words.size()));
                if (is_new) {
                    words.push_back(word);
                    frequency.push_back(0);
                    plain += !has_digit(word);
                }
                frequency[entry->second] += column.frequency[value];
                said += column.frequency[value];
            });
    }

    template <typename Visit>
    static void each_word(std::string_view text, Visit visit) {
        auto inside = [](unsigned char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   c >= 0x80;
        };
        for (std::size_t at = 0; at < text.size();) {
            auto end = at;
            while (end < text.size() && inside(static_cast<unsigned char>(text[end]))) ++end;
            if (end > at) visit(text.substr(at, end - at));
            at = end + 1;
        }
    }
};

// Whether a word of `text` that is not in `meant` is hardly used elsewhere, and near one of `meant`
// that is not in `text`. Words in use, and numbers, differ on purpose.
bool has_strange_word(
    std::string_view text,
    std::string_view meant,
    std::uint32_t frequency,
    const Vocabulary& vocabulary
) {
    std::vector<std::string_view> here, there;
    Vocabulary::each_word(text, [&](std::string_view word) { here.push_back(word); });
    Vocabulary::each_word(meant, [&](std::string_view word) { there.push_back(word); });
    auto is_in = [](std::string_view word, const std::vector<std::string_view>& words) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    // Words that ran together, or fell apart.
    if (here.size() != there.size()) return edit_distance(text, meant, 1) <= 1;
    for (auto word : here) {
        bool number =
            std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (number || is_in(word, there) ||
            vocabulary.frequency[vocabulary.number.at(word)] > 2 * frequency)
            continue;
        auto allowed = edits_allowed(word.size());
        for (auto other : there)
            if (!is_in(other, here) && edit_distance(word, other, allowed) <= allowed) return true;
    }
    return false;
}

// A rare value near a frequent one.
void find_value_typos(
    const Coded& column,
    const Vocabulary& vocabulary,
    std::vector<TypoEvidence>& evidence
) {
    auto rows = static_cast<double>(column.codes.size() - column.frequency[0]);
    // Where most values are their own, closeness of short ones says nothing.
    bool own = static_cast<double>(column.values.size() - 1) > 0.5 * rows;
    Neighbours frequent;
    for (std::uint32_t value = 1; value < column.values.size(); ++value)
        if (column.frequency[value] >= (own ? 2 : 3) &&
            (!own || column.values[value].size() >= long_text))
            frequent.add(column.values[value], value);
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto text = column.values[value];
        if (text.size() < (own ? long_text : 2)) continue;
        auto found =
            correct(text, column.frequency[value], column.values, column.frequency, frequent);
        if (found.meant == 0) continue;
        auto meant = column.values[found.meant];
        if (!has_strange_word(text, meant, column.frequency[value], vocabulary))
            found.weight *= 0.2;
        // Nobody errs alike so often.
        if (column.frequency[value] >= 10) found.weight *= 0.5;
        if (column.frequency[value] >= std::max(20.0, 0.005 * rows)) found.weight *= 0.4;
        evidence[value].weight = found.weight;
        evidence[value].meant = meant;
    }
}

// Whether two words differ by their endings: forms of one word.
bool are_inflections(std::string_view a, std::string_view b) {
    auto shorter = std::min(a.size(), b.size());
    return a.substr(0, shorter - 1) == b.substr(0, shorter - 1);
}

// A rare word near a frequent one. In columns of many words only long ones seen once, near ones
// that are seen often: words in use lie close to each other, too.
void find_word_typos(
    const Coded& column,
    const Vocabulary& vocabulary,
    std::vector<TypoEvidence>& evidence
) {
    bool many = 10 * vocabulary.plain > column.codes.size();
    if (many && vocabulary.said < 3 * column.codes.size()) return;  // names and keys
    Neighbours frequent;
    for (std::uint32_t word = 1; word < vocabulary.words.size(); ++word)
        if (vocabulary.frequency[word] >= 10 && !has_digit(vocabulary.words[word]))
            frequent.add(vocabulary.words[word], word);
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto text = column.values[value];
        Vocabulary::each_word(text, [&](std::string_view word) {
            if (word.size() < (many ? 6 : 4) || has_digit(word)) return;
            auto number = vocabulary.number.at(word);
            if (many && vocabulary.frequency[number] > 1) return;
            auto found = correct(
                word, vocabulary.frequency[number], vocabulary.words, vocabulary.frequency, frequent
            );
            if (found.meant == 0) return;
            if (many) {
                auto meant = vocabulary.words[found.meant];
                if (are_inflections(word, meant) || normalised(word) == normalised(meant) ||
                    edit_distance(word, meant, 1) > 1)
                    return;
                found.weight = std::min(4.3, 2 + found.weight);
            }
            if (found.weight <= evidence[value].weight) return;
            evidence[value].weight = found.weight;
            auto at = static_cast<std::size_t>(word.data() - text.data());
            evidence[value].meant = std::string(text.substr(0, at)) +
                                    std::string(vocabulary.words[found.meant]) +
                                    std::string(text.substr(at + word.size()));
        });
    }
}

}  // namespace

std::vector<TypoEvidence> find_typos(const Coded& column) {
    std::vector<TypoEvidence> evidence(column.values.size());
    Vocabulary vocabulary(column);
    find_value_typos(column, vocabulary, evidence);
    find_word_typos(column, vocabulary, evidence);
    return evidence;
}

}  // namespace quality
