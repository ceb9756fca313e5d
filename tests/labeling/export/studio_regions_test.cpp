// Results of Label Studio that are of regions: ranges of time, what is said in them, shapes.
#include "tests/labeling/export/format_files.hpp"

using Catch::Contains;
using namespace format_files;
namespace json = boost::json;

namespace {

const std::string speech = "[[class]]\nname = \"speech\"\n";
const std::string transcribed = "transcribe = true\n" + speech;

// What is imported of a task whose annotation has these results.
std::string answer_of(const labeling::Project& project, const std::string& results) {
    Folder folder;
    auto path = folder.write(
        "tasks.json",
        R"([{"id":1,"data":{"key":"k","audio":"a.wav"},"annotations":[{"id":1,"result":[)" +
            results + "]}]}]"
    );
    return imported(path, project.question).at("k");
}

std::string result(
    const std::string& id,
    const std::string& from,
    const std::string& type,
    const std::string& value
) {
    return R"({"id":")" + id + R"(","from_name":")" + from + R"(","type":")" + type +
           R"(","value":{)" + value + "}}";
}

const std::string range =
    result("r", "label", "labels", R"("start":1,"end":2,"labels":["speech"])");
const std::string said =
    result("r", "transcription", "textarea", R"("start":1,"end":2,"text":["one","two"])");

labeling::Project form(const std::string& parts) {
    return project_of("form", parts);
}

}  // namespace

TEST_CASE("ranges in frames are no empty truth", "[labeling][formats]") {
    auto found = answer_of(
        project_of("segments", speech),
        result(
            "r",
            "l",
            "timelinelabels",
            R"("ranges":[{"start":1,"end":9}],"timelinelabels":["speech"])"
        )
    );
    CHECK_THAT(found, Contains("ranges in frames"));
}

TEST_CASE("results of another type than is asked for are no empty truth", "[labeling][formats]") {
    auto other = result("r", "l", "choices", R"("choices":["speech"])");
    for (auto kind : {"segments", "spans", "boxes", "polygons", "keypoints", "relations"}) {
        INFO(kind);
        auto project = project_of(kind);
        CHECK_THAT(answer_of(project, other), Contains("no result that answers"));
        CHECK_THAT(answer_of(project, ""), !Contains("no result that answers"));
    }
}

TEST_CASE("what is said in a range is told by its id, line by line", "[labeling][formats]") {
    CHECK_THAT(
        answer_of(project_of("segments", transcribed), range + "," + said),
        Contains(R"("text":"one\ntwo")")
    );
    CHECK_THAT(
        answer_of(project_of("segments", speech), range + "," + said),
        Contains("speech") && !Contains("two")
    );
    // One without an id is of no range, not of those without.
    const std::string bare = R"({"type":"labels","value":{"start":1,"end":2,"labels":["speech"]}},)"
                             R"({"type":"textarea","value":{"text":["two"]}})";
    CHECK_THAT(
        answer_of(project_of("segments", transcribed), bare), Contains("speech") && !Contains("two")
    );
}

TEST_CASE(
    "a part of a form has its own results and the texts of its ranges",
    "[labeling][formats]"
) {
    auto asked = form(
        "[[question]]\nname = \"label\"\nkind = \"segments\"\ntranscribe = true\n"
        "[[question.class]]\nname = \"speech\"\n"
        "[[question]]\nname = \"label_text\"\nkind = \"text\"\nrequired = false\n"
    );
    auto found = answer_of(asked, range + "," + said);
    CHECK_THAT(found, Contains(R"("text":"one\ntwo")") && !Contains("label_text"));
    // By the name that our own export gives to transcripts, which a question has here.
    auto own = result("r", "label_text", "textarea", R"("start":1,"end":2,"text":["one"])");
    found = answer_of(asked, range + "," + own);
    CHECK_THAT(found, Contains(R"("text":"one")") && !Contains("label_text"));
    auto both =
        own + "," + range + "," + result("w", "label_text", "textarea", R"("text":["all"])");
    CHECK_THAT(
        answer_of(asked, both), Contains(R"("label_text":"all")") && Contains(R"("text":"one")")
    );
}

TEST_CASE("a question is not answered by what another of a like name was", "[labeling][formats]") {
    auto asked = form(
        "[[question]]\nname = \"a\"\nkind = \"text\"\nrequired = false\n"
        "[[question]]\nname = \"a_text\"\nkind = \"text\"\n"
    );
    auto found = answer_of(asked, result("1", "a_text", "textarea", R"("text":["only this"])"));
    CHECK(found == R"({"a_text":"only this"})");
}

TEST_CASE("labels that stand apart from their shapes are marks", "[labeling][formats]") {
    const std::string place = R"("x":10,"y":10,"width":20,"height":20)";
    auto found = answer_of(
        project_of("boxes"),
        R"({"id":"r","from_name":"s","type":"rectangle","original_width":640,"original_height":427,"value":{)" +
            place +
            R"(}},{"id":"r","from_name":"l","type":"labels","original_width":640,"original_height":427,"value":{)" +
            place + R"(,"labels":["cat"]}})"
    );
    CHECK_THAT(found, Contains(R"("label":"cat")") && Contains(R"("x":6.4E1)"));
}

TEST_CASE("each question of a form is about what it is on", "[labeling][formats]") {
    auto project = form(
        "[[question]]\nname = \"kind\"\nkind = \"classification\"\n[[question.class]]\nname = "
        "\"a\"\n"
        "[[question]]\nname = \"when\"\nkind = \"segments\"\n[[question.class]]\nname = \"b\"\n"
    );
    auto row = row_of(project, R"({"kind":"a","when":[{"from":1,"to":2,"label":"b"}]})", 1);
    row.width = row.height = 0;
    row.media = "video";
    Folder folder;
    auto path =
        written(labeling::export_format("label-studio"), content_of(project), {row}, folder);
    auto task = json::parse(read_file(path)).at(0);
    CHECK(task.at("data").as_object().contains("video"));
    CHECK_FALSE(task.at("data").as_object().contains("audio"));
    const auto& results = task.at("annotations").at(0).at("result");
    CHECK(results.at(0).at("to_name") == "text");
    CHECK(results.at(1).at("to_name") == "video");
    CHECK_THAT(imported(path, project.question).begin()->second, Contains(R"("label":"b")"));
}

TEST_CASE("a tie is nothing at all, and not what says something else", "[labeling][formats]") {
    auto project = project_of("pairwise");
    CHECK_THAT(answer_of(project, ""), Contains("tie"));
    CHECK_THAT(answer_of(project, R"({"type":"pairwise","value":{}})"), Contains("tie"));
    auto other = result("r", "l", "choices", R"("choices":["x"])");
    CHECK_THAT(answer_of(project, other), Contains("no result that answers"));
}

TEST_CASE("a span begins and ends at characters", "[labeling][formats]") {
    for (const auto* start : {"1e300", "1.5", "-1"}) {
        auto span = result(
            "r",
            "label",
            "labels",
            std::string(R"("start":)") + start + R"(,"end":2,"labels":["speech"])"
        );
        CHECK_THAT(
            answer_of(project_of("spans", speech), span), Contains("no whole number 'start'")
        );
    }
}
