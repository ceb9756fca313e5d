#include "formats/text/http_date.hpp"

#include <charconv>
#include <vector>

#include "formats/text/characters.hpp"

namespace crawler {

using Time = std::chrono::system_clock::time_point;

namespace {

std::optional<int> number(std::string_view text) {
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

std::optional<unsigned> month(std::string_view name) {
    constexpr std::string_view names = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (name.size() < 3) return std::nullopt;
    auto at = names.find(to_lower(name.substr(0, 3)));
    if (at == names.npos || at % 3) return std::nullopt;
    return static_cast<unsigned>(at / 3 + 1);
}

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> found;
    for (;;) {
        auto start = text.find_first_not_of(" ,-");
        if (start == text.npos) return found;
        text.remove_prefix(start);
        auto word = text.substr(0, text.find_first_of(" ,-"));
        found.push_back(word);
        text.remove_prefix(word.size());
    }
}

std::optional<std::chrono::seconds> clock_time(std::string_view text) {
    if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
    auto h = number(text.substr(0, 2)), m = number(text.substr(3, 2)),
         s = number(text.substr(6, 2));
    if (!h || !m || !s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
    return std::chrono::seconds(*h * 3600 + *m * 60 + *s);
}

}  // namespace

std::optional<Time> parse_http_date(std::string_view value) {
    auto parts = words(trim(value));
    if (parts.size() < 5) return std::nullopt;
    // "Sun Nov  6 08:49:37 1994" of asctime, or "Sun, 06 Nov 1994 08:49:37 GMT", or "Sunday,
    // 06-Nov-94 08:49:37 GMT".
    bool asctime = month(parts[1]).has_value() && !is_digit(parts[1][0]);
    auto day = number(asctime ? parts[2] : parts[1]);
    auto named = month(asctime ? parts[1] : parts[2]);
    auto year = number(asctime ? parts[4] : parts[3]);
    auto time = clock_time(asctime ? parts[3] : parts[4]);
    if (!day || !named || !year || !time) return std::nullopt;
    if (*year < 100) *year += *year < 70 ? 2000 : 1900;
    auto date = std::chrono::year_month_day(
        std::chrono::year(*year),
        std::chrono::month(*named),
        std::chrono::day(static_cast<unsigned>(*day))
    );
    if (!date.ok()) return std::nullopt;
    return std::chrono::time_point_cast<Time::duration>(std::chrono::sys_days(date) + *time);
}

}  // namespace crawler
