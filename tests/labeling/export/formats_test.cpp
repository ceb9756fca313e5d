// Labels that leave in a format come back by it as they were: every format, every kind it can hold.
#include "tests/labeling/export/format_files.hpp"

using Catch::Contains;
using namespace format_files;
using labeling::LabelShape;
namespace fs = std::filesystem;
namespace json = boost::json;

TEST_CASE("every format gives back what it does not refuse", "[labeling][formats]") {
    int trips = 0;
    for (const auto& [kind, unused] : examples) {
        auto project = project_of(kind);
        auto answers = answers_of(project);
        for (const auto* format : labeling::export_formats()) {
            auto content = content_of(project);
            if (format->refuses(content) || format->name() == "preference") continue;
            INFO(kind << " as " << format->name());
            Folder folder;
            std::vector<ExportRow> rows;
            for (const auto& answer : answers)
                rows.push_back(row_of(project, answer, static_cast<int>(rows.size())));
            auto path = written(*format, content, rows, folder);
            auto found = imported(path, project.question);
            REQUIRE(found.size() == rows.size());
            for (std::size_t i = 0; i < rows.size(); ++i) {
                auto key = format->name().starts_with("yolo") ? stem(rows[i].key) : rows[i].key;
                INFO("found " << found[key] << ", written " << answers[i]);
                REQUIRE(found.contains(key));
                CHECK(same(project.question, found[key], answers[i]));
                ++trips;
            }
        }
    }
    CHECK(trips >= 2 * 37);
}

TEST_CASE("each kind can leave by the formats that are made for it", "[labeling][formats]") {
    std::map<std::string, std::vector<std::string>> others{
        {"classification", {"spacy", "label-studio", "doccano"}},
        {"multilabel", {"spacy", "label-studio", "doccano"}},
        {"hierarchical", {"spacy", "label-studio", "doccano"}},
        {"spans", {"conll", "spacy", "label-studio", "doccano"}},
        {"relations", {"label-studio", "doccano"}},
        {"text", {"label-studio", "doccano"}},
        {"regression", {"label-studio"}},
        {"pairwise", {"label-studio", "preference"}},
        {"ranking", {"label-studio", "preference"}},
        {"rows", {}},
        {"boxes", {"label-studio", "coco", "yolo", "yolo-obb", "voc"}},
        {"polygons", {"label-studio", "coco", "yolo"}},
        {"keypoints", {"label-studio", "coco", "yolo"}},
        {"segments", {"label-studio"}},
        {"form", {"label-studio"}},
    };
    REQUIRE(others.size() == labeling::kinds().size());
    for (const auto& [kind, wanted] : others) {
        auto project = project_of(kind);
        std::vector<std::string> able;
        for (const auto* format : labeling::export_formats())
            if (!format->refuses(content_of(project))) able.emplace_back(format->name());
        std::vector<std::string> all{"jsonl", "csv"};
        all.insert(all.end(), wanted.begin(), wanted.end());
        INFO(kind);
        CHECK(able == all);
    }
}

TEST_CASE("what is said in a range of time goes with it", "[labeling][formats]") {
    auto project = project_of(
        "segments",
        "overlapping_spans = true\ntranscribe = true\n[[class]]\nname = \"a\"\n[[class]]\nname = "
        "\"b\"\n"
    );
    auto answer =
        labeling::task_type("segments")
            .read(
                project.question,
                R"([{"from":0.5,"to":10,"label":"a","text":"hello"},{"from":4,"to":10,"label":"b"}])",
                record
            );
    for (auto name : {"label-studio", "jsonl", "csv"}) {
        Folder folder;
        INFO(name);
        auto path = written(
            labeling::export_format(name), content_of(project), {row_of(project, answer, 1)}, folder
        );
        auto found = imported(path, project.question);
        REQUIRE(found.size() == 1);
        CHECK(same(project.question, found.begin()->second, answer));
        if (std::string(name) != "label-studio") continue;
        auto task = json::parse(read_file(path)).at(0);
        CHECK(task.at("data").as_object().contains("audio"));
        const auto& result = task.at("annotations").at(0).at("result");
        REQUIRE(result.as_array().size() == 3);
        CHECK(result.at(0).at("value").at("start").to_number<double>() == 0.5);
        CHECK(result.at(0).at("to_name") == "audio");
        CHECK(result.at(1).at("type") == "textarea");
        CHECK(result.at(1).at("id") == result.at(0).at("id"));
    }
}

TEST_CASE("turned boxes go where they can be told", "[labeling][formats]") {
    auto project = project_of("boxes");
    auto content = content_of(project);
    content.turned = true;
    auto answer = labeling::task_type("boxes").read(
        project.question,
        R"([{"x":100,"y":100,"width":80,"height":40,"rotation":30,"label":"cat"}])",
        record
    );
    for (auto name : {"yolo", "voc"})
        CHECK_THROWS_WITH(
            labeling::check_export(labeling::export_format(name), content),
            Contains("turned") && Contains("yolo-obb") && Contains("coco")
        );
    for (auto name : {"yolo-obb", "coco", "label-studio", "jsonl", "csv"}) {
        Folder folder;
        INFO(name);
        auto path =
            written(labeling::export_format(name), content, {row_of(project, answer, 1)}, folder);
        auto found = imported(path, project.question);
        REQUIRE(found.size() == 1);
        CHECK(
            labeling::task_type("boxes").likeness(project.question, found.begin()->second, answer) >
            0.9999
        );
    }
}

TEST_CASE("spans that overlap are written where they may", "[labeling][formats]") {
    auto project = project_of(
        "spans", "overlapping_spans = true\n[[class]]\nname = \"a\"\n[[class]]\nname = \"b\"\n"
    );
    auto answer = labeling::task_type("spans").read(
        project.question,
        R"([{"start":0,"end":10,"label":"a"},{"start":4,"end":10,"label":"b"}])",
        record
    );
    for (auto name : {"spacy", "doccano", "label-studio", "jsonl"}) {
        Folder folder;
        auto path = written(
            labeling::export_format(name), content_of(project), {row_of(project, answer, 1)}, folder
        );
        INFO(name << ": " << read_file(path));
        CHECK(imported(path, project.question).begin()->second == answer);
    }
    CHECK_THROWS_WITH(
        labeling::check_export(labeling::export_format("conll"), content_of(project)),
        Contains("may overlap") && Contains("doccano")
    );
}

TEST_CASE(
    "blanks at the end of a span are told before tags of tokens lose them",
    "[labeling][formats]"
) {
    auto project = project_of("spans");
    auto written = [&](int start, int end, bool trims) {
        labeling::ExportContent content{
            .project = &project, .shape = LabelShape::spans, .trim_blanks = trims};
        std::ostringstream out;
        labeling::OneFile file(out);
        auto exporter = labeling::make_exporter(labeling::export_format("conll"), content, file);
        labeling::ExportRow row;
        row.key = "k";
        row.method = "import";
        row.text = "Ada  met";
        row.value = fmt::format(R"([{{"start":{},"end":{},"label":"person"}}])", start, end);
        exporter->write(row);
        return out.str();
    };
    CHECK_THAT(written(0, 3, false), Contains("Ada\tB-person\nmet\tO\n"));
    CHECK_THROWS_WITH(
        written(0, 4, false), Contains("record 'k': its span 0 to 4 (person)") && Contains("blank")
    );
    CHECK_THAT(written(0, 4, true), Contains("Ada\tB-person\nmet\tO\n"));
    CHECK_THROWS_WITH(written(3, 5, true), Contains("of blanks alone"));
}

TEST_CASE("pairs of candidates are prompt, chosen and rejected", "[labeling][formats]") {
    auto lines_of = [](const std::string& kind, const std::string& answer) {
        auto project = project_of(kind);
        Folder folder;
        auto path = written(
            labeling::export_format("preference"),
            content_of(project),
            {row_of(project, answer, 1)},
            folder
        );
        return read_file(path);
    };
    auto one = json::parse(lines_of("pairwise", R"("answer_b")"));
    CHECK(one.at("prompt") == "Is it?");
    CHECK(one.at("chosen") == "no");
    CHECK(one.at("rejected") == "yes");
    CHECK(lines_of("pairwise", R"("tie")").empty());
    auto all = lines_of("ranking", R"(["answer_c","answer_a","answer_b"])");
    CHECK(std::count(all.begin(), all.end(), '\n') == 3);
    CHECK_THAT(all, Contains(R"("chosen":"perhaps","rejected":"yes")"));
    CHECK_THAT(all, Contains(R"("chosen":"yes","rejected":"no")"));
}

TEST_CASE("who answered what stands in the formats that can hold it", "[labeling][formats]") {
    auto project = project_of("classification");
    auto content = content_of(project);
    content.answers = true;
    auto row = row_of(project, R"("yes")", 1);
    row.answers = {
        {.user = "ada",
         .attempt = 1,
         .label = "no",
         .milliseconds = 1500,
         .submitted_at = "2026-01-02T03:04:05.000000Z",
         .withdrawn_at = "2026-01-02T03:04:06.000000Z",
         .schema_version = 3},
        {.user = "bob", .attempt = 2, .label = "yes", .submitted_at = "2026-01-02T03:05:05Z"}};
    auto unlabeled = row;
    unlabeled.key = "other";
    unlabeled.label.clear();
    unlabeled.method.clear();
    auto exported = [&](std::string_view name) {
        Folder folder;
        return read_file(written(labeling::export_format(name), content, {row, unlabeled}, folder));
    };
    auto csv = exported("csv");
    CHECK_THAT(
        csv,
        Contains(
            "user,given,attempt,milliseconds,submitted_at,withdrawn,withdrawn_at,schema_version\r\n"
        )
    );
    CHECK_THAT(
        csv,
        Contains(",yes,0.75,mv,1,1,ada,no,1,1500,2026-01-02T03:04:05.000000Z,true,"
                 "2026-01-02T03:04:06.000000Z,3\r\n")
    );
    CHECK_THAT(csv, Contains("other,,,,,1,bob,yes,2,,"));
    auto lines = exported("jsonl");
    CHECK_THAT(lines, Contains(R"("answers":[{"user":"ada","attempt":1,"label":"no")"));
    CHECK_THAT(lines, Contains(R"({"key":"other","label":null,"version":1,"answers":[)"));
    auto tasks = json::parse(exported("label-studio")).as_array();
    REQUIRE(tasks.size() == 2);
    const auto& annotations = tasks[0].at("annotations").as_array();
    REQUIRE(annotations.size() == 3);
    CHECK(annotations[0].at("ground_truth") == true);
    CHECK(annotations[1].at("was_cancelled") == true);
    CHECK(annotations[1].at("lead_time") == 1.5);
    CHECK(annotations[1].at("schema_version") == 3);
    CHECK(annotations[2].at("completed_by").at("email") == "bob");
    CHECK(tasks[1].at("annotations").as_array().size() == 2);
    for (auto name : {"spacy", "doccano", "conll"})
        CHECK_THROWS_WITH(
            labeling::check_export(labeling::export_format(name), content),
            Contains("can not hold who answered what") &&
                Contains("choose jsonl, csv or label-studio")
        );
}

TEST_CASE("a folder appears whole and takes only its like's place", "[labeling][formats]") {
    auto project = project_of("boxes");
    auto content = content_of(project);
    const auto& format = labeling::export_format("yolo");
    auto row = row_of(project, answers_of(project)[0], 1);
    Folder folder;
    auto path = folder.path() / "yolo";
    auto broken = row;
    broken.width = 0;
    CHECK_THROWS_WITH(written(format, content, {row, broken}, folder), Contains("has none"));
    CHECK(fs::is_empty(folder.path()));
    written(format, content, {row}, folder);
    auto before = read_file(path / "labels/shelf 1/bild-ö.1.txt");
    CHECK(before.starts_with("0 0.0390625 "));
    CHECK_THROWS_AS(written(format, content, {row, broken}, folder), base::Error);
    CHECK(read_file(path / "labels/shelf 1/bild-ö.1.txt") == before);
    auto other = row;
    other.key = "shelf 1/bild-ö.1.png";
    written(format, content, {row, other}, folder);
    CHECK(fs::exists(path / "labels/shelf 1/bild-ö.1-2.txt"));
    CHECK_FALSE(fs::exists(folder.path() / "yolo.old"));
    folder.write("yolo/images/mine.jpg", "x");
    CHECK_THROWS_WITH(written(format, content, {row}, folder), Contains("'images'"));
    CHECK(fs::exists(path / "images/mine.jpg"));
}

TEST_CASE("pictures stand beside the labels if they are wanted", "[labeling][formats]") {
    auto project = project_of("boxes");
    auto content = content_of(project);
    content.picture = [](const ExportRow& row) { return "bytes of " + row.key; };
    auto row = row_of(project, answers_of(project)[0], 1);
    const std::map<std::string, std::string> places{
        {"yolo", "yolo/images"},
        {"voc", "voc/JPEGImages"},
        {"coco", "annotations.coco.json/images"}};
    for (const auto& [name, place] : places) {
        Folder folder;
        written(labeling::export_format(name), content, {row}, folder);
        INFO(name);
        CHECK(read_file(folder.path() / place / row.key) == "bytes of " + row.key);
    }
    CHECK_THROWS_WITH(
        labeling::check_export(labeling::export_format("jsonl"), content),
        Contains("does not refer to files of pictures") && Contains("coco")
    );
}
