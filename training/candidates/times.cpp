// base/time says nothing of a date that can be read in two ways, as it sees one at a time. A whole
// field of them nearly always has a day above twelve somewhere, which decides for all.
#include "training/candidates/times.hpp"

#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "base/time/civil.hpp"
#include "base/time/parse.hpp"

namespace training {

namespace {

std::optional<std::int64_t> micros(const std::optional<base::Time>& time) {
    if (!time) return std::nullopt;
    return std::chrono::floor<std::chrono::microseconds>(time->time_since_epoch()).count();
}

// Formats that a text in numbers fits, with the month first and with the day first.
struct Orders {
    std::string month_first, day_first;
};

std::optional<Orders> orders_of(const std::string& text) {
    static constexpr std::array clocks{
        "", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M", "T%H:%M:%S"};
    for (const char* mark : {"/", "-", "."})
        for (const char* year : {"%Y", "%y"})
            for (const char* clock : clocks) {
                Orders orders{
                    fmt::format("%m{0}%d{0}{1}{2}", mark, year, clock),
                    fmt::format("%d{0}%m{0}{1}{2}", mark, year, clock)};
                if (base::parse_time_as(text, orders.month_first) ||
                    base::parse_time_as(text, orders.day_first))
                    return orders;
            }
    return std::nullopt;
}

// The format of dates that parse_time() would not decide on; empty if there are none.
std::string decided_format(std::span<const std::optional<std::string>> texts) {
    std::optional<Orders> orders;
    std::string example;
    for (const auto& text : texts) {
        if (!text || base::trim(*text).empty() || base::parse_time(*text)) continue;
        orders = orders_of(*text);
        example = *text;
        if (orders) break;
    }
    if (!orders) return {};
    std::size_t month_first = 0, day_first = 0;
    for (const auto& text : texts) {
        if (!text) continue;
        month_first += base::parse_time_as(*text, orders->month_first).has_value();
        day_first += base::parse_time_as(*text, orders->day_first).has_value();
    }
    if (month_first == day_first)
        throw base::UsageError(
            fmt::format("time '{}'", example),
            "can be read with the month or the day first, and no other record decides it",
            fmt::format("give --time-format '{}' or '{}'", orders->month_first, orders->day_first)
        );
    return month_first > day_first ? orders->month_first : orders->day_first;
}

}  // namespace

ReadTimes read_times(std::span<const std::optional<std::string>> texts, std::string format) {
    const bool given = !format.empty();
    ReadTimes read;
    read.format = given ? std::move(format) : decided_format(texts);
    for (const auto& text : texts) {
        if (!text || base::trim(*text).empty()) {
            ++read.missing;
            read.at.emplace_back();
            continue;
        }
        auto at = micros(base::parse_time_as(*text, read.format));
        if (!at && !given && !read.format.empty()) at = micros(base::parse_time(*text));
        if (!at) {
            if (read.unreadable++ == 0) read.example = *text;
        }
        read.at.push_back(at);
    }
    return read;
}

}  // namespace training
