#include <catch2/catch.hpp>

#include "base/time/civil.hpp"
#include "base/time/time.hpp"

using namespace base;
using namespace std::chrono;

TEST_CASE("times are written in UTC, cut to their precision", "[time]") {
    Time time = sys_days(2026y / 1 / 2) + 3h + 4min + 5s + 678901us;
    CHECK(rfc3339(time) == "2026-01-02T03:04:05Z");
    CHECK(rfc3339(time, Precision::microseconds) == "2026-01-02T03:04:05.678901Z");
    CHECK(iso_date(time) == "2026-01-02");
    CHECK(http_date(time) == "Fri, 02 Jan 2026 03:04:05 GMT");
    CHECK(formatted(time, "%d/%m/%y %H") == "02/01/26 03");
}

TEST_CASE("times before 1970 are written like others", "[time]") {
    Time time = Time() - 1us;
    CHECK(rfc3339(time) == "1969-12-31T23:59:59Z");
    CHECK(rfc3339(time, Precision::microseconds) == "1969-12-31T23:59:59.999999Z");
    CHECK(formatted(time, "%Y-%m-%d %S") == "1969-12-31 59");
}

TEST_CASE("a date by a format keeps the zone that it was written in", "[time]") {
    auto at = parse_civil("29/02/2024 12:30 +0200", "%d/%m/%Y %H:%M %z");
    REQUIRE(at);
    CHECK(at->iso() == "2024-02-29T12:30:00+02:00");
    CHECK(rfc3339(at->time().value()) == "2024-02-29T10:30:00Z");
    CHECK(parse_civil("3 Mar 2024", "%d %b %Y")->iso() == "2024-03-03T00:00:00");
    CHECK_FALSE(parse_civil("31/02/2024", "%d/%m/%Y"));
    auto far = parse_civil("31.12.4444", "%d.%m.%Y");
    REQUIRE(far);
    CHECK_FALSE(far->time());  // not some day of another century
    CHECK(far->seconds().time_since_epoch() == std::chrono::seconds(78'103'440'000));
    CHECK_FALSE(parse_civil("12:30", "%H:%M"));
    CHECK_FALSE(parse_civil("2024", "%d/%m/%Y"));
}

TEST_CASE("a format fits a whole text", "[time]") {
    CHECK(fits_time_format("01.02.2024", "%d.%m.%Y"));
    CHECK_FALSE(fits_time_format("01.02.2024 x", "%d.%m.%Y"));
    CHECK_FALSE(fits_time_format("41.02.2024", "%d.%m.%Y"));
}

TEST_CASE("only days of the calendar are valid", "[time]") {
    CHECK(CivilTime{.year = 2024, .month = 2, .day = 29}.is_valid());
    CHECK_FALSE(CivilTime{.year = 2023, .month = 2, .day = 29}.is_valid());
    CHECK_FALSE(CivilTime{.year = 2024, .month = 258, .day = 1}.is_valid());
    CHECK_FALSE(CivilTime{.year = 2024, .month = 1, .day = 1, .hour = 24}.is_valid());
    CHECK_FALSE(CivilTime{.year = 0, .month = 1, .day = 1}.is_valid());
}
