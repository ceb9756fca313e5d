// Points that people may have set wrongly, from where a model says that they are.
#include "training/analysis/parts/point_errors.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"

using namespace training;

namespace {

// A hand: two points that all have, a third that hardly any has; `away` moves the second.
KeyPoints hand(double away = 0, int third = 0) {
    return {{100, 100, 2}, {200 + away, 200, 2}, {150, 120, third}};
}

// Hands said up to three pixels from where they are set; of every 40 one has the third point.
std::vector<JudgedPoints> usual() {
    std::vector<JudgedPoints> out;
    for (int i = 0; i < 80; ++i)
        out.push_back({{{"hand", {hand(0, i == 7 ? 1 : 0)}}}, {{"hand", hand(i % 4)}}});
    return out;
}

std::vector<PointSuspect> suspects_of(JudgedPoints one) {
    auto all = usual();
    all.push_back(std::move(one));
    const auto found = point_suspects(all);
    for (std::size_t i = 0; i < 80; ++i)
        if (i != 7) CHECK(found[i].empty());
    return found.back();
}

}  // namespace

TEST_CASE("each fault of a point is told by where it is said", "[training][parts][keypoints]") {
    CHECK(suspects_of({{{"hand", {hand(5)}}}, {{"hand", hand()}}}).empty());

    // Nobody is closer than a fiftieth of the thing, here two pixels: half as likely at eight.
    const auto badly = suspects_of({{{"hand", {hand(12)}}}, {{"hand", hand()}}});
    REQUIRE(badly.size() == 1);
    CHECK(badly[0].fault == PartFault::boundary);
    CHECK(badly[0].point == 1U);
    CHECK(badly[0].quality == Approx(4.0 / 12));
    CHECK_FALSE(badly[0].confident);
    CHECK(suspects_of({{{"hand", {hand(40)}}}, {{"hand", hand()}}}).front().confident);

    auto other_way = hand();
    std::swap(other_way[0], other_way[1]);
    const auto swapped = suspects_of({{{"hand", {other_way}}}, {{"hand", hand()}}});
    REQUIRE(swapped.size() == 1);
    CHECK(swapped[0].fault == PartFault::label);
    CHECK(swapped[0].point == 0U);
    CHECK(swapped[0].swapped == 1U);
    CHECK(swapped[0].confident);

    auto without = hand();
    without[1].seen = 0;
    const auto missed = suspects_of({{{"hand", {without}}}, {{"hand", hand()}}});
    REQUIRE(missed.size() == 1);
    CHECK(missed[0].fault == PartFault::missed);
    CHECK(missed[0].point == 1U);
    CHECK(missed[0].quality < 0.05);

    const auto spurious = suspects_of({{{"hand", {hand(0, 2)}}}, {{"hand", hand()}}});
    REQUIRE(spurious.size() == 1);
    CHECK(spurious[0].fault == PartFault::spurious);
    CHECK(spurious[0].point == 2U);
    CHECK(spurious[0].quality == Approx(3.0 / 83));
}

TEST_CASE("a thing that is missing is suspected as a whole", "[training][parts][keypoints]") {
    const auto missed = suspects_of({{}, {{"hand", hand()}}});
    REQUIRE(missed.size() == 1);
    CHECK(missed[0].fault == PartFault::missed);
    CHECK(missed[0].thing == "hand");
    CHECK_FALSE(missed[0].point);
    // Which of two is said nobody knows.
    CHECK(suspects_of({{{"hand", {hand(50), hand()}}}, {{"hand", hand()}}}).empty());
    // Nothing is said of such things.
    CHECK(suspects_of({{{"foot", {hand()}}, {"hand", {hand()}}}, {{"hand", hand()}}}).empty());
}

TEST_CASE("the likeliest wrong point of a picture comes first", "[training][parts][keypoints]") {
    auto both = hand(12);
    both[0].y += 30;
    const auto found = suspects_of({{{"hand", {both}}}, {{"hand", hand()}}});
    REQUIRE(found.size() == 2);
    CHECK(found[0].point == 0U);
    CHECK(found[1].point == 1U);
    CHECK(found[0].quality < found[1].quality);
}

TEST_CASE("points that are badly said judge no label", "[training][parts][keypoints]") {
    std::vector<JudgedPoints> all(20, {{{"hand", {hand()}}}, {{"hand", hand()}}});
    CHECK(point_suspects(all).size() == 20);
    for (auto& one : all)
        for (auto& point : one.said["hand"]) point.y += 90;
    CHECK_THROWS_AS(point_suspects(all), base::Error);
    CHECK_THROWS_AS(point_suspects({}), base::Error);
}

TEST_CASE("said points are kept as numbers", "[training][parts][keypoints]") {
    const std::vector<std::string> classes{"foot", "hand"};
    const std::vector<std::map<std::string, KeyPoints>> said{
        {{"hand", hand(3, 1)}}, {}, {{"foot", {{1, 2, 2}}}, {"hand", hand()}}};
    const auto numbers = numbers_of(said, classes);
    const auto again = points_of(numbers, 3, classes);
    CHECK(numbers_of(again, classes) == numbers);
    CHECK(again[1].empty());
    CHECK(again[0].at("hand")[1].x == 203);
    CHECK(again[2].at("hand")[2].seen == 0);
    CHECK_THROWS_AS(points_of(numbers, 2, classes), base::Error);
    CHECK_THROWS_AS(points_of(numbers, 3, {"foot"}), base::Error);
}
