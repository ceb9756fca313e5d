// Numbers of a column that are written unlike the others. Units come first: a column whose units
// are spelled in several ways has no usual one, and then the number alone can be compared.
#include "quality/errors/number_forms.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "quality/errors/form_weights.hpp"

namespace quality {

namespace {

// The sign of a currency that the text begins with.
std::string_view currency_of(std::string_view text) {
    for (std::string_view sign : {"$", "\u20ac", "\u00a3", "\u00a5", "\u20b9"})
        if (text.starts_with(sign)) return text.substr(0, sign.size());
    return {};
}

std::string plain_number(const NumberForm& form) {
    std::string text;
    for (char c : form.number)
        if (c != ',') text.push_back(c);
    if (form.empty_decimals) text.resize(text.find('.'));
    return text;
}

constexpr double sure_of_units = 4.6;

// Whether a unit that a share of the numbers has is none of the column, whose usual one is given
// with its count. A number with a unit among numbers without, or the same unit spelled otherwise,
// is foreign even when it comes often; another unit may be meant unless it is rare.
bool is_foreign_unit(
    std::string_view unit,
    const std::pair<const std::string_view, double>& usual,
    double share,
    double numbers
) {
    if (usual.second < 0.5 * numbers) return false;
    if (unit.empty() || usual.first.empty() || bare(unit) == bare(usual.first)) return share < 0.5;
    return share < 0.05;
}

// "12a", "12b": letters behind house numbers and the like are no units.
bool are_suffixes(const std::map<std::string_view, double>& units) {
    return std::count_if(units.begin(), units.end(), [](const auto& one) {
               return one.first.size() == 1 && is_letter(one.first.front());
           }) >= 3;
}

}  // namespace

std::optional<NumberForm> number_form(std::string_view text) {
    NumberForm form;
    auto currency = currency_of(text);
    text.remove_prefix(currency.size());
    if (!currency.empty() && text.starts_with(' ')) text.remove_prefix(1);
    std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    auto digits = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == digits) return std::nullopt;
    while (at + 3 < text.size() && text[at] == ',' && is_digit(text[at + 1]) &&
           is_digit(text[at + 2]) && is_digit(text[at + 3]) &&
           (at + 4 == text.size() || !is_digit(text[at + 4]))) {
        form.separators = true;
        at += 4;
    }
    if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
        form.decimals = form.empty_decimals = true;
        for (++at; at < text.size() && is_digit(text[at]); ++at)
            form.empty_decimals = form.empty_decimals && text[at] == '0';
    }
    form.number = text.substr(0, at);
    form.unit = at == text.size() ? currency : text.substr(at);
    // Dates, ranges, times and codes go on with a digit or a letter without a blank before it.
    constexpr std::size_t longest_unit = 24;
    if (form.unit.size() > longest_unit ||
        std::any_of(form.unit.begin(), form.unit.end(), is_digit))
        return std::nullopt;
    return form;
}

void find_number_forms(const Coded& column, std::vector<FormEvidence>& evidence) {
    auto rows = filled_rows(column);
    std::vector<std::optional<NumberForm>> forms(column.values.size());
    std::map<std::string_view, double> units;
    double numbers = 0, separated = 0, large = 0, fractions = 0, empty_fractions = 0;
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        forms[value] = number_form(column.values[value]);
        if (!forms[value]) continue;
        const auto& form = *forms[value];
        double count = column.frequency[value];
        numbers += count;
        units[form.unit] += count;
        if (form.decimals) (form.empty_decimals ? empty_fractions : fractions) += count;
        if (std::count_if(form.number.begin(), form.number.end(), is_digit) > 3 && !form.decimals) {
            large += count;
            if (form.separators) separated += count;
        }
    }
    if (numbers < 0.7 * rows || are_suffixes(units)) return;
    auto usual = std::max_element(units.begin(), units.end(), [](auto& a, auto& b) {
        return a.second < b.second;
    });
    std::size_t spellings = 0;  // of units, that are no accident
    for (const auto& [unit, count] : units)
        spellings += !unit.empty() && count >= std::max(2.0, 0.01 * numbers);
    auto plain = units.count({}) ? units.at({}) : 0;
    // Units spelled in many ways: the number alone is what can be compared.
    bool muddle = spellings >= 3 && plain >= 0.02 * numbers && usual->second < 0.85 * numbers;
    for (std::uint32_t value = 1; value < column.values.size(); ++value) {
        if (!forms[value]) continue;
        const auto& form = *forms[value];
        auto share = units[form.unit] / numbers;
        if (muddle && !form.unit.empty()) {
            raise(
                evidence[value],
                5,
                plain_number(form),
                fmt::format(
                    "has a unit, which the column spells in {} ways or leaves out", spellings
                )
            );
        } else if (!muddle && form.unit != usual->first && is_foreign_unit(form.unit, *usual, share, numbers)) {
            auto proposal = form.unit.empty() || usual->first.empty()
                                ? plain_number(form) + std::string(usual->first)
                                : std::string();
            raise(
                evidence[value],
                std::max(sure_of_units, weight_of(share, usual->second / numbers)),
                std::move(proposal),
                usual->first.empty() ? "has a unit that most do not have"
                                     : fmt::format("is not written with '{}'", usual->first)
            );
        }
        // Whole numbers that were written as fractions.
        if (form.empty_decimals && form.unit == usual->first && fractions < 0.02 * numbers &&
            empty_fractions < 0.5 * numbers)
            raise(
                evidence[value],
                std::max(sure_of_units, weight_of((empty_fractions + 1) / numbers, 1)),
                plain_number(form) + std::string(form.unit),
                "a whole number written as a fraction"
            );
        auto digits = std::count_if(form.number.begin(), form.number.end(), is_digit);
        if (digits > 3 && !form.decimals && !form.separators && separated > 0.6 * large &&
            large >= 20)
            raise(
                evidence[value],
                weight_of(1 - separated / large, separated / large),
                {},
                "the others have separators of thousands"
            );
    }
}

}  // namespace quality
