#include "service/gather/cron.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "schema/records/record.hpp"

namespace {

using namespace std::chrono;

const sys_seconds start = sys_days(year(2026) / 3 / 1) + 10h + 7min + 30s;  // a Sunday

std::string next(const char* cron, sys_seconds after = start) {
    return schema::timestamp(app::next_time(app::parse_cron(cron), after)).substr(0, 16);
}

}  // namespace

TEST_CASE("the next time of a schedule is the first matching minute", "[app][cron]") {
    CHECK(next("* * * * *") == "2026-03-01 10:08");
    CHECK(next("*/15 * * * *") == "2026-03-01 10:15");
    CHECK(next("0 3 * * *") == "2026-03-02 03:00");
    CHECK(next("@hourly") == "2026-03-01 11:00");
    CHECK(next("@daily") == "2026-03-02 00:00");
    CHECK(next("30 8 * * mon-fri") == "2026-03-02 08:30");
    CHECK(next("0 0 29 2 *") == "2028-02-29 00:00");
    CHECK(next("0 12 1 jan,jul *") == "2026-07-01 12:00");
    CHECK(next("0 0 13 * 5") == "2026-03-06 00:00");  // both day fields: either
    CHECK(next("5 4 * * 7") == "2026-03-08 04:05");
    CHECK(next("7 10 * * *", sys_days(year(2026) / 3 / 1) + 10h + 7min) == "2026-03-02 10:07");
}

TEST_CASE(
    "a schedule in a zone follows its clock, also over the change to summer time",
    "[app][cron]"
) {
    CHECK(next("TZ=Europe/Berlin 0 3 * * *") == "2026-03-02 02:00");
    CHECK(
        next("TZ=Europe/Berlin 0 3 * * *", sys_days(year(2026) / 3 / 29) + 5h) == "2026-03-30 01:00"
    );
    CHECK(next("TZ=America/New_York 30 9 * * 1-5") == "2026-03-02 14:30");
}

TEST_CASE("a wrong schedule names the field", "[app][cron]") {
    CHECK_THROWS_WITH(
        app::parse_cron("61 * * * *"), Catch::Contains("minute") && Catch::Contains("'61'")
    );
    CHECK_THROWS_WITH(app::parse_cron("* * * foo *"), Catch::Contains("month"));
    CHECK_THROWS_AS(app::parse_cron("* * *"), base::UsageError);
    CHECK_THROWS_AS(app::parse_cron("5-1 * * * *"), base::UsageError);
    CHECK_THROWS_AS(app::parse_cron("TZ=Nowhere/City 0 0 * * *"), base::UsageError);
    CHECK_THROWS_AS(app::next_time(app::parse_cron("0 0 31 2 *"), start), base::UsageError);
}
