// "1.234" is a thousand in Berlin and one in London. Where the figures decide (two separators,
// groups that are no three digits) they do; where they leave it open the page's language does;
// without a language a single comma groups and a point is decimal. Figures that make no sense
// either way are no number, which becomes a reject with a reason: a wrong price would go unnoticed.
#include "crawler/scrape/scraped_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text/ascii.hpp"

namespace crawler {

namespace json = boost::json;

namespace {

// Octets of a separator that only groups digits (blanks of all widths, apostrophes); 0 if there is
// none.
std::size_t grouping_at(std::string_view text) {
    for (std::string_view mark :
         {"\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89", "\xe2\x80\x99", "'", " "})
        if (text.starts_with(mark)) return mark.size();
    return 0;
}

bool three_digits_at(std::string_view text) {
    return text.size() >= 3 && base::is_digit(text[0]) && base::is_digit(text[1]) &&
           base::is_digit(text[2]) && (text.size() == 3 || !base::is_digit(text[3]));
}

// Digits, points and commas of the number that begins the text.
std::string figures_of(std::string_view text) {
    std::string figures;
    std::size_t run = 0;  // digits since the last separator
    while (!text.empty()) {
        if (base::is_digit(text[0]) || text[0] == '.' || text[0] == ',') {
            run = base::is_digit(text[0]) ? run + 1 : 0;
            figures += text[0];
            text.remove_prefix(1);
            continue;
        }
        auto skip = grouping_at(text);
        bool groups = skip > 0 && run >= 1 && run <= 3 && three_digits_at(text.substr(skip)) &&
                      figures.find_first_of(".,") == figures.npos;
        if (!groups) break;
        text.remove_prefix(skip);
        run = 0;
    }
    while (!figures.empty() && !base::is_digit(figures.back())) figures.pop_back();
    return figures;
}

// Whether a sign stands before the number, perhaps with a currency between: "-5", "-€5", "€ -5".
bool is_negative(std::string_view before) {
    for (int i = 0; i < 2; ++i) {
        while (!before.empty() && before.back() == ' ') before.remove_suffix(1);
        for (std::string_view sign : {"-", "\xe2\x88\x92"}) {
            if (!before.ends_with(sign)) continue;
            before.remove_suffix(sign.size());
            return before.empty() || !base::is_alnum(before.back());
        }
        std::size_t currency = 0;
        for (std::string_view mark : {"$", "\xe2\x82\xac", "\xc2\xa3", "\xc2\xa5"})
            if (before.ends_with(mark)) currency = mark.size();
        if (currency == 0) return false;
        before.remove_suffix(currency);
    }
    return false;
}

bool writes_decimal_comma(std::string_view language) {
    if (language.starts_with("de-ch") || language.starts_with("de-li") ||
        language.starts_with("it-ch") || language.starts_with("es-mx") ||
        language.starts_with("es-us") || language.starts_with("es-pr"))
        return false;
    static constexpr std::array<std::string_view, 41> languages{
        "af", "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi",
        "fr", "gl", "hr", "hu", "hy", "id", "is", "it", "ka", "kk", "lt", "lv", "mk", "nb",
        "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr"};
    auto primary = language.substr(0, language.find('-'));
    return std::find(languages.begin(), languages.end(), primary) != languages.end() ||
           primary == "uk" || primary == "vi";
}

// The decimal separator of figures: '.', ',' or 0 for none; nothing if they make no sense.
std::optional<char> decimal_of(const std::string& figures, std::string_view language) {
    auto points = std::count(figures.begin(), figures.end(), '.');
    auto commas = std::count(figures.begin(), figures.end(), ',');
    if (points == 0 && commas == 0) return char{0};
    auto last = figures[figures.find_last_of(".,")];
    if (points > 0 && commas > 0) {
        if ((last == '.' ? points : commas) > 1) return std::nullopt;
        return last;
    }
    auto first_group = figures.find(last);
    auto behind = figures.size() - figures.rfind(last) - 1;
    if (points + commas > 1) return behind == 3 ? std::optional<char>(char{0}) : std::nullopt;
    bool open = behind == 3 && first_group >= 1 && first_group <= 3 && figures[0] != '0';
    if (!open) return last;
    if (language.empty()) return last == '.' ? '.' : char{0};
    return (last == ',') == writes_decimal_comma(language) ? last : char{0};
}

}  // namespace

json::value number_in(std::string_view text, char decimal, std::string_view language) {
    auto start = text.find_first_of("0123456789");
    if (start == text.npos) return nullptr;
    auto figures = figures_of(text.substr(start));
    char mark = 0;
    if (decimal != 0) {
        if (std::count(figures.begin(), figures.end(), decimal) > 1) return nullptr;
        mark = decimal;
    } else {
        auto found = decimal_of(figures, language);
        if (!found) return nullptr;
        mark = *found;
    }
    auto before = text.substr(0, start);
    // ".5", but not the full stop of "No.5"
    char point = decimal == 0 ? '.' : decimal;
    bool bare = before.ends_with(point) && figures.find_first_of(".,") == figures.npos &&
                (before.size() == 1 || !base::is_alnum(before[before.size() - 2]));
    if (bare) before.remove_suffix(1);
    std::string plain = bare ? "0." : "";
    bool fraction = bare;
    for (char c : figures) {
        if (base::is_digit(c)) {
            plain += c;
        } else if (c == mark) {
            plain += '.';
            fraction = true;
        }
    }
    bool negative = is_negative(before);
    double value = 0;
    auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    if (error != std::errc()) return nullptr;
    if (negative) value = -value;
    if (!fraction && value > -1e15 && value < 1e15) return static_cast<std::int64_t>(value);
    return value;
}

std::optional<bool> truth_in(std::string_view text) {
    auto word = base::to_lower(base::trim(text));
    for (std::string_view yes : {"true", "yes", "y", "on", "1"})
        if (word == yes) return true;
    for (std::string_view no : {"false", "no", "n", "off", "0"})
        if (word == no) return false;
    return std::nullopt;
}

}  // namespace crawler
