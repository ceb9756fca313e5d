// Ranges of time in a sound or a film.
#include "tests/labeling/tasks/kinds.hpp"

using Catch::Contains;
using namespace kinds;

namespace {

const std::string two = "[[class]]\nname = \"speech\"\n[[class]]\nname = \"music\"\n";

std::string
range(double from, double to, const std::string& label = "speech", const std::string& text = "") {
    return "{\"from\":" + std::to_string(from) + ",\"to\":" + std::to_string(to) + ",\"label\":\"" +
           label + "\"" + (text.empty() ? "" : ",\"text\":\"" + text + "\"") + "}";
}

const auto& segments = labeling::task_type("segments");

}  // namespace

TEST_CASE("ranges of time are kept to the millisecond, in order", "[labeling][segments]") {
    CHECK(
        read("segments", "[" + range(2.25, 4, "music") + "," + range(0.50049, 2.25) + "]") ==
        R"([{"from":5E-1,"to":2.25E0,"label":"speech"},{"from":2.25E0,"to":4E0,"label":"music"}])"
    );
    CHECK(read("segments", "[]") == "[]");
}

TEST_CASE("a range lies in the record and has a length", "[labeling][segments]") {
    CHECK_THROWS_WITH(
        read("segments", "[" + range(5, 11) + "]"), Contains("the record ends at 10")
    );
    CHECK_THROWS_WITH(read("segments", "[" + range(-1, 1) + "]"), Contains("before 0"));
    CHECK_THROWS_WITH(read("segments", "[" + range(2, 2) + "]"), Contains("ends where it begins"));
    CHECK_THROWS_WITH(
        read("segments", R"([{"from":1,"label":"speech"}])"), Contains("number of seconds")
    );
    CHECK_THROWS_WITH(
        read("segments", "[" + range(1, 2, "noise") + "]"), Contains("no such class")
    );
    CHECK_THROWS_WITH(
        segments.read(question("segments"), "[" + range(1, 2) + "]", test::Asked("a text")),
        Contains("no sound and no film")
    );
    for (auto far : {"1e306", "1e300", "4e8"})
        CHECK_THROWS_WITH(
            segments.read(
                question("segments"),
                std::string(R"([{"from":1,"label":"speech","to":)") + far + "}]",
                test::Asked("", "{}", std::nullopt, labeling::AskedRecord::Recording{})
            ),
            Contains("ten years")
        );
    // Of one whose length is not known any place may be.
    test::Asked endless("", "{}", std::nullopt, labeling::AskedRecord::Recording{});
    CHECK_NOTHROW(segments.read(question("segments"), "[" + range(1000, 2000) + "]", endless));
}

TEST_CASE("ranges overlap only where the project says so", "[labeling][segments]") {
    auto both = "[" + range(1, 3) + "," + range(2, 4, "music") + "]";
    CHECK_THROWS_WITH(read("segments", both), Contains("overlap at 2 s"));
    CHECK_NOTHROW(
        segments.read(question("segments", "overlapping_spans = true\n" + two), both, record)
    );
    CHECK_NOTHROW(read("segments", "[" + range(1, 3) + "," + range(3, 4, "music") + "]"));
}

TEST_CASE("a range carries a text where that is asked for", "[labeling][segments]") {
    auto said = "[" + range(1, 3, "speech", "hello there") + "]";
    CHECK_THROWS_WITH(read("segments", said), Contains("not asked for"));
    auto asked = question("segments", "transcribe = true\n" + two);
    auto stored = segments.read(asked, said, record);
    CHECK_THAT(stored, Contains("hello there"));
    CHECK(segments.likeness(asked, stored, stored) == 1);
    auto other = segments.read(asked, "[" + range(1, 3, "speech", "hello where") + "]", record);
    CHECK(segments.likeness(asked, stored, other) < 1);
    CHECK(segments.likeness(asked, stored, other) > 0.7);
    CHECK_THAT(failure("spans", "transcribe = true\n" + two), Contains("does nothing for a spans"));
}

TEST_CASE("ranges are alike by the time they have in common", "[labeling][segments]") {
    auto asked = question("segments");
    CHECK(
        segments.likeness(asked, "[" + range(0, 2) + "]", "[" + range(1, 3) + "]") ==
        Approx(1.0 / 3)
    );
    CHECK(segments.likeness(asked, "[" + range(0, 2) + "]", "[" + range(0, 2, "music") + "]") == 0);
    CHECK(
        segments.likeness(
            asked, "[" + range(0, 2) + "," + range(3, 4) + "]", "[" + range(0, 2) + "]"
        ) == Approx(2.0 / 3)
    );
}

TEST_CASE(
    "the truth of ranges lies in the middle of what most people marked",
    "[labeling][segments]"
) {
    auto asked = question("segments", "transcribe = true\n" + two);
    auto answers = segments.gather(asked);
    answers->add(
        {.key = "r",
         .user = "ann",
         .value = "[" + range(1, 3, "speech", "hi") + "," + range(8, 9, "music") + "]"}
    );
    answers->add({.key = "r", .user = "bob", .value = "[" + range(1.2, 3, "speech", "hi") + "]"});
    answers->add({.key = "r", .user = "cy", .value = "[" + range(1.1, 3.3, "speech", "high") + "]"}
    );
    auto found = answers->infer({.method = labeling::Method::mv}).labels.at(0);
    CHECK(found.value == R"([{"from":1.1E0,"to":3.1E0,"text":"hi","label":"speech"}])");
}

TEST_CASE("ranges of the truth do not meet where people's may not", "[labeling][segments]") {
    auto truth = [](const std::string& settings) {
        auto asked = question("segments", settings + two);
        auto answers = segments.gather(asked);
        answers->add(
            {.key = "r",
             .user = "ann",
             .value = "[" + range(0, 2) + "," + range(2, 6, "music") + "]"}
        );
        answers->add({.key = "r", .user = "bob", .value = "[" + range(0, 3) + "]"});
        answers->add(
            {.key = "r",
             .user = "cy",
             .value = "[" + range(0, 2.2) + "," + range(2.2, 6, "music") + "]"}
        );
        return answers->infer({.method = labeling::Method::mv}).labels.at(0).value;
    };
    CHECK(
        truth("") ==
        R"([{"from":0E0,"to":2.4E0,"label":"speech"},{"from":2.4E0,"to":6E0,"label":"music"}])"
    );
    CHECK_THAT(truth("overlapping_spans = true\n"), Contains(R"("from":2.1E0)"));
}
