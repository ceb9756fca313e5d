// Boxes that people may have set wrongly, from what a model found.
#include "training/analysis/parts/mark_errors.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"

using namespace training;

namespace {

MarkedBox box(double x, std::size_t label = 0, double score = 1) {
    return {label, {x, 0.1, 0.1, 0.1}, score};
}

// Pictures whose boxes are marked as they are found, at several scores, beside low ones of nothing.
std::vector<JudgedBoxes> usual() {
    std::vector<JudgedBoxes> out;
    for (int i = 0; i < 40; ++i) {
        const double score = 0.5 + 0.01 * i;
        out.push_back(
            {{box(0.1), box(0.5, 1)},
             {box(0.11, 0, score), box(0.5, 1, score), box(0.8, 0, 0.1 + 0.001 * i)}}
        );
    }
    return out;
}

// What is said of one more picture.
std::vector<MarkSuspect> suspects_of(const JudgedBoxes& one) {
    auto all = usual();
    all.push_back(one);
    auto found = mark_suspects(all);
    for (std::size_t i = 0; i < 40; ++i) CHECK(found[i].empty());
    for (const auto& each : found.back()) {
        CHECK(each.quality >= 0);
        CHECK(each.quality < 0.5);
    }
    return found.back();
}

}  // namespace

TEST_CASE("each fault of a mark is told by what is found there", "[training][parts]") {
    CHECK(suspects_of({{box(0.1)}, {box(0.12, 0, 0.8)}}).empty());

    const auto missed = suspects_of({{}, {box(0.1, 0, 0.8)}});
    REQUIRE(missed.size() == 1);
    CHECK(missed[0].fault == PartFault::missed);
    CHECK_FALSE(missed[0].truth);
    CHECK(missed[0].said == 0U);
    CHECK(suspects_of({{}, {box(0.1, 0, 0.12)}}).empty());  // such a score is seldom a mark

    const auto spurious = suspects_of({{box(0.1), box(0.7)}, {box(0.1, 0, 0.8)}});
    REQUIRE(spurious.size() == 1);
    CHECK(spurious[0].fault == PartFault::spurious);
    CHECK(spurious[0].truth == 1U);
    CHECK_FALSE(spurious[0].said);

    const auto swapped = suspects_of({{box(0.1, 1)}, {box(0.1, 0, 0.8)}});
    REQUIRE(swapped.size() == 1);
    CHECK(swapped[0].fault == PartFault::label);
    CHECK(swapped[0].truth == 0U);
    CHECK(swapped[0].said == 0U);
    // Less so where it is found as marked too.
    CHECK(suspects_of({{box(0.1, 1)}, {box(0.1, 0, 0.8), box(0.1, 1, 0.8)}}).empty());

    const auto badly = suspects_of({{box(0.1)}, {box(0.18, 0, 0.85)}});  // they overlap by a ninth
    REQUIRE(badly.size() == 1);
    CHECK(badly[0].fault == PartFault::boundary);
    CHECK(badly[0].truth == 0U);
    CHECK(badly[0].said == 0U);
}

TEST_CASE("the likeliest wrong mark of a picture comes first", "[training][parts]") {
    auto all = usual();
    // Every fifth found box of a middling score is no mark, so that such a one is less sure.
    for (int i = 0; i < 40; ++i) {
        all.push_back({{}, {box(0.3, 0, 0.40 + 0.0001 * i)}});
        if (i % 5 != 0) all.back().truth.push_back(box(0.3));
    }
    all.push_back({{box(0.1)}, {box(0.1, 0, 0.9), box(0.3, 0, 0.401), box(0.6, 1, 0.8)}});
    const auto last = mark_suspects(all).back();
    REQUIRE(last.size() == 2);
    CHECK(last[0].said == 2U);
    CHECK(last[0].confident);
    CHECK(last[1].said == 1U);
    CHECK(last[1].quality == Approx(0.2).margin(0.1));
    CHECK_FALSE(last[1].confident);
}

TEST_CASE("found boxes are kept as numbers", "[training][parts]") {
    const std::vector<std::vector<MarkedBox>> found{{box(0.1, 1, 0.3), box(0.2)}, {}, {box(0.4)}};
    const auto numbers = numbers_of(found);
    const auto again = boxes_of(numbers, 3, 2);
    CHECK(numbers_of(again) == numbers);
    CHECK(again[1].empty());
    CHECK(again[0][0].score == 0.3);
    CHECK_THROWS_AS(boxes_of(numbers, 2, 2), base::Error);
    CHECK_THROWS_AS(boxes_of(numbers, 3, 1), base::Error);
}
