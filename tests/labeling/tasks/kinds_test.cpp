// What holds of every kind of question, and what each makes of answers.
#include "tests/labeling/tasks/kinds.hpp"

#include <map>
#include <set>

using Catch::Contains;
using labeling::Method;
using namespace kinds;

namespace {

// Two answers to the example of each kind, as people send them, that say different things.
const std::map<std::string, std::pair<std::string, std::string>> examples{
    {"classification", {R"("yes")", R"("no")"}},
    {"multilabel", {R"(["praise","urgent"])", R"(["complaint"])"}},
    {"hierarchical", {R"("cat")", R"("plant")"}},
    {"spans", {R"([{"start":0,"end":3,"label":"person"}])", "[]"}},
    {"relations",
     {R"({"spans":[{"start":0,"end":12,"label":"person"},{"start":25,"end":40,"label":"company"}],
          "relations":[{"from":0,"to":1,"label":"works for"}]})",
      R"({"spans":[]})"}},
    {"text", {R"("a short text")", R"("quite other words")"}},
    {"regression", {"4", "1"}},
    {"pairwise", {R"("answer_a")", R"("answer_b")"}},
    {"ranking", {R"(["answer_b","answer_a","answer_c"])", R"(["answer_c","answer_a","answer_b"])"}},
    {"rows", {R"(["header","item",null])", R"([null,null,"total"])"}},
    {"boxes",
     {R"([{"x":10,"y":10,"width":30,"height":20,"label":"cat"}])",
      R"([{"x":50,"y":50,"width":30,"height":20,"label":"dog"}])"}},
    {"polygons",
     {R"([{"points":[[10,10],[40,10],[40,40]],"label":"cat"}])",
      R"([{"points":[[50,50],[70,50],[70,70],[50,70]],"label":"dog"}])"}},
    {"keypoints",
     {R"([{"points":[[10,10,2],[20,30,1],[0,0,0]],"label":"person"}])",
      R"([{"points":[[60,60,2],[70,70,2],[65,75,2]],"label":"person"}])"}},
    {"segments",
     {R"([{"from":0.5,"to":2.25,"label":"speech"}])", R"([{"from":5,"to":6,"label":"music"}])"}},
    {"form", {R"({"spam":"yes","why":"it sells"})", R"({"spam":"no"})"}},
};

}  // namespace

TEST_CASE("every kind of question keeps what the interface promises", "[labeling][kinds]") {
    for (const auto* type : labeling::task_types()) {
        std::string kind(type->name());
        INFO(kind);
        CHECK(&labeling::task_type(kind) == type);
        CHECK_FALSE(type->meaning().empty());
        REQUIRE(examples.contains(kind));
        auto asked = question(kind);
        auto first = type->read(asked, examples.at(kind).first, record);
        auto second = type->read(asked, examples.at(kind).second, record);

        // What is stored is read again as itself, is its own like, and unlike the other.
        CHECK(type->read(asked, first, record) == first);
        CHECK(type->likeness(asked, first, first) == 1);
        CHECK(type->likeness(asked, first, second) < 1);
        CHECK(type->likeness(asked, first, second) == type->likeness(asked, second, first));
        auto stored = labeling::stored_answer(asked, first);
        CHECK(stored.class_id.has_value() != stored.value.has_value());
        auto same = [](std::string_view, const std::string& name) { return std::optional(name); };
        CHECK(type->with_classes(asked, first, same) == first);

        // A mistake is an answer too, and another one.
        base::Random random(7);
        bool differs = false;
        for (int i = 0; i < 5; ++i) {
            auto wrong = type->mistake(asked, first, random);
            CHECK_NOTHROW(type->read(asked, wrong, record));
            differs = differs || wrong != first;
        }
        CHECK(differs);

        // Who all say the same agree, and that is the truth.
        auto answers = type->gather(asked);
        for (std::string user : {"ann", "bob", "cy"}) {
            answers->add({.key = "r1", .user = user, .value = first});
            answers->add({.key = "r2", .user = user, .value = second});
        }
        CHECK(answers->size() == 6);
        CHECK(answers->records() == 2);
        CHECK(answers->people() == 3);
        for (auto method : type->methods()) {
            auto found = answers->infer({.method = method, .gold = {{"r1", first}, {"r2", first}}});
            REQUIRE(found.labels.size() == 2);
            std::map<std::string, std::string> labels;
            for (const auto& label : found.labels) {
                labels[label.key] = label.value;
                CHECK(label.probability > 0.5);
            }
            CHECK(labels["r1"] == first);
            CHECK(labels["r2"] == second);
            CHECK(found.judged == 2);
            CHECK(found.accuracy >= 0.5);
            CHECK(found.accuracy < 1);
        }
        auto metrics = type->metrics(asked);
        REQUIRE_FALSE(metrics.empty());
        CHECK(metrics.front().usual);
        CHECK(answers->agreement(metrics.front().name, 50).value.value() == Approx(1));

        // Nonsense is refused with a reason, whatever the kind.
        for (std::string nonsense : {"", "{", "nothing", "{\"a\":", "[[[[1]]]]", "{\"x\":1}"}) {
            INFO(nonsense);
            CHECK_THROWS_AS(type->read(asked, nonsense, record), base::UsageError);
        }
    }
}

TEST_CASE("a setting that does nothing for the kind is a fault", "[labeling][kinds]") {
    CHECK_THAT(
        failure("classification", "low = 1\n"),
        Contains("line 4") && Contains("does nothing for a classification question")
    );
    CHECK_THAT(
        failure("spans", "[[class]]\nname = \"a\"\nparent = \"b\"\n"),
        Contains("line 6") && Contains("does nothing for a spans question")
    );
    CHECK_THAT(failure("text", "[[question]]\nname = \"a\"\n"), Contains("say kind = \"form\""));
    CHECK_THAT(failure("form", "[[class]]\nname = \"a\"\n"), Contains("does nothing"));
    CHECK_THAT(failure("spans", "overlap = 2\n"), Contains("'class' is missing"));
}

TEST_CASE("names that look the same are the same class", "[labeling][kinds]") {
    auto asked = question("classification", "[[class]]\nname = \" caf\u0065\u0301 \"\n");
    CHECK(asked.classes.at(0).name == "caf\u00e9");
    CHECK_THAT(
        failure(
            "classification", "[[class]]\nname = \"caf\u00e9\"\n[[class]]\nname = \"cafe\u0301\"\n"
        ),
        Contains("appears twice")
    );
    CHECK_THAT(
        failure("classification", "[[class]]\nname = \"cat\"\n[[class]]\nname = \"cat \"\n"),
        Contains("appears twice")
    );
    CHECK(
        failure("classification", "[[class]]\nname = \"cat\"\n[[class]]\nname = \"Cat\"\n") ==
        "no error"
    );
    CHECK(
        labeling::task_type("classification").read(asked, "\"cafe\u0301\"", record) ==
        "\"caf\u00e9\""
    );
}

TEST_CASE("a hotkey may be of any alphabet, and serves one class", "[labeling][kinds]") {
    const std::string two =
        "[[class]]\nname = \"a\"\nhotkey = \"\u0436\"\n[[class]]\nname = \"b\"\n";
    CHECK(failure("classification", two + "hotkey = \"\u00e9\"\n") == "no error");
    CHECK_THAT(
        failure("classification", two + "hotkey = \"\u0416\"\n"), Contains("is taken by class 'a'")
    );
    CHECK_THAT(
        failure("classification", two + "hotkey = \"\u0436\u0436\"\n"),
        Contains("one visible character")
    );
    CHECK_THAT(
        failure("classification", two + "hotkey = \" \"\n"), Contains("one visible character")
    );
}

TEST_CASE("of several classes those are true that most gave", "[labeling][kinds]") {
    CHECK(read("multilabel", R"(["praise","urgent"])") == R"(["urgent","praise"])");
    CHECK_THROWS_WITH(read("multilabel", R"(["praise","praise"])"), Contains("twice"));
    CHECK_THROWS_WITH(read("multilabel", R"(["angry"])"), Contains("no such class"));
    auto asked = question("multilabel");
    const auto& type = labeling::task_type("multilabel");
    auto answers = type.gather(asked);
    answers->add({.key = "r", .user = "ann", .value = R"(["urgent","complaint"])"});
    answers->add({.key = "r", .user = "bob", .value = R"(["urgent"])"});
    answers->add({.key = "r", .user = "cy", .value = R"(["urgent","praise"])"});
    auto found = answers->infer({.method = labeling::Method::mv});
    CHECK(found.labels.at(0).value == R"(["urgent"])");
    CHECK(found.labels.at(0).probability == Approx(2.0 / 3));
    CHECK(type.likeness(asked, R"(["urgent","complaint"])", R"(["urgent"])") == 0.5);
    CHECK(type.answer_of_value(asked, "praise, urgent") == R"(["urgent","praise"])");
    CHECK(type.answer_of_value(asked, R"(["praise"])") == R"(["praise"])");
    CHECK_FALSE(type.answer_of_value(asked, "praise, anger"));
}

TEST_CASE("in a hierarchy near classes are more alike than far ones", "[labeling][kinds]") {
    auto asked = question("hierarchical");
    const auto& type = labeling::task_type("hierarchical");
    CHECK(type.likeness(asked, "\"cat\"", "\"dog\"") == 0.5);
    CHECK(type.likeness(asked, "\"cat\"", "\"animal\"") == Approx(2.0 / 3));
    CHECK(type.likeness(asked, "\"cat\"", "\"plant\"") == 0);
    CHECK_THAT(
        failure(
            "hierarchical",
            "[[class]]\nname = \"a\"\nparent = \"b\"\n[[class]]\nname = \"b\"\nparent = \"a\"\n"
        ),
        Contains("back to itself")
    );
    CHECK_THAT(
        failure("hierarchical", "[[class]]\nname = \"a\"\nparent = \"c\"\n"),
        Contains("is no class")
    );
}

TEST_CASE("a number lies on its scale", "[labeling][kinds]") {
    CHECK(read("regression", "4.0") == "4");
    CHECK_THROWS_WITH(read("regression", "6"), Contains("above 5"));
    CHECK_THROWS_WITH(read("regression", "0"), Contains("below 1"));
    CHECK_THROWS_WITH(read("regression", "2.5"), Contains("between two steps"));
    CHECK_THROWS_WITH(read("regression", "\"4\""), Contains("a number"));
    auto asked = question("regression");
    auto answers = labeling::task_type("regression").gather(asked);
    int value = 1;
    for (std::string user : {"ann", "bob", "cy"})
        answers->add({.key = "r", .user = user, .value = std::to_string(value++)});
    CHECK(answers->infer({.method = labeling::Method::mean}).labels.at(0).value == "2");
    CHECK(answers->infer({.method = labeling::Method::median}).labels.at(0).value == "2");
    // One standard error is 1 / sqrt(3), the step is 1.
    CHECK(
        answers->infer({.method = labeling::Method::mean}).labels.at(0).probability ==
        Approx(0.9167).margin(1e-3)
    );
}

TEST_CASE("what is merged is an answer of the truth's question", "[labeling][kinds]") {
    struct Case {
        std::string kind, toml;
        std::vector<std::string> answers;
    };
    const std::string classes =
        "[[class]]\nname = \"red\"\n[[class]]\nname = \"round\"\n[[class]]\nname = \"big\"\n";
    const std::vector<Case> cases{
        {"regression", "low = 1\nhigh = 5\nstep = 1\n", {"3", "4"}},
        {"multilabel",
         "at_least = 1\nat_most = 1\n" + classes,
         {R"(["red"])", R"(["round"])", R"(["big"])"}},
        {"boxes",
         "at_most = 1\nat_least = 1\n" + classes,
         {R"([{"x":0,"y":0,"width":9,"height":9,"label":"red"}])",
          R"([{"x":40,"y":0,"width":9,"height":9,"label":"round"}])",
          R"([{"x":0,"y":40,"width":9,"height":9,"label":"big"}])"}},
        {"form",
         "[[question]]\nname = \"how\"\nkind = \"regression\"\nstep = 1\n",
         {R"({"how":3})", R"({"how":4})"}},
    };
    for (const auto& each : cases) {
        INFO(each.kind);
        auto asked = question(each.kind, each.toml);
        const auto& type = labeling::task_type(each.kind);
        auto set = type.gather(asked);
        int n = 0;
        for (const auto& answer : each.answers)
            set->add(
                {.key = "r",
                 .user = "u" + std::to_string(++n),
                 .value = type.read(asked, answer, record)}
            );
        auto truth = set->infer({.method = type.methods().front()}).labels.at(0).value;
        CAPTURE(truth);
        CHECK_THROWS_AS(type.read(asked, truth, record), base::UsageError);
        CHECK(type.read(type.as_truth(asked), truth, record) == truth);
    }
    // What a truth is of stays: the scale, the classes; and what somebody wrote stays a text.
    auto scale = question("regression", "low = 1\nhigh = 5\nstep = 1\n");
    const auto& number = labeling::task_type("regression");
    CHECK_THROWS_AS(number.read(number.as_truth(scale), "5.5", record), base::UsageError);
    const auto& text = labeling::task_type("text");
    CHECK_THROWS_AS(
        text.read(text.as_truth(question("text", "at_most = 3\n")), R"("four")", record),
        base::UsageError
    );
}

TEST_CASE("the truth of a text is what is most like the others", "[labeling][kinds]") {
    auto asked = question("text");
    auto answers = labeling::task_type("text").gather(asked);
    answers->add({.key = "r", .user = "ann", .value = "\"the cat sat\""});
    answers->add({.key = "r", .user = "bob", .value = "\"The cat sat.\""});
    answers->add({.key = "r", .user = "cy", .value = "\"nonsense\""});
    auto found = answers->infer({.method = labeling::Method::mv});
    CHECK(found.labels.at(0).value != "\"nonsense\"");
    CHECK_THROWS_WITH(read("text", "\"  \""), Contains("empty"));
    CHECK_THROWS_WITH(read("text", "\"" + std::string(501, 'x') + "\""), Contains("at most 500"));
    CHECK_NOTHROW(read("text", "\"" + std::string(500, 'x') + "\""));
}

TEST_CASE("a ranking has each candidate once, and the best order wins", "[labeling][kinds]") {
    CHECK_THROWS_AS(read("ranking", R"(["answer_a","answer_b"])"), base::UsageError);
    CHECK_THROWS_AS(read("ranking", R"(["answer_a","answer_a","answer_b"])"), base::UsageError);
    CHECK_THROWS_WITH(
        read("ranking", R"([["answer_a","answer_b"],"answer_c"])"), Contains("level")
    );
    auto asked = question("ranking");
    const auto& type = labeling::task_type("ranking");
    auto answers = type.gather(asked);
    // Nobody gave the order that has most pairs in common with all of them: a, b, c.
    answers->add({.key = "r", .user = "ann", .value = R"(["answer_b","answer_a","answer_c"])"});
    answers->add({.key = "r", .user = "bob", .value = R"(["answer_a","answer_c","answer_b"])"});
    answers->add({.key = "r", .user = "cy", .value = R"(["answer_a","answer_c","answer_b"])"});
    answers->add({.key = "r", .user = "dan", .value = R"(["answer_b","answer_a","answer_c"])"});
    answers->add({.key = "r", .user = "eve", .value = R"(["answer_a","answer_b","answer_c"])"});
    CHECK(
        answers->infer({.method = labeling::Method::mv}).labels.at(0).value ==
        R"(["answer_a","answer_b","answer_c"])"
    );
    CHECK(
        type.likeness(
            asked, R"(["answer_a","answer_b","answer_c"])", R"(["answer_c","answer_b","answer_a"])"
        ) == 0
    );
}

TEST_CASE("candidates are fields of the record", "[labeling][kinds]") {
    auto asked = question("pairwise", "candidates = [\"left\", \"right\"]\n");
    CHECK_THROWS_WITH(
        labeling::task_type("pairwise").read(asked, "\"left\"", record), Contains("no field 'left'")
    );
    CHECK_THROWS_WITH(
        labeling::task_type("pairwise")
            .read(asked, "\"tie\"", test::Asked("", R"({"left":1,"right":2})")),
        Contains("none of the question's")
    );
    CHECK_THAT(failure("pairwise", "candidates = [\"a\"]\n"), Contains("has 1 fields"));
}

TEST_CASE("each row of a table is judged by itself", "[labeling][kinds]") {
    CHECK_THROWS_WITH(read("rows", R"(["item"])"), Contains("has 1 rows, the table has 3"));
    auto asked = question("rows");
    auto answers = labeling::task_type("rows").gather(asked);
    answers->add({.key = "r", .user = "ann", .value = R"(["header","item","item"])"});
    answers->add({.key = "r", .user = "bob", .value = R"(["header",null,"total"])"});
    answers->add({.key = "r", .user = "cy", .value = R"([null,"item","total"])"});
    auto found = answers->infer({.method = labeling::Method::mv});
    CHECK(found.labels.at(0).value == R"(["header","item","total"])");
    CHECK(found.labels.at(0).probability == Approx(2.0 / 3));
}

TEST_CASE("relations join spans of the classes that they are for", "[labeling][kinds]") {
    const std::string ends =
        R"({"spans":[{"start":25,"end":40,"label":"company"},{"start":0,"end":12,"label":"person"}],)";
    CHECK(
        read("relations", ends + R"("relations":[{"from":1,"to":0,"label":"works for"}]})") ==
        R"({"spans":[{"start":0,"end":12,"label":"person"},{"start":25,"end":40,"label":"company"}],)"
        R"("relations":[{"from":0,"to":1,"label":"works for"}]})"
    );
    CHECK_THROWS_WITH(
        read("relations", ends + R"("relations":[{"from":0,"to":1,"label":"works for"}]})"),
        Contains("from company to person")
    );
    CHECK_THROWS_WITH(
        read("relations", ends + R"("relations":[{"from":0,"to":2,"label":"works for"}]})"),
        Contains("is no span")
    );
    CHECK_THROWS_WITH(
        read("relations", ends + R"("relations":[{"from":1,"to":0,"label":"owns"}]})"),
        Contains("no such kind")
    );
}

TEST_CASE("a form asks what earlier answers call for", "[labeling][kinds]") {
    CHECK_THROWS_WITH(read("form", R"({"spam":"yes"})"), Contains("does not answer 'why'"));
    CHECK_THROWS_WITH(read("form", R"({"spam":"no","why":"x"})"), Contains("is not asked"));
    CHECK_THROWS_WITH(read("form", R"({"spam":"maybe"})"), Contains("question 'spam'"));
    CHECK_THROWS_WITH(read("form", R"({"spam":"no","when":1})"), Contains("answers 'when'"));
    auto asked = question("form");
    CHECK(asked.parts.at(0).question.classes.at(1).id == 1);
    auto answers = labeling::task_type("form").gather(asked);
    answers->add({.key = "r", .user = "ann", .value = R"({"spam":"yes","why":"it sells"})"});
    answers->add({.key = "r", .user = "bob", .value = R"({"spam":"no"})"});
    answers->add({.key = "r", .user = "cy", .value = R"({"spam":"no"})"});
    CHECK(
        answers->infer({.method = labeling::Method::mv}).labels.at(0).value == R"({"spam":"no"})"
    );
    CHECK_THAT(
        failure(
            "form",
            "[[question]]\nname = \"a\"\nkind = \"text\"\nwhen = { question = \"b\", is = \"x\" }\n"
        ),
        Contains("no earlier question")
    );
    CHECK_THAT(failure("form", "[[question]]\nname = \"a\"\nkind = \"form\"\n"), Contains("form"));
    CHECK_THROWS_AS(labeling::task_type("guess"), std::logic_error);
}
