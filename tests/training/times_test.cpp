#include "training/candidates/times.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"

using training::read_times;
using Texts = std::vector<std::optional<std::string>>;

namespace {

constexpr std::int64_t second = 1'000'000;

}  // namespace

TEST_CASE("times in one field are read however each is written", "[training][times]") {
    const Texts texts{
        "2024-01-01T08:00:00.000001",
        "2024-01-01T08:00:00",  // as Python's isoformat() writes a whole second
        "1704096000",
        "1704096000000",
        "1704096000000000",
        "1704096000000000000"};
    const auto read = read_times(texts);
    CHECK(read.unreadable == 0);
    REQUIRE(read.at[0].has_value());
    for (std::size_t i = 1; i < texts.size(); ++i) CHECK(read.at[i] == 1704096000 * second);
    CHECK(read.at[0] == 1704096000 * second + 1);
}

TEST_CASE("a date in numbers is read as the other dates of its field decide", "[training][times]") {
    const auto month_first = read_times(Texts{"1/2/2020", "2/22/2022", "12/1/2020"});
    CHECK(month_first.format == "%m/%d/%Y");
    CHECK(month_first.at[0] == 1577923200 * second);  // 2 January
    const auto day_first = read_times(Texts{"1/2/2020", "22/2/2022"});
    CHECK(day_first.format == "%d/%m/%Y");
    CHECK(day_first.at[0] == 1580515200 * second);  // 1 February
    const auto clocks = read_times(Texts{"1/2/2020 13:30", "2/22/2022 1:05"});
    CHECK(clocks.at[0] == (1577923200 + 13 * 3600 + 30 * 60) * second);
    CHECK_THROWS_WITH(
        read_times(Texts{"1/2/2020", "3/4/2020"}),
        Catch::Contains("month or the day first") && Catch::Contains("--time-format '%m/%d/%Y'")
    );
    CHECK(read_times(Texts{"1/2/2020", "3/4/2020"}, "%d/%m/%Y").at[0] == 1580515200 * second);
}

TEST_CASE("what is no time is counted, and what is not there too", "[training][times]") {
    const auto read = read_times(Texts{"2024-01-01", std::nullopt, " ", "soon", "later"});
    CHECK(read.missing == 2);
    CHECK(read.unreadable == 2);
    CHECK(read.example == "soon");
    CHECK(read.at[0].has_value());
    CHECK_FALSE(read.at[1].has_value());
    CHECK_FALSE(read.at[3].has_value());
    CHECK(read_times({}).at.empty());
}
