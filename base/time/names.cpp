// Names of months and weekdays in the languages of Europe that write dates as day, name, year.
//
// From ICU's data, of which each word is kept that means one thing in all of these languages: a
// word that is two months ("listopad" is October in Zagreb, so Croatian is not among them), or a
// month here and a weekday there, says nothing.
#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

#include <unicode/dtfmtsym.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include "base/time/pieces.hpp"

namespace base {

namespace {

constexpr std::array languages{"de", "de_AT", "fr", "es", "ca", "it", "pt", "ro", "nl",
                               "da", "nb",    "sv", "fi", "et", "lv", "lt", "pl", "cs",
                               "sk", "sl",    "ru", "uk", "bg", "el", "tr"};
constexpr std::int32_t shortest_name = 3;  // characters
constexpr std::size_t longest_name = 60;   // bytes

std::string folded(icu::UnicodeString word) {
    if (word.endsWith(u'.')) word.truncate(word.length() - 1);
    std::string utf8;
    if (word.length() >= shortest_name) word.toLower(icu::Locale::getRoot()).toUTF8String(utf8);
    return utf8;
}

class Names {
public:
    Names() {
        using Symbols = icu::DateFormatSymbols;
        for (const char* language : languages) {
            UErrorCode status = U_ZERO_ERROR;
            const Symbols symbols(icu::Locale(language), status);
            if (U_FAILURE(status)) continue;
            for (auto context : {Symbols::FORMAT, Symbols::STANDALONE}) {
                for (auto width : {Symbols::WIDE, Symbols::ABBREVIATED}) {
                    std::int32_t count = 0;
                    const auto* months = symbols.getMonths(count, context, width);
                    for (std::int32_t i = 0; i < count && i < 12; ++i)
                        add(months[i], {.month = static_cast<unsigned>(i + 1)});
                    const auto* days = symbols.getWeekdays(count, context, width);
                    // From 1, which is Sunday.
                    for (std::int32_t i = 1; i < count && i < 8; ++i)
                        add(days[i], {.weekday = static_cast<unsigned>(i == 1 ? 7 : i - 1)});
                }
            }
        }
    }

    CalendarName find(std::string_view word) const {
        auto found = names_.find(folded(
            icu::UnicodeString::fromUTF8({word.data(), static_cast<std::int32_t>(word.size())})
        ));
        return found == names_.end() ? CalendarName() : found->second;
    }

private:
    void add(const icu::UnicodeString& name, CalendarName meaning) {
        const auto word = folded(name);
        if (word.empty()) return;
        auto [known, is_new] = names_.try_emplace(word, meaning);
        if (!is_new && known->second != meaning) known->second = {};
    }

    std::unordered_map<std::string, CalendarName> names_;
};

}  // namespace

CalendarName calendar_name(std::string_view word) {
    static const Names names;
    return word.size() > longest_name ? CalendarName() : names.find(word);
}

}  // namespace base
