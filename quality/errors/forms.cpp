// A form is the writing without the content: runs of letters become 'a', of digits '9'. The
// question is never whether a form is good but whether the column has another, so each function
// first finds what is usual and stays silent where nothing is.
//
// Weights grow with the logarithm of usual over rare; raise() keeps the strongest reason for a
// value, for one mistake in writing often shows in several ways.
#include "quality/errors/forms.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "quality/errors/form_weights.hpp"
#include "quality/errors/number_forms.hpp"

namespace quality {

namespace {

// Words and blanks between them as one sign: texts differ in their number of words.
std::string coarse_shape(std::string_view text) {
    std::string result;
    for (char c : shape(text)) {
        bool joins = c == ' ' || c == '-' || c == '.' || c == '\'' || c == ',' || c == '&';
        if (joins && !result.empty() && result.back() == 'a') continue;
        if (c == 'a' && !result.empty() && result.back() == 'a') continue;
        result.push_back(c);
    }
    return result;
}

// The shapes that most values have, and how much speaks against the others.
void weigh_shapes(
    const Coded& column,
    const std::vector<std::string>& shapes,
    double rows,
    double rare,
    double covered_at_least,
    const char* reason,
    std::vector<FormEvidence>& evidence
) {
    std::unordered_map<std::string_view, double> rows_of;
    for (std::uint32_t value = 1; value < column.values.size(); ++value)
        if (!shapes[value].empty()) rows_of[shapes[value]] += column.frequency[value];
    std::vector<double> counts;
    for (const auto& [name, count] : rows_of) counts.push_back(count);
    std::sort(counts.rbegin(), counts.rend());
    double covered = 0, least = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, counts.size()); ++i) {
        if (covered >= covered_at_least * rows) break;
        covered += counts[i];
        least = counts[i];
    }
    if (covered < covered_at_least * rows || least < 0.1 * rows) return;
    auto is_rare = [&](double count) {
        return count < least && count <= rare * rows && count <= 0.3 * least;
    };
    // Codes that everybody makes up: mistakes are few, or come in few forms.
    double rare_rows = 0;
    std::size_t rare_shapes = 0;
    for (auto count : counts) {
        rare_rows += is_rare(count) ? count : 0;
        rare_shapes += is_rare(count);
    }
    if (rare_rows > 0.05 * rows && rare_shapes > 5) return;
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        if (shapes[value].empty()) continue;
        auto count = rows_of[shapes[value]];
        if (!is_rare(count)) continue;
        if (column.frequency[value] > 0.03 * rows) continue;  // itself usual
        raise(evidence[value], weight_of(count / rows, least / rows), {}, reason);
    }
}

void find_rare_shapes(const Coded& column, std::vector<FormEvidence>& evidence) {
    auto rows = filled_rows(column);
    if (rows < 50) return;
    double with_digits = 0, numbers = 0, words = 0;
    std::vector<std::string> shapes(column.values.size());
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto text = column.values[value];
        shapes[value] = coarse_shape(text);
        double count = column.frequency[value];
        bool digits = std::any_of(text.begin(), text.end(), is_digit);
        with_digits += digits ? count : 0;
        numbers += shapes[value] == "9" || shapes[value] == "9.9" || shapes[value] == "-9" ||
                           shapes[value] == "-9.9"
                       ? count
                       : 0;
        words += count * static_cast<double>(std::count(text.begin(), text.end(), ' ') + 1);
    }
    // Of texts only what hardly ever occurs is foreign; codes, dates and numbers have a form.
    bool formed = with_digits > 0.7 * rows && words < 5 * rows;
    bool of_numbers = numbers > 0.7 * rows;
    if (of_numbers)
        for (auto& one : shapes)
            if (one == "9.9" || one == "-9" || one == "-9.9") one = "9";
    if (formed && !of_numbers)
        for (std::uint32_t value = 1; value < column.values.size(); ++value)
            shapes[value] = shape(column.values[value]);
    bool few = static_cast<double>(column.values.size()) < 0.1 * rows;
    if (formed || few)
        weigh_shapes(
            column,
            shapes,
            rows,
            formed ? 0.2 : 0.01,
            formed ? 0.7 : 0.9,
            "its form is foreign to the column",
            evidence
        );
}

// Codes of a fixed length: digits that were lost or added.
void find_lengths(const Coded& column, std::vector<FormEvidence>& evidence) {
    auto rows = filled_rows(column);
    if (rows < 50) return;
    std::vector<std::string> lengths(column.values.size());
    double numbers = 0, zeros = 0, most = 0;
    std::unordered_map<std::string, double> rows_of;
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto text = column.values[value];
        bool digits = false, other = false;
        for (char c : text) (is_digit(c) ? digits : other) = true;
        // Lengths of words and of measured numbers say nothing.
        if (!digits || std::any_of(text.begin(), text.end(), is_letter)) continue;
        if (auto form = number_form(text);
            form && (form->decimals || form->separators || !form->unit.empty()))
            continue;
        std::string exact;
        for (char c : text) exact.push_back(is_digit(c) ? '9' : c);
        double count = column.frequency[value];
        if (!other) numbers += count;
        if (!other && text.size() > 1 && text[0] == '0') zeros += count;
        most = std::max(most, rows_of[exact] += count);
        lengths[value] = std::move(exact);
    }
    // Of plain numbers lengths differ by size, but not of codes.
    auto share = numbers > 0.5 * rows && zeros < 0.005 * rows ? 0.975 : 0.9;
    if (most < share * rows || column.values.size() < 20) return;
    auto usual = std::max_element(rows_of.begin(), rows_of.end(), [](auto& a, auto& b) {
        return a.second < b.second;
    });
    if (usual->first.size() < 3) return;
    weigh_shapes(
        column, lengths, rows, 0.1, share, "its length is foreign to the column", evidence
    );
}

// Characters that nobody meant: bytes that could not be read, UTF-8 read as another encoding.
void find_broken_characters(const Coded& column, std::vector<FormEvidence>& evidence) {
    constexpr double certain = 8, likely = 5;
    // What the lead bytes of UTF-8 look like in windows-1252, with one that never stands behind.
    constexpr std::string_view misread[] = {
        "\u00c3\u00a4",
        "\u00c3\u00b6",
        "\u00c3\u00bc",
        "\u00c3\u0178",
        "\u00c3\u00a9",
        "\u00c3\u00a8",
        "\u00c3\u00b1",
        "\u00c3\u00a7",
        "\u00c3\u00a1",
        "\u00c3\u00b3",
        "\u00c3\u00ad",
        "\u00e2\u20ac\u2122",
        "\u00e2\u20ac\u0153",
        "\u00c2\u00a0"};
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto text = column.values[value];
        auto holds = [&](std::string_view part) { return text.find(part) != text.npos; };
        if (holds("\ufffd"))
            raise(evidence[value], certain, {}, "holds U+FFFD: bytes that could not be read");
        else if (std::any_of(std::begin(misread), std::end(misread), holds))
            raise(evidence[value], likely, {}, "holds UTF-8 that was read as another encoding");
    }
}

void find_other_spellings(const Coded& column, std::vector<FormEvidence>& evidence) {
    std::unordered_map<std::string, std::vector<std::uint32_t>> alike;
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        auto text = column.values[value];
        if (text.size() < 2 || std::none_of(text.begin(), text.end(), is_letter)) continue;
        if (auto letters = bare(text); letters.size() > 1)
            alike[std::move(letters)].push_back(value);
    }
    for (const auto& [letters, values] : alike) {
        if (values.size() < 2) continue;
        auto usual = *std::max_element(values.begin(), values.end(), [&](auto a, auto b) {
            return column.frequency[a] < column.frequency[b];
        });
        auto usual_rows = column.frequency[usual];
        for (auto value : values) {
            if (value == usual || 10 * column.frequency[value] > 7 * usual_rows) continue;
            auto ratio = static_cast<double>(usual_rows) / column.frequency[value];
            raise(
                evidence[value],
                std::min(6.0, 3 + std::log(ratio)),
                std::string(column.values[usual]),
                fmt::format("written otherwise than '{}'", column.values[usual])
            );
        }
    }
}

}  // namespace

std::string shape(std::string_view text) {
    std::string result;
    for (char c : text) {
        char sign = is_digit(c) ? '9' : is_letter(c) ? 'a' : c;
        if (result.empty() || result.back() != sign) result.push_back(sign);
    }
    return result;
}

std::string writing(std::string_view text) {
    if (text.empty()) return {};
    if (auto form = number_form(text))
        return fmt::format(
            "9{}{}{}",
            form->empty_decimals ? ".0"
            : form->decimals     ? ".9"
                                 : "",
            form->separators ? "," : "",
            form->unit
        );
    bool upper = false, lower = false;
    std::size_t runs = 0;
    std::string exact;
    for (std::size_t i = 0; i < text.size(); ++i) {
        upper = upper || (text[i] >= 'A' && text[i] <= 'Z');
        lower = lower || (text[i] >= 'a' && text[i] <= 'z');
        runs += is_digit(text[i]) && (i == 0 || !is_digit(text[i - 1]));
        exact.push_back(is_digit(text[i]) ? '9' : text[i]);
    }
    if (runs > 2 && !upper && !lower) return exact;
    return fmt::format("{}{}{}", coarse_shape(text), upper ? "A" : "", lower ? "a" : "");
}

std::string bare(std::string_view text) {
    constexpr std::string_view ignored = " \t-_.,:;'\"/()*";
    std::string result;
    for (char c : text)
        if (ignored.find(c) == ignored.npos)
            result.push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
    return result;
}

std::vector<FormEvidence> find_foreign_forms(const Coded& column) {
    std::vector<FormEvidence> evidence(column.values.size());
    if (column.values.size() < 2) return evidence;
    find_number_forms(column, evidence);
    find_rare_shapes(column, evidence);
    find_lengths(column, evidence);
    find_other_spellings(column, evidence);
    find_broken_characters(column, evidence);
    return evidence;
}

}  // namespace quality
