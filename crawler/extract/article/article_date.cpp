// Texts are cut into runs of digits and letters, and a date is three of them that fit: a full
// grammar of dates in ten languages would find no more. Days and months that could be either are
// left out, for a wrong date is worse than none.
#include "crawler/extract/article/article_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <vector>

#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "base/time/time.hpp"

namespace crawler {

namespace {

using namespace std::string_view_literals;

// By the letters that tell a month from the others, in lower case.
constexpr std::pair<std::string_view, int> months[] = {
    {"jan"sv, 1},
    {"gen"sv, 1},
    {"ene"sv, 1},
    {"feb"sv, 2},
    {"f\xc3\xa9v"sv, 2},
    {"fev"sv, 2},
    {"mar"sv, 3},
    {"m\xc3\xa4r"sv, 3},
    {"maa"sv, 3},
    {"mrt"sv, 3},
    {"apr"sv, 4},
    {"avr"sv, 4},
    {"abr"sv, 4},
    {"may"sv, 5},
    {"mai"sv, 5},
    {"mag"sv, 5},
    {"mei"sv, 5},
    {"maj"sv, 5},
    {"jun"sv, 6},
    {"juin"sv, 6},
    {"giu"sv, 6},
    {"jul"sv, 7},
    {"juil"sv, 7},
    {"lug"sv, 7},
    {"aug"sv, 8},
    {"ao\xc3\xbb"sv, 8},
    {"ago"sv, 8},
    {"sep"sv, 9},
    {"set"sv, 9},
    {"oct"sv, 10},
    {"okt"sv, 10},
    {"ott"sv, 10},
    {"out"sv, 10},
    {"nov"sv, 11},
    {"dec"sv, 12},
    {"dez"sv, 12},
    {"d\xc3\xa9\x63"sv, 12},
    {"dic"sv, 12},
};

struct Piece {
    std::string_view text;
    int number = -1;  // of digits
    int month = 0;    // of letters
};

std::vector<Piece> pieces_of(std::string_view text) {
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < text.size();) {
        auto kind = [&](std::size_t at) {
            char c = text[at];
            return base::is_digit(c)                                            ? 1
                   : base::is_alpha(c) || static_cast<unsigned char>(c) >= 0x80 ? 2
                                                                                : 0;
        };
        auto start = i;
        auto first = kind(i);
        while (i < text.size() && kind(i) == first && first) ++i;
        if (!first) {
            ++i;
            continue;
        }
        Piece piece{text.substr(start, i - start)};
        if (first == 2) {
            piece.month = month_of(piece.text);
        } else if (piece.text.size() <= 4) {
            std::from_chars(piece.text.data(), piece.text.data() + piece.text.size(), piece.number);
        }
        pieces.push_back(piece);
    }
    return pieces;
}

std::string iso(int year, int month, int day) {
    if (year < 1990 || year > 2100 || month < 1 || month > 12 || day < 1 || day > 31) return {};
    auto two = [](int value) {
        return std::string(1, static_cast<char>('0' + value / 10)) +
               static_cast<char>('0' + value % 10);
    };
    return std::to_string(year) + "-" + two(month) + "-" + two(day);
}

// The marks between two pieces, which must be of one text.
std::string_view between(const Piece& a, const Piece& b) {
    const char* end = a.text.data() + a.text.size();
    return {end, static_cast<std::size_t>(b.text.data() - end)};
}

std::string date_of_numbers(const Piece& a, const Piece& b, const Piece& c, DayPlace place) {
    auto mark = between(a, b);
    if (mark != between(b, c) || mark.size() != 1 || (mark != "." && mark != "/" && mark != "-"))
        return {};
    if (a.text.size() == 4) return iso(a.number, b.number, c.number);
    if (c.text.size() != 4) return {};
    if (mark == "." || a.number > 12) return iso(c.number, b.number, a.number);
    if (b.number > 12) return iso(c.number, a.number, b.number);
    if (a.number == b.number || place == DayPlace::first) return iso(c.number, b.number, a.number);
    return place == DayPlace::second ? iso(c.number, a.number, b.number) : std::string();
}

bool is_ordinal_or_of(std::string_view text) {
    auto word = base::to_lower(text);
    constexpr std::array words{"st"sv, "nd"sv, "rd"sv, "th"sv, "of"sv, "de"sv, "er"sv};
    return std::find(words.begin(), words.end(), word) != words.end();
}

// Seconds or milliseconds, of the years that the web has existed and some to come.
std::string date_of_count(std::string_view stamp) {
    auto count = base::whole_number<std::int64_t>(stamp);
    if (!count || (stamp.size() != 10 && stamp.size() != 13)) return {};
    auto seconds = std::chrono::seconds(stamp.size() == 13 ? *count / 1000 : *count);
    auto date = base::iso_date(base::Time(seconds));
    return date < "2100" ? date : std::string();
}

}  // namespace

DayPlace day_place_of(std::string_view tag) {
    if (tag.empty() || tag.size() < 2) return DayPlace::unknown;
    auto language = base::to_lower(tag.substr(0, tag.find_first_of("-_")));
    auto country = base::to_lower(tag.substr(std::min(tag.size(), language.size() + 1)));
    if (country == "us" || country == "ph") return DayPlace::second;
    constexpr std::array year_first{"zh"sv, "ja"sv, "ko"sv, "hu"sv, "lt"sv};
    if (std::find(year_first.begin(), year_first.end(), language) != year_first.end())
        return DayPlace::second;
    return language == "en" && country.empty() ? DayPlace::unknown : DayPlace::first;
}

std::string machine_date(std::string_view given, DayPlace place) {
    auto stamp = base::trim(given);
    // Not as a point in time, which ends in the year 2262.
    auto said =
        base::parse_iso(stamp.size() == 7 ? std::string(stamp) + "-01" : std::string(stamp));
    if (said && said->day && stamp[4] == '-') {  // which begins with the year
        auto year = stamp.substr(0, 4);
        bool filled = year < "1500" || year >= "2100" || stamp.starts_with("1970-01-01");
        return filled ? std::string() : std::string(stamp);
    }
    if (!stamp.empty() && std::all_of(stamp.begin(), stamp.end(), base::is_digit)) {
        if (stamp.size() != 8) return date_of_count(stamp);
        return find_date(  // 20251217
            std::string(stamp.substr(0, 4)) + "-" + std::string(stamp.substr(4, 2)) + "-" +
            std::string(stamp.substr(6))
        );
    }
    return find_date(stamp, place);
}

int month_of(std::string_view word) {
    if (word.size() < 3 || word.size() > 12) return 0;
    auto lowered = base::to_lower(word);
    int found = 0;
    for (auto [start, month] : months)
        if (lowered.starts_with(start)) found = month;
    return found;
}

std::string find_date(std::string_view text, DayPlace place) {
    auto pieces = pieces_of(text);
    for (std::size_t i = 0; i + 2 < pieces.size(); ++i) {
        const auto *a = &pieces[i], *b = &pieces[i + 1], *c = &pieces[i + 2];
        if (a->number >= 0 && b->number >= 0 && c->number >= 0) {
            if (auto date = date_of_numbers(*a, *b, *c, place); !date.empty()) return date;
            continue;
        }
        auto next = i + 2;
        auto skip = [&](const Piece*& piece) {  // "3rd of May", "3 de mayo de 2025"
            while (piece->number < 0 && is_ordinal_or_of(piece->text) && next + 1 < pieces.size())
                piece = &pieces[++next];
        };
        if (a->month && b->number > 0 && b->number <= 31) {  // May 3, 2025
            skip(c);
            if (c->text.size() == 4) return iso(c->number, a->month, b->number);
        } else if (a->number > 0 && a->number <= 31) {  // 3 May 2025
            next = i + 1;
            skip(b);
            if (!b->month || next + 1 >= pieces.size()) continue;
            c = &pieces[++next];
            skip(c);
            if (c->text.size() == 4) return iso(c->number, b->month, a->number);
        }
    }
    return {};
}

}  // namespace crawler
