// Agreement of a project in parts, for kinds that are more than a class, too.
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "labeling/agreement/split_agreement.hpp"
#include "labeling/tasks/task_type.hpp"

using namespace std::chrono_literals;
using labeling::AgreementSplit;
using labeling::Bucket;

namespace {

labeling::Question question_of(const std::string& kind, const std::vector<std::string>& classes) {
    labeling::Question question;
    question.kind = kind;
    for (const auto& name : classes) {
        labeling::LabelClass item;
        item.name = name;
        question.classes.push_back(item);
    }
    return question;
}

struct Stood {
    const char *key, *user, *value;
    std::chrono::seconds at{0};
};

std::vector<labeling::AgreementPart> parts_of(
    const labeling::Question& question,
    AgreementSplit split,
    const std::vector<Stood>& said,
    const std::string& metric,
    Bucket bucket = Bucket::day
) {
    labeling::SplitAgreement parts(question, split, bucket);
    auto start = std::chrono::system_clock::from_time_t(1'772'409'600);  // Monday, 2026-03-02
    for (const auto& one : said)
        parts.add(
            {.rk = 1,
             .submitted_at = start + one.at,
             .said = {.key = one.key, .user = one.user, .value = one.value}}
        );
    return parts.parts(metric, 50, {});
}

}  // namespace

TEST_CASE("each class of a set is a question of its own", "[labeling][agreement]") {
    auto question = question_of("multilabel", {"red", "round", "big"});
    auto parts = parts_of(
        question,
        AgreementSplit::class_,
        {{"r0", "ann", R"(["red","round"])"},
         {"r0", "bob", R"(["red"])"},
         {"r1", "ann", R"([])"},
         {"r1", "bob", R"(["round"])"},
         {"r2", "ann", R"(["red"])"},
         {"r2", "bob", R"(["red"])"},
         {"r3", "ann", R"(["round"])"}},
        "percent"
    );
    REQUIRE(parts.size() == 3);
    CHECK(parts[0].name == "red");
    CHECK(*parts[0].agreement.value == Approx(1));
    CHECK(parts[0].agreement.units == 3);
    CHECK(*parts[1].agreement.value == Approx(1.0 / 3));
    CHECK(*parts[1].agreement.low <= *parts[1].agreement.value);
    CHECK(*parts[1].agreement.high >= *parts[1].agreement.value);
    // Nobody ever said it: there is no chance to take off.
    auto alphas = parts_of(
        question,
        AgreementSplit::class_,
        {{"r0", "ann", R"(["red"])"}, {"r0", "bob", R"([])"}},
        "krippendorff-nominal"
    );
    CHECK_FALSE(alphas[2].agreement.value);
    CHECK(alphas[0].agreement.value);
}

TEST_CASE("the classes of a form stand with their question", "[labeling][agreement]") {
    auto form = question_of("form", {});
    auto& part = form.parts.emplace_back();
    part.name = "mood";
    part.question = question_of("classification", {"a", "b"});
    auto parts = parts_of(
        form,
        AgreementSplit::class_,
        {{"r0", "ann", R"({"mood":"a"})"}, {"r0", "bob", R"({"mood":"b"})"}},
        "percent"
    );
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].name == "mood: a");
    CHECK(*parts[0].agreement.value == 0);
}

TEST_CASE("a kind without classes has no agreement by class", "[labeling][agreement]") {
    CHECK_THROWS_AS(
        labeling::SplitAgreement(
            question_of("regression", {}), AgreementSplit::class_, Bucket::day
        ),
        base::UsageError
    );
}

TEST_CASE("two people are judged by the records that they share", "[labeling][agreement]") {
    auto parts = parts_of(
        question_of("classification", {"a", "b"}),
        AgreementSplit::pair,
        {{"r0", "bob", "\"a\""},
         {"r0", "ann", "\"a\""},
         {"r0", "ann", "\"b\""},  // the last one counts
         {"r1", "ann", "\"a\""},
         {"r1", "cem", "\"a\""},
         {"r2", "cem", "\"b\""}},
        "percent"
    );
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].name == "ann, bob");
    CHECK(*parts[0].agreement.value == 0);
    CHECK(parts[1].name == "ann, cem");
    CHECK(*parts[1].agreement.value == 1);
    CHECK(parts[1].agreement.units == 1);
    CHECK(parts[1].agreement.raters == 2);
}

TEST_CASE("a record belongs to when it was first answered", "[labeling][agreement]") {
    const std::vector<Stood> said{
        {"r0", "ann", "2", 1h},
        {"r0", "bob", "2", 30h},
        {"r1", "ann", "1", 25h},
        {"r1", "bob", "3", 26h},
        {"r2", "ann", "4", 24h * 7},
    };
    auto question = question_of("regression", {});
    auto days = parts_of(question, AgreementSplit::time, said, "percent");
    REQUIRE(days.size() == 3);
    CHECK(days[0].name == "2026-03-02");
    CHECK(*days[0].agreement.value == 1);
    CHECK(days[1].name == "2026-03-03");
    CHECK(*days[1].agreement.value == 0);
    CHECK_FALSE(days[2].agreement.value);  // one answer tells nothing
    CHECK(days[2].agreement.units == 0);
    CHECK(days[2].agreement.raters == 1);
    auto weeks = parts_of(question, AgreementSplit::time, said, "percent", Bucket::week);
    REQUIRE(weeks.size() == 2);
    CHECK(weeks[1].name == "2026-03-09");
    CHECK(*weeks[0].agreement.value == Approx(0.5));
    auto hours = parts_of(question, AgreementSplit::time, said, "percent", Bucket::hour);
    CHECK(hours.front().name == "2026-03-02T01:00Z");
}
