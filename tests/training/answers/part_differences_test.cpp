// What two answers differ in, part by part, counted by hand for each kind of question.
#include "training/parts/part_differences.hpp"

#include <catch2/catch.hpp>

using training::AskedQuestion;
using training::Compared;
using training::part_kind;
using training::PartFault;

namespace {

AskedQuestion asked(const std::string& kind) {
    AskedQuestion out;
    out.kind = kind;
    out.classes = {"cat", "dog"};
    out.candidates = {"a", "b", "c"};
    return out;
}

training::PartsCompared
compared(const AskedQuestion& question, const std::string& said, const std::string& truth) {
    const auto* kind = part_kind(question);
    REQUIRE(kind);
    return kind->compare(question, said, truth);
}

void check_score(const schema::Overlap& score, double common, double said, double truth) {
    CHECK(score.common == Approx(common));
    CHECK(score.first == said);
    CHECK(score.second == truth);
}

// One difference of this fault and these classes.
bool has(const training::PartsCompared& in, PartFault fault, const char* truth, const char* said) {
    return std::any_of(in.differences.begin(), in.differences.end(), [&](const auto& one) {
        return one.fault == fault && one.truth == truth && one.said == said;
    });
}

}  // namespace

TEST_CASE("sets and spans differ by what one alone has", "[training][parts]") {
    const auto sets = compared(asked("multilabel"), R"(["cat"])", R"(["dog","cat"])");
    check_score(sets.score, 1, 1, 2);
    REQUIRE(sets.differences.size() == 1);
    CHECK(has(sets, PartFault::missed, "dog", ""));
    check_score(compared(asked("multilabel"), "[]", "[]").score, 0, 0, 0);

    const auto spans = compared(
        asked("spans"),
        R"([{"start":0,"end":3,"label":"cat"},{"start":9,"end":12,"label":"dog"}])",
        R"([{"start":0,"end":3,"label":"dog"}])"
    );
    check_score(spans.score, 0, 2, 1);
    CHECK(has(spans, PartFault::label, "dog", "cat"));
    CHECK(has(spans, PartFault::spurious, "", "dog"));
}

TEST_CASE("orders differ by their pairs", "[training][parts]") {
    const auto ranking = compared(asked("ranking"), R"(["b","a","c"])", R"(["a","b","c"])");
    check_score(ranking.score, 2.0 / 3, 1, 1);
    REQUIRE(ranking.differences.size() == 1);
    CHECK(has(ranking, PartFault::label, "a", "b"));
    CHECK(ranking.truth == std::vector<std::string>{"a", "a", "b"});
    // Of level ones nothing can be said to be right.
    check_score(
        compared(asked("ranking"), R"(["a","b","c"])", R"([["a","b","c"]])").score, 0, 0, 0
    );

    auto two = asked("pairwise");
    two.candidates = {"a", "b"};
    check_score(compared(two, R"("tie")", R"("a")").score, 0.5, 1, 1);
    CHECK(has(compared(two, R"("tie")", R"("a")"), PartFault::missed, "a", ""));
    check_score(compared(two, R"("a")", R"("tie")").score, 0, 0, 0);
    CHECK_THROWS(compared(two, R"("a")", R"("z")"));
}

TEST_CASE("rows differ one by one", "[training][parts]") {
    const auto rows = compared(asked("rows"), R"(["cat",null,"cat"])", R"(["cat","dog",null])");
    check_score(rows.score, 1, 3, 3);
    CHECK(has(rows, PartFault::label, "dog", "(none)"));
    CHECK(has(rows, PartFault::label, "(none)", "cat"));
    check_score(compared(asked("rows"), R"(["cat"])", R"(["cat","dog"])").score, 0, 0, 0);
}

TEST_CASE("relations are right with both their spans", "[training][parts]") {
    const std::string spans =
        R"({"spans":[{"start":0,"end":3,"label":"cat"},{"start":5,"end":8,"label":"dog"}],)";
    const auto right = spans + R"("relations":[{"from":0,"to":1,"label":"sees"}]})";
    check_score(compared(asked("relations"), right, right).score, 1, 1, 1);
    CHECK(compared(asked("relations"), right, right).differences.empty());
    const auto other = compared(
        asked("relations"), spans + R"("relations":[{"from":0,"to":1,"label":"eats"}]})", right
    );
    check_score(other.score, 0, 1, 1);
    CHECK(has(other, PartFault::label, "sees", "eats"));
    const auto turned = compared(
        asked("relations"), spans + R"("relations":[{"from":1,"to":0,"label":"sees"}]})", right
    );
    CHECK(has(turned, PartFault::missed, "sees", ""));
    CHECK(has(turned, PartFault::spurious, "", "sees"));
}

TEST_CASE("boxes differ by class, by place, or altogether", "[training][parts]") {
    const auto box = [](int x, int size, const char* label) {
        return R"({"x":)" + std::to_string(x) + R"(,"y":0,"width":)" + std::to_string(size) +
               R"(,"height":10,"label":")" + label + "\"}";
    };
    const auto found = compared(
        asked("boxes"),
        "[" + box(0, 10, "cat") + "," + box(100, 10, "dog") + "," + box(207, 10, "cat") + "," +
            box(400, 10, "cat") + "]",
        "[" + box(1, 10, "cat") + "," + box(100, 10, "cat") + "," + box(200, 10, "cat") + "," +
            box(300, 10, "dog") + "]"
    );
    check_score(found.score, 1, 4, 4);
    REQUIRE(found.differences.size() == 4);
    CHECK(has(found, PartFault::label, "cat", "dog"));
    CHECK(has(found, PartFault::boundary, "cat", "cat"));
    CHECK(has(found, PartFault::missed, "dog", ""));
    CHECK(has(found, PartFault::spurious, "", "cat"));
    // An outline is compared as the box around it.
    const std::string outline = R"([{"points":[[0,0],[10,0],[10,10]],"label":"cat"}])";
    check_score(compared(asked("polygons"), outline, outline).score, 1, 1, 1);
}

TEST_CASE("things of keypoints are as right as they are alike", "[training][parts]") {
    const std::string truth = R"([{"points":[[0,0,2],[100,100,2]],"label":"cat"}])";
    check_score(compared(asked("keypoints"), truth, truth).score, 1, 1, 1);
    const auto far =
        compared(asked("keypoints"), R"([{"points":[[0,0,2],[0,0,2]],"label":"cat"}])", truth);
    CHECK(far.score.common == Approx(0.5).margin(0.01));
    CHECK(has(compared(asked("keypoints"), "[]", truth), PartFault::missed, "cat", ""));
    CHECK(has(compared(asked("keypoints"), truth, "[]"), PartFault::spurious, "", "cat"));
}

TEST_CASE("labels without parts are compared otherwise", "[training][parts]") {
    CHECK_FALSE(part_kind(asked("classification")));
    CHECK_FALSE(part_kind(asked("")));
    CHECK(part_kind(asked("boxes"))->measure == Compared::box_f1);
}

TEST_CASE("models of parts are told apart on the same resamples", "[training][parts]") {
    std::vector<training::SaidOfRows> models(2);
    for (int i = 0; i < 200; ++i) {
        models[0].parts.push_back({i % 4 == 0 ? 1.0 : 2.0, 2, 2});
        models[1].parts.push_back({i % 2 == 0 ? 1.0 : 2.0, 2, 2});
    }
    const auto found = training::compare(models, {}, 1, 1, {}, Compared::span_f1);
    REQUIRE(found.size() == 1);
    CHECK(found[0].by == Compared::span_f1);
    CHECK(found[0].difference.value == Approx(-0.125));
    CHECK(found[0].difference.interval.high < 0);
    CHECK(found[0].p_value < 0.001);
    models[1].parts.pop_back();
    CHECK_THROWS(training::compare(models, {}));
}
