// What is seen of a candidate beside its words is what preferences are known to follow without a
// look at what is said (length, lists, repeating the question), so that a report can tell of it.
#include "training/answers/candidate_features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "training/features/words.hpp"

namespace training {

namespace {

constexpr std::uint64_t word_seed = 7;

std::vector<std::uint64_t> words_in(std::string_view text) {
    std::vector<std::uint64_t> words;
    hash_words(text, word_seed, words);
    return words;
}

std::vector<std::uint64_t> sorted_once(std::vector<std::uint64_t> words) {
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

double share_or_missing(double part, double of) {
    return of > 0 ? part / of : std::numeric_limits<double>::quiet_NaN();
}

constexpr const char* measured[] = {
    "length",
    "characters",
    "lines",
    "word length",
    "distinct words",
    "digits",
    "capitals",
    "marks",
    "of the text's words",
    "words of the text"};

void measure(
    const std::string& text,
    const std::vector<std::uint64_t>& asked,  // words of the record's text, each once
    std::vector<double>& out
) {
    const auto words = words_in(text);
    const auto own = sorted_once(words);
    std::vector<std::uint64_t> common;
    std::set_intersection(
        own.begin(), own.end(), asked.begin(), asked.end(), std::back_inserter(common)
    );
    double digits = 0, capitals = 0, marks = 0, lines = text.empty() ? 0 : 1;
    for (const char c : text) {
        digits += c >= '0' && c <= '9' ? 1 : 0;
        capitals += c >= 'A' && c <= 'Z' ? 1 : 0;
        marks += c > ' ' && c < 127 && std::ispunct(static_cast<unsigned char>(c)) != 0 ? 1 : 0;
        lines += c == '\n' ? 1 : 0;
    }
    const auto characters = static_cast<double>(base::count_code_points(text));
    const auto count = static_cast<double>(words.size());
    const auto distinct = static_cast<double>(own.size());
    const auto shared = static_cast<double>(common.size());
    out.insert(
        out.end(),
        {std::log1p(count),
         std::log1p(characters),
         std::log1p(lines),
         share_or_missing(characters, count),
         share_or_missing(distinct, count),
         share_or_missing(digits, characters),
         share_or_missing(capitals, characters),
         share_or_missing(marks, characters),
         share_or_missing(shared, static_cast<double>(asked.size())),
         share_or_missing(shared, distinct)}
    );
}

Examples begin_rows(const Examples& records, const std::vector<std::string>& fields) {
    Examples out;
    out.rows = records.rows * fields.size();
    for (std::size_t row = 0; row < records.rows; ++row)
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (!records.keys.empty()) out.keys.push_back(records.keys[row]);
            if (!records.weights.empty()) out.weights.push_back(records.weights[row]);
        }
    return out;
}

const std::vector<std::string>& texts_of(const Examples& records, const std::string& field) {
    const auto found = records.payload.find(field);
    if (found == records.payload.end() || found->second.size() != records.rows)
        throw base::Error(
            "candidates", "field '" + field + "' of the records was not read", "give it"
        );
    return found->second;
}

}  // namespace

Examples candidate_rows(const Examples& records, const std::vector<std::string>& fields) {
    auto out = begin_rows(records, fields);
    for (const char* name : measured)
        out.columns.push_back({name, schema::Column::Type::number, ""});
    for (std::size_t row = 0; row < records.rows; ++row) {
        std::vector<std::uint64_t> asked;
        if (!records.text.empty()) {
            asked = words_in(records.text[row].title);
            hash_words(records.text[row].body, word_seed, asked);
            asked = sorted_once(std::move(asked));
        }
        for (const auto& field : fields) {
            const auto& text = texts_of(records, field)[row];
            out.text.push_back({"", text});
            measure(text, asked, out.numeric);
        }
    }
    return out;
}

std::vector<NamedWeight> heaviest(
    const Featurizer& featurizer,
    std::span<const float> weights,
    const Examples& rows,
    std::size_t most,
    Team& team
) {
    constexpr std::size_t grams_looked_at = 50'000;
    std::vector<std::size_t> at(weights.size());
    std::iota(at.begin(), at.end(), std::size_t{0});
    const auto end = at.begin() + static_cast<std::ptrdiff_t>(std::min(most, at.size()));
    std::partial_sort(at.begin(), end, at.end(), [&](auto a, auto b) {
        const float x = std::abs(weights[a]), y = std::abs(weights[b]);
        return x != y ? x > y : a < b;
    });
    std::map<std::size_t, NamedWeight> named;
    for (auto one = at.begin(); one != end; ++one)
        named[*one] = {featurizer.name(*one), static_cast<double>(weights[*one])};
    if (const auto* text = featurizer.text()) {
        const auto& spec = text->spec();
        std::set<std::string> grams;
        for (const auto& item : rows.text)
            for (auto& gram : gram_texts(
                     item.body, {spec.words_from, spec.ngrams, spec.chars_from, spec.chars_to}
                 ))
                if (grams.size() < grams_looked_at) grams.insert(std::move(gram));
        // A gram of two words falls into the columns of both too: the shorter ones come last.
        std::vector<std::string_view> by_length(grams.begin(), grams.end());
        std::stable_sort(by_length.begin(), by_length.end(), [](auto a, auto b) {
            return a.size() > b.size();
        });
        TextColumn alone;
        for (auto gram : by_length) alone.push_back({"", gram});
        const auto found = text->apply(alone, team);
        for (std::size_t row = 0; row < found.rows; ++row)
            for (std::size_t i = 0; i < found.count(row); ++i)
                if (const auto known = named.find(found.row_where(row)[i]); known != named.end()) {
                    const auto sign = found.row_values(row)[i] < 0 ? -1.0 : 1.0;
                    known->second = {
                        std::string(alone[row].body),
                        sign * static_cast<double>(weights[known->first])};
                }
    }
    std::vector<NamedWeight> out;
    for (auto one = at.begin(); one != end; ++one)
        if (named[*one].weight != 0) out.push_back(std::move(named[*one]));
    return out;
}

Examples plain_candidate_rows(const Examples& records, const std::vector<std::string>& fields) {
    auto out = begin_rows(records, fields);
    out.columns.push_back({"length", schema::Column::Type::number, ""});
    for (const auto& field : fields)
        out.columns.push_back({"in " + field, schema::Column::Type::number, ""});
    for (std::size_t row = 0; row < records.rows; ++row)
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const auto words = words_in(texts_of(records, fields[i])[row]);
            out.numeric.push_back(std::log1p(static_cast<double>(words.size())));
            for (std::size_t j = 0; j < fields.size(); ++j) out.numeric.push_back(i == j ? 1 : 0);
        }
    return out;
}

}  // namespace training
