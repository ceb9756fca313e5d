#include "labeling/quality/accuracy.hpp"

#include <catch2/catch.hpp>

#include <set>

#include "labeling/quality/gold_store.hpp"

TEST_CASE("gold falls at its share, without a rhythm, for each person otherwise", "[labeling]") {
    for (double share : {0.0, 0.05, 0.3}) {
        int gold = 0;
        for (int i = 0; i < 20'000; ++i) gold += labeling::gold_turn(1, 7, i, share) ? 1 : 0;
        CHECK(gold / 20'000.0 == Approx(share).margin(0.01));
    }
    std::set<int> gaps;
    int last = 0, both = 0, mine = 0;
    for (int i = 0; i < 2'000; ++i) {
        if (!labeling::gold_turn(1, 7, i, 0.1)) continue;
        gaps.insert(i - last);
        last = i;
        ++mine;
        both += labeling::gold_turn(1, 8, i, 0.1) ? 1 : 0;
    }
    CHECK(gaps.size() > 15);
    CHECK(both < mine / 3);
    CHECK(labeling::gold_turn(1, 7, 3, 0.5) == labeling::gold_turn(1, 7, 3, 0.5));
}

TEST_CASE("Fisher's exact test equals its published values", "[labeling]") {
    // Fisher's tea: 3 of 4 right, one-sided 17/70 from the other side.
    CHECK(labeling::fisher_less(1, 3, 3, 1) == Approx(17.0 / 70));
    CHECK(labeling::fisher_less(0, 4, 4, 0) == Approx(1.0 / 70));
    CHECK(labeling::fisher_less(4, 0, 0, 4) == Approx(1.0));
}

TEST_CASE("somebody who errs more lately is told from one who always erred", "[labeling]") {
    std::vector<double> worse(40, 1.0), always;
    for (std::size_t i = 30; i < 36; ++i) worse[i] = 0;
    for (int i = 0; i < 40; ++i) always.push_back(i % 2);
    auto drifted = labeling::gold_accuracy(worse);
    CHECK(drifted.drift_p.value() < 0.001);
    CHECK(drifted.before == 1.0);
    CHECK(drifted.recent == 0.4);
    CHECK(labeling::gold_accuracy(always).drift_p.value() > 0.3);
    CHECK_FALSE(labeling::gold_accuracy(std::vector<double>(19, 1.0)).drift_p);
}

TEST_CASE("an answer that is right in part is not right, and its likeness is kept", "[labeling]") {
    auto found = labeling::gold_accuracy(std::vector<double>{1, 0.5});
    CHECK(found.right == 0.5);
    CHECK(found.likeness == 0.75);
}
