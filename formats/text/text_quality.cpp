// The names of the measures, and the rules of known corpora over them.
//
// Limits are those of the papers (text_quality.hpp). What they leave open is decided for all of
// them alike in text_measures.cpp, so that presets differ by their limits alone.
#include "formats/text/text_quality.hpp"

#include <algorithm>
#include <cmath>

namespace formats {

namespace {

constexpr std::array<std::string_view, measure_count> names{
    "words",
    "mean_word_length",
    "symbols_per_word",
    "ellipsis_lines",
    "bullet_lines",
    "terminal_lines",
    "short_lines",
    "alphabetic_words",
    "stop_words",
    "duplicate_lines",
    "duplicate_line_characters",
    "duplicate_paragraphs",
    "duplicate_paragraph_characters",
    "top_2gram",
    "top_3gram",
    "top_4gram",
    "duplicate_5gram",
    "duplicate_6gram",
    "duplicate_7gram",
    "duplicate_8gram",
    "duplicate_9gram",
    "duplicate_10gram",
    "lines_per_word",
    "sentences",
    "longest_word",
    "curly_braces",
    "lorem_ipsum",
    "javascript_lines",
    "replacement_share",
    "pii_email",
    "pii_phone",
    "pii_ip",
    "pii_iban",
    "pii_card",
    "main_share",
    "link_density",
    "language_confidence"};

}  // namespace

std::string_view name_of(Measure measure) {
    return names.at(static_cast<std::size_t>(measure));
}

std::optional<Measure> measure_named(std::string_view name) {
    auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Measure>(found - names.begin());
}

void set_value(Measures& measures, Measure measure, double value) {
    auto place = static_cast<std::size_t>(measure);
    if (measures.size() <= place)
        measures.resize(place + 1, std::numeric_limits<double>::quiet_NaN());
    measures[place] = value;
}

bool QualityRule::holds(std::span<const double> measures) const {
    auto value = value_of(measures, measure);
    return std::isnan(value) || (value >= low && value <= high);
}

bool QualityPreset::passes(std::span<const double> measures) const {
    return std::all_of(rules.begin(), rules.end(), [&](const auto& rule) {
        return rule.holds(measures);
    });
}

const std::array<QualityPreset, 3>& quality_presets() {
    static const auto made = [] {
        constexpr auto any = -std::numeric_limits<double>::infinity();
        constexpr auto most = std::numeric_limits<double>::infinity();
        using M = Measure;
        std::vector<QualityRule> gopher{
            {M::words, 50, 100'000},
            {M::mean_word_length, 3, 10},
            {M::symbols_per_word, any, 0.1},
            {M::bullet_lines, any, 0.9},
            {M::ellipsis_lines, any, 0.3},
            {M::alphabetic_words, 0.8, most},
            {M::stop_words, 2, most},
            {M::duplicate_lines, any, 0.3},
            {M::duplicate_paragraphs, any, 0.3},
            {M::duplicate_line_characters, any, 0.2},
            {M::duplicate_paragraph_characters, any, 0.2},
            {M::top_2gram, any, 0.2},
            {M::top_3gram, any, 0.18},
            {M::top_4gram, any, 0.16},
            {M::duplicate_5gram, any, 0.15},
            {M::duplicate_6gram, any, 0.14},
            {M::duplicate_7gram, any, 0.13},
            {M::duplicate_8gram, any, 0.12},
            {M::duplicate_9gram, any, 0.11},
            {M::duplicate_10gram, any, 0.1}};
        std::vector<QualityRule> c4{
            {M::sentences, 3, most},
            {M::longest_word, any, 1000},
            {M::curly_braces, any, 0},
            {M::lorem_ipsum, any, 0}};
        auto fineweb = gopher;
        fineweb.insert(fineweb.end(), c4.begin() + 1, c4.end());
        fineweb.push_back({M::terminal_lines, 0.12, most});
        fineweb.push_back({M::short_lines, any, 0.67});
        fineweb.push_back({M::duplicate_line_characters, any, 0.1});
        fineweb.push_back({M::language_confidence, 0.65, most});
        return std::array<QualityPreset, 3>{{{"gopher", gopher}, {"c4", c4}, {"fineweb", fineweb}}};
    }();
    return made;
}

}  // namespace formats
