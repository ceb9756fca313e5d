// Dates and times as pages write them.
#include <chrono>
#include <memory>
#include <vector>

#include <unicode/dtfmtsym.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "crawler/scrape/scraped_value.hpp"

namespace crawler {

namespace {

constexpr std::size_t longest_date = 200;

// A part of a date: a number, or a word in lower case, with the mark before it.
struct Part {
    std::string word;
    int number = -1;
    std::size_t digits = 0;
    char before = 0;  // the last of : . / - + T before it, blanks aside
    bool spaced = false;
};

std::vector<Part> parts_of(std::string_view text) {
    std::vector<Part> parts;
    char before = 0;
    bool spaced = true;
    for (std::size_t i = 0; i < text.size();) {
        auto start = i;
        if (base::is_digit(text[i])) {
            int number = 0;
            while (i < text.size() && base::is_digit(text[i])) {
                if (i - start < 9) number = number * 10 + (text[i] - '0');
                ++i;
            }
            parts.push_back({{}, number, i - start, before, spaced});
            before = 0;
            spaced = false;
        } else if (base::is_alpha(text[i]) || static_cast<unsigned char>(text[i]) >= 0x80) {
            while (i < text.size() &&
                   (base::is_alpha(text[i]) || static_cast<unsigned char>(text[i]) >= 0x80))
                ++i;
            auto word = text.substr(start, i - start);
            if (word.starts_with("\xc2\xa0")) word.remove_prefix(2);
            if (word == "T" && !spaced) {
                before = 'T';
                continue;
            }
            icu::UnicodeString folded =
                icu::UnicodeString::fromUTF8({word.data(), static_cast<std::int32_t>(word.size())});
            std::string lowered;
            folded.toLower(icu::Locale::getRoot()).toUTF8String(lowered);
            if (!lowered.empty()) parts.push_back({lowered, -1, 0, before, spaced});
            before = 0;
            spaced = false;
        } else {
            if (base::is_space(text[i])) {
                spaced = true;
            } else {
                before = text[i];
            }
            ++i;
        }
    }
    return parts;
}

// The month that a word names in a language: its whole name or an abbreviation. 0 if none.
int month_of(const std::string& word, const std::string& language) {
    UErrorCode status = U_ZERO_ERROR;
    icu::DateFormatSymbols symbols(icu::Locale(language.c_str()), status);
    if (U_FAILURE(status)) return 0;
    auto given = icu::UnicodeString::fromUTF8(word);
    using Symbols = icu::DateFormatSymbols;
    for (auto context : {Symbols::FORMAT, Symbols::STANDALONE}) {
        for (auto width : {Symbols::WIDE, Symbols::ABBREVIATED}) {
            std::int32_t count = 0;
            const auto* names = symbols.getMonths(count, context, width);
            for (std::int32_t i = 0; i < count && i < 12; ++i) {
                icu::UnicodeString name(names[i]);
                name.toLower(icu::Locale::getRoot());
                if (name.endsWith(u'.')) name.truncate(name.length() - 1);
                bool same = name == given ||
                            (given.length() >= 3 && name.length() > 3 && name.startsWith(given));
                if (same) return i + 1;
            }
        }
    }
    return 0;
}

class Reader {
public:
    Reader(std::vector<Part> parts, std::string_view language)
        : parts_(std::move(parts)), language_(language) {}

    std::optional<base::CivilTime> read() {
        take_time();
        if (!take_named_date() && !take_numeric_date()) return std::nullopt;
        if (!at_.is_valid()) return std::nullopt;
        return at_;
    }

private:
    // hh:mm[:ss[.f]] [am|pm] [Z|UTC|GMT|+hh:mm]; taken out of the parts.
    void take_time() {
        for (std::size_t i = 1; i < parts_.size(); ++i) {
            const auto& minute = parts_[i];
            auto& hour = parts_[i - 1];
            bool clock = hour.number >= 0 && minute.number >= 0 && minute.before == ':' &&
                         minute.digits == 2 && hour.digits <= 2;
            if (!clock) continue;
            at_.hour = hour.number;
            at_.minute = minute.number;
            auto end = i + 1;
            auto is = [&](std::size_t place, char before) {
                return place < parts_.size() && parts_[place].number >= 0 &&
                       parts_[place].before == before;
            };
            if (is(end, ':')) {
                at_.second = parts_[end++].number;
                if (is(end, '.') && !parts_[end].spaced) ++end;  // a fraction
            }
            if (end < parts_.size() && (parts_[end].word == "am" || parts_[end].word == "pm")) {
                if (at_.hour == 12) at_.hour = 0;
                if (parts_[end++].word == "pm") at_.hour += 12;
            }
            end = take_zone(end);
            parts_.erase(
                parts_.begin() + static_cast<std::ptrdiff_t>(i - 1),
                parts_.begin() + static_cast<std::ptrdiff_t>(end)
            );
            return;
        }
    }

    std::size_t take_zone(std::size_t i) {
        const auto named = i < parts_.size() ? base::zone_offset(parts_[i].word) : std::nullopt;
        if (named) {
            at_.offset = *named;
            ++i;
        }
        if (named && named->count() != 0) return i;
        bool sign = i < parts_.size() && parts_[i].number >= 0 &&
                    (parts_[i].before == '+' || parts_[i].before == '-');
        if (!sign || (parts_[i].digits != 2 && parts_[i].digits != 4)) return i;
        int minutes = parts_[i].digits == 4 ? parts_[i].number / 100 * 60 + parts_[i].number % 100
                                            : parts_[i].number * 60;
        bool west = parts_[i].before == '-';
        if (parts_[i++].digits == 2 && i < parts_.size() && parts_[i].before == ':' &&
            parts_[i].digits == 2)
            minutes += parts_[i++].number;
        at_.offset = std::chrono::minutes(west ? -minutes : minutes);
        return i;
    }

    bool take_named_date() {
        int month = 0;
        for (const auto& part : parts_) {
            if (part.word.size() < 3) continue;
            month = month_of(part.word, "en");
            if (month == 0 && !language_.empty()) month = month_of(part.word, language_);
            if (month > 0) break;
        }
        if (month == 0) return false;
        at_.month = month;
        for (const auto& part : parts_) {
            if (part.digits == 4 && at_.year == 0) at_.year = part.number;
            bool day = part.digits >= 1 && part.digits <= 2 && at_.day == 0;
            if (day) at_.day = part.number;
        }
        return at_.year > 0 && at_.day > 0;
    }

    bool take_numeric_date() {
        for (std::size_t i = 0; i + 2 < parts_.size(); ++i) {
            const auto &a = parts_[i], &b = parts_[i + 1], &c = parts_[i + 2];
            if (a.number < 0 || b.number < 0 || c.number < 0 || b.before != c.before) continue;
            char mark = b.before;
            if (mark != '-' && mark != '.' && mark != '/') continue;
            if (a.digits == 4 && b.digits <= 2 && c.digits <= 2) return set(a, b, c);
            if (c.digits != 4 || a.digits > 2 || b.digits > 2) continue;
            if (mark == '.' || a.number > 12) return set(c, b, a);
            if (b.number > 12 || a.number == b.number || language_ == "en-us") return set(c, a, b);
            bool tells = !language_.empty() && language_ != "en";
            return tells && set(c, b, a);
        }
        for (const auto& part : parts_)  // 20240229
            if (part.digits == 8)
                return set(
                    {{}, part.number / 10'000},
                    {{}, part.number / 100 % 100},
                    {{}, part.number % 100}
                );
        return false;
    }

    bool set(const Part& year, const Part& month, const Part& day) {
        at_.year = year.number;
        at_.month = month.number;
        at_.day = day.number;
        return true;
    }

    std::vector<Part> parts_;
    std::string language_;
    base::CivilTime at_;
};

}  // namespace

std::optional<base::CivilTime>
moment_in(std::string_view text, const std::string& format, std::string_view language) {
    text = base::trim(text).substr(0, longest_date);
    if (!format.empty()) return base::parse_civil(std::string(text), format);
    return Reader(parts_of(text), language).read();
}

}  // namespace crawler
