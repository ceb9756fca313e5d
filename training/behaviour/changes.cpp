// Changes go on the rows as the model sees them, after alignment, so that they are the same for
// inputs that were given and for stored records.
#include "training/behaviour/changes.hpp"

#include <algorithm>
#include <cmath>

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/numbers/random.hpp"

namespace training {

namespace {

bool is_letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

// Runs of ASCII letters of at least so many.
std::vector<std::pair<std::size_t, std::size_t>>
letter_runs(const std::string& text, std::size_t least) {
    std::vector<std::pair<std::size_t, std::size_t>> runs;
    for (std::size_t at = 0; at < text.size();) {
        auto end = at;
        while (end < text.size() && is_letter(text[end])) ++end;
        if (end - at >= least) runs.emplace_back(at, end);
        at = std::max(end, at + 1);
    }
    return runs;
}

std::string in_utf8(const icu::UnicodeString& text) {
    std::string out;
    return text.toUTF8String(out);
}

std::string changed_text(const std::string& text, const BehaviourTest& test, std::uint64_t seed) {
    switch (test.change) {
        case TestChange::typos:
            return with_typo(text, seed);
        case TestChange::upper:
            return in_utf8(icu::UnicodeString::fromUTF8(text).toUpper(icu::Locale::getRoot()));
        case TestChange::lower:
            return in_utf8(icu::UnicodeString::fromUTF8(text).toLower(icu::Locale::getRoot()));
        case TestChange::punctuation:
            return without_punctuation(text);
        case TestChange::names:
            return with_names_swapped(text, test.names);
        case TestChange::none:
        case TestChange::field:
            break;
    }
    return text;
}

[[noreturn]] void fail(const BehaviourTest& test, const std::string& why, const std::string& mend) {
    throw base::UsageError("test '" + test.name + "'", why, mend);
}

// The number that a column holds for `to`.
double value_to(const BehaviourTest& test, const schema::Column& column, const InputSignature& in) {
    if (column.type == schema::Column::Type::category) {
        const auto codes = in.codes().find(column.name);
        if (codes != in.codes().end()) {
            const auto code = codes->second.find(test.to);
            if (code == codes->second.end())
                fail(
                    test,
                    "'" + test.to + "' is no value of '" + column.name + "' that the model knows",
                    "see 'tilth model show'"
                );
            return code->second;
        }
    }
    if (test.to == "true" || test.to == "false") return test.to == "true" ? 1 : 0;
    const auto number = base::parse_number(test.to);
    if (!number || !std::isfinite(*number))
        fail(test, "'" + test.to + "' is no number", "give one for '" + test.field + "'");
    return *number;
}

ChangedRows
with_field(const Examples& rows, const BehaviourTest& test, const InputSignature& inputs) {
    ChangedRows out{rows, std::vector<bool>(rows.rows)};
    const auto found =
        std::find_if(rows.columns.begin(), rows.columns.end(), [&](const schema::Column& one) {
            return one.name == test.field;
        });
    if (found == rows.columns.end())
        fail(test, "the model has no column '" + test.field + "'", "see 'tilth model show'");
    if (test.by && found->type == schema::Column::Type::category)
        fail(test, "'" + test.field + "' is a category, and nothing is added to one", "give 'to'");
    const double wanted = test.by ? 0 : value_to(test, *found, inputs);
    const auto place = static_cast<std::size_t>(found - rows.columns.begin());
    for (std::size_t row = 0; row < rows.rows; ++row) {
        auto& value = out.rows.numeric[row * rows.columns.size() + place];
        if (test.by && !std::isfinite(value)) continue;  // what is missing stays so
        const double next = test.by ? value + *test.by : wanted;
        out.changed[row] = !(next == value);
        value = next;
    }
    return out;
}

}  // namespace

std::string with_typo(const std::string& text, std::uint64_t seed) {
    const auto runs = letter_runs(text, 4);
    if (runs.empty()) return text;
    const base::CounterRandom random(seed, 5);
    auto out = text;
    // A pair of equal letters changes nothing: look on.
    for (std::uint64_t attempt = 0; attempt < 16; ++attempt) {
        const auto& [from, to] = runs[random.below(attempt * 2, runs.size())];
        const auto at = from + 1 + random.below(attempt * 2 + 1, to - from - 3);
        if (out[at] == out[at + 1]) continue;
        std::swap(out[at], out[at + 1]);
        return out;
    }
    return text;
}

std::string without_punctuation(const std::string& text) {
    constexpr std::string_view signs = ".,;:!?";
    std::string out;
    for (char c : text)
        if (signs.find(c) == signs.npos) out += c;
    return out;
}

std::string with_names_swapped(const std::string& text, const std::vector<std::string>& names) {
    std::string out;
    std::size_t at = 0;
    for (const auto& [from, to] : letter_runs(text, 1)) {
        const auto word = text.substr(from, to - from);
        const auto found = std::find(names.begin(), names.end(), word);
        if (found == names.end()) continue;
        out += text.substr(at, from - at);
        out += found + 1 == names.end() ? names.front() : *(found + 1);
        at = to;
    }
    return out + text.substr(at);
}

ChangedRows
changed_rows(const Examples& rows, const BehaviourTest& test, const InputSignature& inputs) {
    if (test.change == TestChange::field) return with_field(rows, test, inputs);
    if (rows.text.empty())
        fail(test, "the model takes no texts", "change a field: change = \"field\"");
    ChangedRows out{rows, std::vector<bool>(rows.rows)};
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const auto text = rows.text[row];
        const TextItem made{
            changed_text(std::string(text.title), test, row * 2 + 1),
            changed_text(std::string(text.body), test, row * 2)};
        out.changed[row] = made.title != text.title || made.body != text.body;
        if (out.changed[row]) out.rows.text.set(row, made);
    }
    return out;
}

}  // namespace training
