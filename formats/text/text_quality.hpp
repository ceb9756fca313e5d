#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// How good a text is to learn from, by the measures that web corpora are filtered by: those of
// Gopher (Rae et al. 2021, appendix A), C4 (Raffel et al. 2020, 2.2) and FineWeb (Penedo et al.
// 2024, 3.5). Words are what stands between white space.
namespace schema {

// Places in the stored list: new ones go to the end, none is ever moved or given another meaning.
enum class Measure : std::uint8_t {
    words,
    mean_word_length,  // characters; missing where most letters are of a script without blanks
                       // between words
    symbols_per_word,  // '#' and ellipses
    ellipsis_lines,    // share of lines that end in one
    bullet_lines,      // share that begin with a bullet
    terminal_lines,    // share that end in . ! ? or their kin, quotes and brackets after it allowed
    short_lines,       // share of fewer than 30 characters
    alphabetic_words,  // share with a letter
    stop_words,        // how many of eight of the language's most frequent ones occur; missing for
                       // languages without a list
    duplicate_lines,   // share of lines that were there before
    duplicate_line_characters,
    duplicate_paragraphs,
    duplicate_paragraph_characters,
    top_2gram,  // share of characters in the most frequent one, where it occurs twice or more
    top_3gram,
    top_4gram,
    duplicate_5gram,  // share of characters in n-grams that were there before, each counted once
    duplicate_6gram,
    duplicate_7gram,
    duplicate_8gram,
    duplicate_9gram,
    duplicate_10gram,
    lines_per_word,
    sentences,  // in lines that C4 keeps: five words and more, a terminal mark, no "javascript", no
                // cookie notice
    longest_word,
    curly_braces,       // 1 if there is one
    lorem_ipsum,        // 1 if there is
    javascript_lines,   // lines that name it
    replacement_share,  // share of characters that are U+FFFD or C1 controls: broken encoding
    pii_email,          // how many
    pii_phone,
    pii_ip,
    pii_iban,
    pii_card,
    main_share,           // of the page's visible text
    link_density,         // share of the page's visible text that is links
    language_confidence,  // of the language that the words tell, 0 to 1
    count,
};
constexpr auto measure_count = static_cast<std::size_t>(Measure::count);

std::string_view name_of(Measure measure);
std::optional<Measure> measure_named(std::string_view name);

// Measures by place; NaN, or a list that ends before the place: not measured.
using Measures = std::vector<double>;
inline double value_of(std::span<const double> measures, Measure measure) {
    auto place = static_cast<std::size_t>(measure);
    return place < measures.size() ? measures[place] : std::numeric_limits<double>::quiet_NaN();
}
void set_value(Measures& measures, Measure measure, double value);

// All that the text alone tells; `language` chooses the stop words. N-grams are counted in the
// first 65,536 words.
Measures measure_text(std::string_view utf8, std::string_view language);

// A rule holds when the measure lies in [low, high]; one that was not measured holds.
struct QualityRule {
    Measure measure;
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    bool holds(std::span<const double> measures) const;
};
struct QualityPreset {
    std::string_view name;
    std::vector<QualityRule> rules;
    bool passes(std::span<const double> measures) const;
};
// gopher, c4, fineweb. C4's English-only and bad-words rules are left out; FineWeb is Gopher, C4
// without its terminal marks, and FineWeb's own three rules and language confidence.
const std::array<QualityPreset, 3>& quality_presets();

}  // namespace schema
