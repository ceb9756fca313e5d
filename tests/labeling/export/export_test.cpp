#include "labeling/export/exporter.hpp"

#include <catch2/catch.hpp>

#include <sstream>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/export/export_files.hpp"

using labeling::LabelShape;

namespace {

labeling::Project project() {
    labeling::Project result;
    result.name = "topics";
    result.question.classes = {{.name = "a \"b\""}, {.name = "c"}};
    return result;
}

std::vector<labeling::ExportRow> rows() {
    labeling::ExportRow first{
        .key = "k,1",
        .label = "a \"b\"",
        .probability = 0.75,
        .method = "ds",
        .text = "zwei\nZeilen"};
    labeling::ExportRow second{
        .key = "k2", .label = "c", .method = "import", .payload = R"({"x":1})"};
    return {first, second};
}

labeling::ExportContent content(LabelShape shape = LabelShape::classes) {
    static const auto asked = project();
    return {.project = &asked, .shape = shape};
}

std::string text(std::string_view format, const std::vector<labeling::ExportRow>& given = rows()) {
    std::ostringstream out;
    labeling::OneFile file(out);
    auto exporter = labeling::make_exporter(labeling::export_format(format), content(), file);
    for (const auto& row : given) exporter->write(row);
    exporter->finish();
    return out.str();
}

}  // namespace

TEST_CASE("each JSON line holds one labeled record", "[labeling][export]") {
    std::istringstream lines(text("jsonl"));
    std::string line;
    REQUIRE(std::getline(lines, line));
    auto first = boost::json::parse(line).as_object();
    CHECK(first.at("key").as_string() == "k,1");
    CHECK(first.at("label").as_string() == "a \"b\"");
    CHECK(first.at("probability").to_number<double>() == 0.75);
    CHECK(first.at("text").as_string() == "zwei\nZeilen");
    CHECK_FALSE(first.contains("fields"));
    REQUIRE(std::getline(lines, line));
    CHECK(boost::json::parse(line).as_object().at("fields").as_object().at("x").as_int64() == 1);
    CHECK_FALSE(std::getline(lines, line));
}

TEST_CASE("CSV quotes what needs it", "[labeling][export]") {
    CHECK(
        text("csv") ==
        "key,label,probability,method,revision,version\r\n"
        "\"k,1\",\"a \"\"b\"\"\",0.75,ds,1,1\r\nk2,c,1,import,1,1\r\n"
    );
}

TEST_CASE("spaCy lines name every class as a category", "[labeling][export]") {
    std::istringstream lines(text("spacy"));
    std::string line;
    std::getline(lines, line);
    auto first = boost::json::parse(line).as_object();
    CHECK(first.at("text").as_string() == "zwei\nZeilen");
    CHECK(first.at("cats").as_object().at("a \"b\"").to_number<double>() == 1);
    CHECK(first.at("cats").as_object().at("c").to_number<double>() == 0);
}

TEST_CASE("Label Studio tasks are one array with a choice each", "[labeling][export]") {
    auto tasks = boost::json::parse(text("label-studio")).as_array();
    REQUIRE(tasks.size() == 2);
    const auto& result = tasks[1]
                             .as_object()
                             .at("annotations")
                             .as_array()[0]
                             .as_object()
                             .at("result")
                             .as_array()[0]
                             .as_object();
    CHECK(result.at("type").as_string() == "choices");
    CHECK(result.at("value").as_object().at("choices").as_array()[0].as_string() == "c");
    CHECK(boost::json::parse(text("label-studio", {})).as_array().empty());
}

TEST_CASE(
    "a format that can not hold the labels is refused, and others are named",
    "[labeling][export]"
) {
    auto refused = [](std::string_view name, LabelShape shape) {
        labeling::check_export(labeling::export_format(name), content(shape));
    };
    CHECK_THROWS_WITH(
        refused("conll", LabelShape::classes),
        Catch::Contains("choose jsonl, csv, spacy, label-studio or doccano")
    );
    CHECK_THROWS_AS(labeling::export_format("parquet"), base::UsageError);
    CHECK_THROWS_WITH(
        refused("coco", LabelShape::spans), Catch::Contains("choose jsonl, csv, conll")
    );
    CHECK_THROWS_AS(refused("preference", LabelShape::boxes), base::UsageError);
}

TEST_CASE("every format writes whole what it does not refuse", "[labeling][export]") {
    CHECK(labeling::export_formats().size() == labeling::export_format_names().size());
    for (const auto* format : labeling::export_formats())
        for (auto shape : {LabelShape::classes, LabelShape::spans}) {
            if (format->refuses(content(shape))) continue;
            std::ostringstream out;
            labeling::OneFile file(out);
            auto exporter = format->exporter(content(shape), file);
            exporter->write(
                {.key = "k",
                 .label = shape == LabelShape::classes ? "c" : "",
                 .value = shape == LabelShape::classes ? "" : "[]",
                 .method = "mv",
                 .text = "a text"}
            );
            exporter->finish();
            INFO(format->name() << ": " << out.str());
            CHECK(out.str().find('k') != std::string::npos);
            CHECK(out.str().ends_with('\n'));
            if (format->media_type() == "application/json")
                CHECK_NOTHROW(boost::json::parse(out.str()));
        }
}
