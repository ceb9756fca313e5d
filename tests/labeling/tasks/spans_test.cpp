// Spans of text: how they are read, compared, merged and written.
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "labeling/export/export_files.hpp"
#include "labeling/tasks/spans.hpp"
#include "labeling/tasks/task_type.hpp"
#include "tests/labeling/asked.hpp"

using labeling::TextSpan;

namespace {

labeling::Project project(bool overlapping = false) {
    labeling::Project made;
    made.name = "names";
    made.source = "s";
    made.question.kind = "spans";
    made.question.overlapping_spans = overlapping;
    made.question.classes = {{.id = 0, .name = "person"}, {.id = 1, .name = "place"}};
    return made;
}

std::string read(const std::string& value, const std::string& text, bool overlapping = false) {
    return labeling::task_type("spans").read(
        project(overlapping).question, value, test::Asked(text)
    );
}

std::string span(std::size_t start, std::size_t end, const std::string& label) {
    return "{\"start\":" + std::to_string(start) + ",\"end\":" + std::to_string(end) +
           ",\"label\":\"" + label + "\"}";
}

// Answers of people to records, as they are judged together.
struct Answers {
    explicit Answers(bool overlapping = false) : asked(project(overlapping).question) {
        set = labeling::task_type("spans").gather(asked);
    }
    void add(const std::string& key, const std::string& user, const std::string& spans) {
        set->add({.key = key, .user = user, .value = "[" + spans + "]"});
    }
    double f1(std::string_view metric) const { return set->agreement(metric, 0).value.value(); }

    labeling::Question asked;
    std::unique_ptr<labeling::AnswerSet> set;
};

std::string exported(std::string_view format, const labeling::ExportRow& row) {
    std::ostringstream out;
    labeling::OneFile file(out);
    auto asked = project();
    auto exporter = labeling::make_exporter(
        labeling::export_format(format),
        {.project = &asked, .shape = labeling::LabelShape::spans},
        file
    );
    exporter->write(row);
    exporter->finish();
    return std::move(out).str();
}

}  // namespace

TEST_CASE("offsets of spans count characters, not bytes", "[labeling][spans]") {
    std::string text = "Zoë in Köln";
    auto given = read("[" + span(0, 3, "person") + "," + span(7, 11, "place") + "]", text);
    CHECK(
        labeling::parse_spans(given) == std::vector<TextSpan>{{0, 3, "person"}, {7, 11, "place"}}
    );
    CHECK_THROWS_AS(read("[" + span(7, 12, "place") + "]", text), base::UsageError);
}

TEST_CASE("what is no list of spans of the text is refused with its reason", "[labeling][spans]") {
    std::string text = "Ada and Grace";
    for (std::string wrong :
         {"",
          "{}",
          "[1]",
          "[{\"start\":0,\"end\":3}]",
          "[{\"start\":-1,\"end\":3,\"label\":\"person\"}]",
          "[{\"start\":0,\"end\":3,\"label\":\"animal\"}]",
          "[{\"start\":3,\"end\":3,\"label\":\"person\"}]",
          "[{\"start\":0,\"end\":3,\"label\":\"person\",\"sure\":1}]"}) {
        INFO(wrong);
        CHECK_THROWS_AS(read(wrong, text), base::UsageError);
    }
    auto twice = "[" + span(0, 3, "person") + "," + span(0, 3, "person") + "]";
    CHECK_THROWS_AS(read(twice, text, true), base::UsageError);
    CHECK(read("[]", text) == "[]");
    CHECK_THROWS_WITH(
        read("[" + span(0, 1, "person") + "]", ""), Catch::Contains("the record: has no text")
    );
}

TEST_CASE("spans overlap only where the project lets them", "[labeling][spans]") {
    auto both = "[" + span(0, 9, "place") + "," + span(4, 9, "person") + "]";
    CHECK_THROWS_AS(read(both, "New Grace", false), base::UsageError);
    CHECK(labeling::parse_spans(read(both, "New Grace", true)).size() == 2);
    auto touching = "[" + span(0, 3, "place") + "," + span(3, 9, "person") + "]";
    CHECK_NOTHROW(read(touching, "New Grace", false));
}

TEST_CASE(
    "people who mark the same parts agree, and in part where they nearly do",
    "[labeling][spans]"
) {
    Answers same;
    same.add("r1", "ann", span(0, 3, "person"));
    same.add("r1", "bob", span(0, 3, "person"));
    CHECK(same.f1("span-f1") == 1);
    CHECK(same.f1("span-f1-partial") == 1);

    Answers near;
    near.add("r1", "ann", span(0, 4, "person"));
    near.add("r1", "bob", span(0, 6, "person"));
    CHECK(near.f1("span-f1") == 0);
    CHECK(near.f1("span-f1-partial") == Approx(0.8));  // 2 * 4 / (4 + 6)

    Answers otherwise;
    otherwise.add("r1", "ann", span(0, 4, "person"));
    otherwise.add("r1", "bob", span(0, 4, "place"));
    CHECK(otherwise.f1("span-f1-partial") == 0);
}

TEST_CASE("agreement is the mean over pairs, with an interval over records", "[labeling][spans]") {
    Answers answers;
    for (int i = 0; i < 20; ++i) {
        auto key = "r" + std::to_string(i);
        answers.add(key, "ann", span(0, 3, "person"));
        answers.add(key, "bob", i % 2 ? span(0, 3, "person") : span(1, 3, "person"));
        answers.add(key, "cy", span(5, 9, "place"));
    }
    auto found = answers.set->agreement("span-f1", 200);
    CHECK(found.units == 20);
    CHECK(found.raters == 3);
    CHECK(found.value.value() == Approx(0.5 / 3));  // of three pairs one is right half the time
    CHECK(found.low.value() < found.value.value());
    CHECK(found.high.value() > found.value.value());

    Answers alone;
    alone.add("r1", "ann", span(0, 3, "person"));
    CHECK_THROWS_AS(alone.set->agreement("span-f1", 0), base::Error);
}

TEST_CASE("a span is true when most of those who saw the record gave it", "[labeling][spans]") {
    Answers answers;
    answers.add("r1", "ann", span(0, 3, "person") + "," + span(7, 11, "place"));
    answers.add("r1", "bob", span(0, 3, "person"));
    answers.add("r1", "cy", span(0, 3, "person") + "," + span(8, 11, "place"));
    answers.add("r2", "ann", "");
    auto found = answers.set->infer({.method = labeling::Method::mv});
    REQUIRE(found.labels.size() == 2);
    CHECK(found.labels[0].key == "r1");
    CHECK(labeling::parse_spans(found.labels[0].value) == std::vector<TextSpan>{{0, 3, "person"}});
    CHECK(
        found.labels[0].probability == Approx(2.0 / 3)
    );  // the places are no spans by two of three
    CHECK(found.labels[1].value == "[]");
    CHECK(found.labels[1].probability == 1);
}

TEST_CASE("people who are mostly right outvote those who are not", "[labeling][spans]") {
    Answers answers;
    for (int i = 0; i < 40; ++i) {
        auto key = "r" + std::to_string(100 + i);
        auto right = span(0, 3, "person");
        answers.add(key, "good-1", right);
        answers.add(key, "good-2", right);
        // Two who mark at random, and sometimes the same.
        answers.add(key, "bad-1", span(static_cast<std::size_t>(4 + i % 3), 9, "place"));
        answers.add(key, "bad-2", span(static_cast<std::size_t>(4 + i % 2), 9, "place"));
    }
    auto found = answers.set->infer({.method = labeling::Method::ds});
    std::size_t right = 0;
    for (const auto& label : found.labels)
        right += label.value == "[" + span(0, 3, "person") + "]" ? 1 : 0;
    CHECK(right == 40);
    std::map<std::string, double> trust(found.worker_accuracy.begin(), found.worker_accuracy.end());
    CHECK(trust.at("good-1") > trust.at("bad-1"));
}

TEST_CASE("of true spans that must not overlap the surer ones stay", "[labeling][spans]") {
    auto give = [](Answers& answers) {
        answers.add("r1", "ann", span(0, 5, "person") + "," + span(5, 9, "place"));
        answers.add("r1", "bob", span(0, 5, "person") + "," + span(4, 9, "place"));
        answers.add("r1", "cy", span(0, 5, "person") + "," + span(4, 9, "place"));
    };
    Answers apart, over(true);
    give(apart);
    give(over);
    auto spans = [](const Answers& answers) {
        auto found = answers.set->infer({.method = labeling::Method::mv});
        return labeling::parse_spans(found.labels.at(0).value);
    };
    CHECK(spans(apart) == std::vector<TextSpan>{{0, 5, "person"}});
    CHECK(spans(over) == std::vector<TextSpan>{{0, 5, "person"}, {4, 9, "place"}});
}

TEST_CASE("spans are written as JSON lines and as tags of tokens", "[labeling][spans]") {
    labeling::ExportRow row;
    row.key = "r1";
    row.method = "mv";
    row.text = "Zoë Doe lives in\nKöln-Süd.";
    row.value = "[" + span(0, 7, "person") + "," + span(17, 21, "place") + "]";
    CHECK(
        exported("conll", row) ==
        "# key = "
        "r1\nZoë\tB-person\nDoe\tI-person\nlives\tO\nin\tO\nKöln\tB-place\n-\tO\nSüd\tO\n.\tO\n\n"
    );
    CHECK_THAT(
        exported("jsonl", row),
        Catch::Contains("\"key\":\"r1\"") &&
            Catch::Contains("\"spans\":[{\"start\":0,\"end\":7,\"label\":\"person\"}")
    );
    CHECK_THROWS_AS(exported("coco", row), base::UsageError);
    auto overlapping = project(true);
    CHECK_THROWS_AS(
        labeling::check_export(
            labeling::export_format("conll"),
            {.project = &overlapping, .shape = labeling::LabelShape::spans}
        ),
        base::UsageError
    );
}

TEST_CASE("a span that ends within a word is not widened when written", "[labeling][spans]") {
    labeling::ExportRow row;
    row.key = "r1";
    row.method = "mv";
    row.text = "Undoing  it";
    row.value = "[" + span(0, 2, "person") + "," + span(9, 11, "place") + "]";
    CHECK(exported("conll", row) == "# key = r1\nUn\tB-person\ndoing\tO\nit\tB-place\n\n");
}

namespace {

labeling::Project project_of_fields() {
    auto made = project();
    made.question.text_fields = {"title", "lead"};
    return made;
}

std::string in_field(const std::string& field, const std::string& span) {
    return span.substr(0, span.size() - 1) + ",\"field\":\"" + field + "\"}";
}

std::string read_fields(const std::string& spans, const std::string& payload) {
    return labeling::task_type("spans").read(
        project_of_fields().question, "[" + spans + "]", test::Asked("Zoë in Köln", payload)
    );
}

}  // namespace

TEST_CASE("spans of a field count the characters of its text", "[labeling][spans]") {
    const std::string payload = R"({"title":"Köln","lead":7})";
    auto given =
        read_fields(in_field("title", span(0, 4, "place")) + "," + span(0, 3, "person"), payload);
    CHECK(
        labeling::parse_spans(given) ==
        std::vector<TextSpan>{{0, 3, "person"}, {0, 4, "place", "title"}}
    );
    CHECK(given == "[" + span(0, 3, "person") + "," + in_field("title", span(0, 4, "place")) + "]");
    CHECK_THROWS_WITH(
        read_fields(in_field("title", span(0, 5, "place")), payload),
        Catch::Contains("field 'title'") && Catch::Contains("4 characters")
    );
    CHECK_THROWS_WITH(
        read_fields(in_field("lead", span(0, 1, "place")), payload),
        Catch::Contains("field 'lead': the record has no text in it")
    );
    CHECK_THROWS_WITH(
        read_fields(in_field("note", span(0, 1, "place")), payload),
        Catch::Contains("is not marked in this project")
    );
    CHECK_THROWS_AS(
        read("[" + in_field("title", span(0, 1, "place")) + "]", "Köln"), base::UsageError
    );
}

TEST_CASE("an answer that names no field is of the record's text, as it was", "[labeling][spans]") {
    auto before = read("[" + span(0, 3, "person") + "]", "Zoë");
    CHECK(before == "[" + span(0, 3, "person") + "]");
    CHECK(before.find("field") == std::string::npos);
    CHECK(labeling::parse_spans(before).front().field.empty());
}

TEST_CASE(
    "the same place in two fields is neither the same span nor an overlap",
    "[labeling][spans]"
) {
    auto both = span(0, 4, "place") + "," + in_field("title", span(0, 4, "place"));
    CHECK_NOTHROW(read_fields(both, R"({"title":"Köln"})"));

    Answers apart;
    apart.add("r1", "ann", span(0, 4, "place"));
    apart.add("r1", "bob", in_field("title", span(0, 4, "place")));
    CHECK(apart.f1("span-f1") == 0);
    CHECK(apart.f1("span-f1-partial") == 0);

    Answers same;
    for (const auto* user : {"ann", "bob", "cy"}) same.add("r1", user, both);
    CHECK(same.f1("span-f1") == 1);
    auto found = same.set->infer({.method = labeling::Method::mv});
    CHECK(
        labeling::parse_spans(found.labels.at(0).value) ==
        std::vector<TextSpan>{{0, 4, "place"}, {0, 4, "place", "title"}}
    );
}

TEST_CASE("a class that is renamed leaves spans in their fields", "[labeling][spans]") {
    auto renamed = labeling::task_type("spans").with_classes(
        project_of_fields().question,
        "[" + in_field("title", span(0, 4, "place")) + "]",
        [](std::string_view, const std::string&) { return std::optional<std::string>("town"); }
    );
    CHECK(renamed == "[" + in_field("title", span(0, 4, "town")) + "]");
}

TEST_CASE(
    "fields are exported where a format has them, and refused before it is written",
    "[labeling][spans]"
) {
    labeling::ExportRow row;
    row.key = "r1";
    row.method = "mv";
    row.text = "Zoë came";
    row.payload = R"({"title":"Köln"})";
    row.value = "[" + span(0, 3, "person") + "," + in_field("title", span(0, 4, "place")) + "]";
    auto asked = project_of_fields();
    auto written = [&](std::string_view format) {
        std::ostringstream out;
        labeling::OneFile file(out);
        auto exporter = labeling::make_exporter(
            labeling::export_format(format),
            {.project = &asked, .shape = labeling::LabelShape::spans, .in_fields = true},
            file
        );
        exporter->write(row);
        exporter->finish();
        return std::move(out).str();
    };
    CHECK_THAT(written("jsonl"), Catch::Contains("\"field\":\"title\""));
    CHECK_THAT(
        written("spacy"),
        Catch::Contains(R"({"text":"Zoë came","entities":[[0,3,"person"]],"meta":{"key":"r1")") &&
            Catch::Contains(
                R"({"text":"Köln","entities":[[0,4,"place"]],"meta":{"key":"r1","field":"title")"
            )
    );
    CHECK_THAT(written("label-studio"), Catch::Contains(R"("to_name":"title")"));
    for (const auto* format : {"conll", "doccano"})
        CHECK_THROWS_WITH(written(format), Catch::Contains("some spans are of other fields"));
}
