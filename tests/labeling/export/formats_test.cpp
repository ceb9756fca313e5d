// Labels that leave in a format come back by it as they were: every format, every kind it can hold.
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "labeling/export/export_files.hpp"
#include "labeling/export/given_answer.hpp"
#include "labeling/export/label_files.hpp"
#include "labeling/projects/project.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/tasks/task_type.hpp"
#include "tests/labeling/asked.hpp"
#include "tests/labeling/shared_data.hpp"

using Catch::Contains;
using labeling::ExportRow;
using labeling::LabelShape;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

labeling::Project project_of(const std::string& kind, const std::string& toml = "") {
    auto tail = toml.empty() ? std::string(labeling::task_type(kind).example()) : toml;
    auto text = "name = \"p\"\nsource = \"s\"\nkind = \"" + kind + "\"\n" + tail;
    return labeling::Project::settings.read(base::Document::toml(text, "p.toml"));
}

class Folder {
public:
    Folder() : path_(fs::temp_directory_path() / fmt::format("tilth-formats-{}", getpid())) {
        fs::remove_all(path_);
        fs::create_directories(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    const fs::path& path() const { return path_; }
    fs::path write(const std::string& name, const std::string& text) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
        return path_ / name;
    }

private:
    fs::path path_;
};

const std::string text = "Zoë Müller ate 🍎 in Köln.\nAda: \"yes\", she said.";
const std::string fields =
    R"({"answer_a":"yes","answer_b":"no","answer_c":"perhaps","prompt":"Is it?",)"
    R"("rows":[{"a":1},{"a":2},{"a":3}]})";
const test::Asked record(text, fields, labeling::AskedRecord::Size{.width = 640, .height = 427});

// Two answers to the example of each kind.
const std::map<std::string, std::vector<std::string>> examples{
    {"classification", {R"("yes")", R"("no")"}},
    {"multilabel", {R"(["urgent","praise"])", R"([])"}},
    {"hierarchical", {R"("cat")", R"("plant")"}},
    {"spans",
     {R"([{"start":0,"end":10,"label":"person"},{"start":20,"end":24,"label":"place"}])", "[]"}},
    {"relations",
     {R"({"spans":[{"start":0,"end":10,"label":"person"},{"start":20,"end":24,"label":"company"}],)"
      R"("relations":[{"from":0,"to":1,"label":"works for"}]})",
      R"({"spans":[],"relations":[]})"}},
    {"text", {R"("a \"short\" text,\nin two lines")", R"("quite other words")"}},
    {"regression", {"4", "1"}},
    {"pairwise", {R"("answer_a")", R"("tie")"}},
    {"ranking", {R"(["answer_b","answer_a","answer_c"])", R"(["answer_c","answer_a","answer_b"])"}},
    {"rows", {R"(["header","item",null])", R"([null,null,"total"])"}},
    {"boxes",
     {R"([{"x":10,"y":10.5,"width":30,"height":20,"label":"cat"},)"
      R"({"x":200,"y":50,"width":3E2,"height":20,"label":"dog"}])",
      "[]"}},
    {"polygons", {R"([{"points":[[10,10],[40,10],[40,40],[20,50]],"label":"cat"}])", "[]"}},
    {"keypoints", {R"([{"points":[[100,20,2],[30.5,40,1],[0,0,0]],"label":"person"}])", "[]"}},
    {"form", {R"({"spam":"yes","why":"it shouts"})", R"({"spam":"no"})"}},
};

std::vector<std::string> answers_of(const labeling::Project& project) {
    std::vector<std::string> read;
    for (const auto& one : examples.at(project.question.kind))
        read.push_back(
            labeling::task_type(project.question.kind).read(project.question, one, record)
        );
    return read;
}

ExportRow row_of(const labeling::Project& project, const std::string& answer, int number) {
    ExportRow row{
        .key = fmt::format("shelf {}/bild-ö.{}.jpg", number, number),
        .probability = 0.75,
        .method = "mv",
        .text = text,
        .width = 640,
        .height = 427,
        .payload = fields};
    auto stored = labeling::stored_answer(project.question, answer);
    if (stored.class_id)
        row.label = labeling::class_of(answer);
    else
        row.value = *stored.value;
    return row;
}

labeling::ExportContent content_of(const labeling::Project& project) {
    return {.project = &project, .shape = labeling::task_type(project.question.kind).shape()};
}

// The path of what was written.
fs::path written(
    const labeling::ExportFormat& format,
    const labeling::ExportContent& content,
    const std::vector<ExportRow>& rows,
    const Folder& folder
) {
    auto put = [&](labeling::ExportFiles& files) {
        auto exporter = labeling::make_exporter(format, content, files);
        for (const auto& row : rows) exporter->write(row);
        exporter->finish();
    };
    auto path = folder.path() / format.file_name();
    if (auto names = format.folder_names(content); !names.empty()) {
        labeling::FolderFiles files(path, names);
        put(files);
        files.keep();
    } else {
        std::ofstream out(path, std::ios::binary);
        labeling::OneFile file(out);
        put(file);
    }
    return path;
}

// Answers by key, as an import would store them; what else became of a label stands for it.
std::map<std::string, std::string> imported(
    const fs::path& path,
    const labeling::Question& question,
    const test::Asked& asked = record
) {
    std::map<std::string, std::string> found;
    labeling::labels_in(path.string(), question)([&](labeling::GivenLabel&& label) {
        auto read = labeling::read_given(question, label, asked);
        found[label.key] =
            read.answer ? *read.answer : (read.missing ? "missing" : read.stranger + read.fault);
    });
    return found;
}

// Whether two answers say the same, up to the rounding of shares.
bool same(const labeling::Question& question, const std::string& a, const std::string& b) {
    return labeling::task_type(question.kind).likeness(question, a, b) > 1 - 1e-6;
}

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string stem(const std::string& key) {
    return key.substr(0, key.size() - 4);
}

}  // namespace

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
         .withdrawn = true,
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
        csv, Contains("user,given,attempt,milliseconds,submitted_at,withdrawn,schema_version\r\n")
    );
    CHECK_THAT(
        csv, Contains(",yes,0.75,mv,1,1,ada,no,1,1500,2026-01-02T03:04:05.000000Z,true,3\r\n")
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

TEST_CASE("tags of every scheme become spans as conlleval has them", "[labeling][formats]") {
    auto project = project_of("spans", "[[class]]\nname = \"PER\"\n[[class]]\nname = \"LOC\"\n");
    test::Asked asked("Ada Ann met Bob Li in Rome");
    auto spans = [&](const std::vector<std::string>& tags) {
        const char* tokens[] = {"Ada", "Ann", "met", "Bob", "Li", "in", "Rome"};
        std::string lines = "# key = r1\n";
        for (std::size_t i = 0; i < tags.size(); ++i)
            lines += std::string(tokens[i]) + (i % 2 ? "\t" : " NNP ") + tags[i] + "\n";
        Folder folder;
        auto found = imported(folder.write("x.conll", lines), project.question, asked);
        REQUIRE(found.size() == 1);
        return found["r1"];
    };
    std::string usual = R"([{"start":0,"end":7,"label":"PER"},{"start":12,"end":18,"label":"PER"},)"
                        R"({"start":22,"end":26,"label":"LOC"}])";
    CHECK(spans({"B-PER", "I-PER", "O", "B-PER", "I-PER", "O", "B-LOC"}) == usual);
    CHECK(spans({"I-PER", "I-PER", "O", "I-PER", "I-PER", "O", "I-LOC"}) == usual);
    CHECK(spans({"B-PER", "E-PER", "O", "B-PER", "E-PER", "O", "S-LOC"}) == usual);
    CHECK(spans({"B-PER", "L-PER", "O", "B-PER", "L-PER", "O", "U-LOC"}) == usual);
    CHECK(
        spans({"B-PER", "B-PER", "O", "O", "O", "O", "O"}) ==
        R"([{"start":0,"end":3,"label":"PER"},{"start":4,"end":7,"label":"PER"}])"
    );
    CHECK(spans({"B-PER", "I-LOC", "O", "O", "O", "O", "O"}).find("LOC") != std::string::npos);
    CHECK(spans({"B-ORG", "O"}) == "ORG");
}

TEST_CASE("files of other programs are read", "[labeling][formats]") {
    Folder folder;
    auto classes = project_of("classification");
    auto spans = project_of("spans");
    CHECK(
        imported(
            folder.write(
                "d.jsonl",
                R"({"id": 7, "text": "a", "label": ["yes"]})"
                "\n"
            ),
            classes.question
        )["7"] == R"("yes")"
    );
    CHECK(
        imported(
            folder.write(
                "s.jsonl", R"({"text":"a","cats":{"yes":0.2,"no":0.8},"meta":{"key":"k"}})"
            ),
            classes.question
        )["k"] == R"("no")"
    );
    CHECK(
        imported(
            folder.write("e.jsonl", R"({"key":"k","text":"a","entities":[[0,3,"person"]]})"),
            spans.question
        )["k"] == R"([{"start":0,"end":3,"label":"person"}])"
    );
    auto bom = imported(
        folder.write("t.csv", "\xEF\xBB\xBFkey;label\r\nk1;yes\r\nk2;\r\nk3;perhaps\r\n"),
        classes.question
    );
    CHECK(bom["k1"] == R"("yes")");
    CHECK(bom["k2"] == "missing");
    CHECK(bom["k3"] == "perhaps");
    CHECK_THROWS_WITH(
        imported(folder.write("x.jsonl", "{\"key\":\"k\"}\n"), classes.question),
        Contains("line 1: has no 'label'")
    );
    auto rating = project_of("regression");
    auto numbers =
        imported(folder.write("n.csv", "key,label\na,3\nb,NA\nc,9\nd,often\n"), rating.question);
    CHECK(numbers["a"] == "3");
    CHECK(numbers["b"] == "missing");
    CHECK_THAT(numbers["c"], Contains("above 5"));
    CHECK_THAT(numbers["d"], Contains("no answer"));
}

TEST_CASE("an undeclared category of COCO is refused by name", "[labeling][formats]") {
    Folder folder;
    auto project = project_of("boxes");
    auto path = folder.write(
        "a.json",
        R"({"images":[{"id":1,"file_name":"a.jpg","width":64,"height":48}],"categories":[],)"
        R"("annotations":[{"id":1,"image_id":1,"category_id":0,"bbox":[1,2,3,4]}]})"
    );
    CHECK_THROWS_WITH(imported(path, project.question), Contains("category 0"));
}

TEST_CASE("the examples of the formats' own programs are read", "[labeling][formats][data]") {
    Folder folder;
    auto data = [&](const std::string& path) -> std::optional<fs::path> {
        auto bytes = shared_data("formats/" + path);
        if (!bytes) return std::nullopt;
        return folder.write(path, *bytes);
    };
    if (auto path = data("coco/datumaro_instances_val.json")) {
        auto project = project_of(
            "boxes", "[[class]]\nname = \"a\"\n[[class]]\nname = \"b\"\n[[class]]\nname = \"c\"\n"
        );
        auto found = imported(*path, project.question);
        CHECK(
            found["b.jpg"] == R"([{"x":0E0,"y":0E0,"width":1E0,"height":2E0,"label":"a"},)"
                              R"({"x":0E0,"y":0E0,"width":1E0,"height":9E0,"label":"b"}])"
        );
    }
    if (auto path = data("doccano/relation_example.jsonl")) {
        auto project = project_of(
            "relations",
            "[[class]]\nname = \"ORG\"\n[[class]]\nname = \"DATE\"\n[[class]]\nname = \"PERSON\"\n"
            "[[relation]]\nname = \"foundedAt\"\n[[relation]]\nname = \"foundedBy\"\n"
        );
        test::Asked asked("Google was founded on September 4, 1998, by Larry Page and Sergey Brin."
        );
        auto path_of = folder.write("keyed.jsonl", [&] {
            auto line = json::parse(read_file(*path)).as_object();
            line["key"] = "k";
            return json::serialize(line);
        }());
        auto answer = json::parse(imported(path_of, project.question, asked)["k"]);
        CHECK(answer.at("spans").as_array().size() == 4);
        CHECK(answer.at("relations").as_array().size() == 3);
    }
    const std::string converter = "label-studio-converter/";
    if (auto path = data(converter + "test_export_yolo/data_obb.json")) {
        auto project =
            project_of("boxes", "[[class]]\nname = \"Butterfly\"\nvalue = \"butterfly\"\n");
        test::Asked large("", "{}", labeling::AskedRecord::Size{.width = 597, .height = 768});
        std::size_t boxes = 0;
        for (const auto& [key, answer] : imported(*path, project.question, large)) {
            INFO(key << ": " << answer);
            boxes += json::parse(answer).as_array().size();
        }
        CHECK(boxes > 10);
    }
}
