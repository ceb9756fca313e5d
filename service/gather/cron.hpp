#pragma once

#include <bitset>
#include <chrono>
#include <string>
#include <string_view>

namespace app {

// A five-field schedule (POSIX crontab, with names, ranges and steps): minute, hour, day of month,
// month, day of week. A day matches when both day fields do, or either if both are restricted. In
// UTC, or in the zone of a leading TZ=Area/City.
struct Cron {
    std::bitset<60> minutes;
    std::bitset<24> hours;
    std::bitset<32> days;
    std::bitset<13> months;
    std::bitset<7> weekdays;  // 0 is Sunday
    bool any_day = true;
    bool any_weekday = true;
    std::string zone = "UTC";
};

// Also @hourly, @daily, @midnight, @weekly, @monthly, @yearly. Throws base::UsageError naming the
// wrong field.
Cron parse_cron(std::string_view text);

// The first minute after `after` that matches. Throws base::UsageError if there is none within five
// years.
std::chrono::system_clock::time_point
next_time(const Cron& cron, std::chrono::system_clock::time_point after);

}  // namespace app
