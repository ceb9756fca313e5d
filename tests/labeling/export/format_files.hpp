#pragma once

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

// What tests of formats write labels with and read them back.
namespace format_files {

using labeling::ExportRow;
namespace fs = std::filesystem;

inline labeling::Project project_of(const std::string& kind, const std::string& toml = "") {
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

inline const std::string text = "Zoë Müller ate 🍎 in Köln.\nAda: \"yes\", she said.";
inline const std::string fields =
    R"({"answer_a":"yes","answer_b":"no","answer_c":"perhaps","prompt":"Is it?",)"
    R"("rows":[{"a":1},{"a":2},{"a":3}]})";
inline const test::Asked record(
    text,
    fields,
    labeling::AskedRecord::Size{.width = 640, .height = 427},
    labeling::AskedRecord::Recording{.seconds = 60}
);

// Two answers to the example of each kind.
inline const std::map<std::string, std::vector<std::string>> examples{
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
    {"segments",
     {R"([{"from":0.5,"to":2.25,"label":"speech"},{"from":2.25,"to":40,"label":"music"}])", "[]"}},
    {"form", {R"({"spam":"yes","why":"it shouts"})", R"({"spam":"no"})"}},
};

inline std::vector<std::string> answers_of(const labeling::Project& project) {
    std::vector<std::string> read;
    for (const auto& one : examples.at(project.question.kind))
        read.push_back(
            labeling::task_type(project.question.kind).read(project.question, one, record)
        );
    return read;
}

inline ExportRow row_of(const labeling::Project& project, const std::string& answer, int number) {
    ExportRow row{
        .key = fmt::format("shelf {}/bild-ö.{}.jpg", number, number),
        .probability = 0.75,
        .method = "mv",
        .text = text,
        .width = 640,
        .height = 427,
        .media = project.question.kind == "segments" ? "audio" : "",
        .payload = fields};
    auto stored = labeling::stored_answer(project.question, answer);
    if (stored.class_id)
        row.label = labeling::class_of(answer);
    else
        row.value = *stored.value;
    return row;
}

inline labeling::ExportContent content_of(const labeling::Project& project) {
    return {.project = &project, .shape = labeling::task_type(project.question.kind).shape()};
}

// The path of what was written.
inline fs::path written(
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
inline std::map<std::string, std::string> imported(
    const fs::path& path,
    const labeling::Question& question,
    const test::Asked& asked = record
) {
    std::map<std::string, std::string> found;
    labeling::labels_in(path.string(), question)([&](labeling::GivenLabel&& label) {
        auto read = labeling::read_given(question, label, asked);
        auto name = !label.key.empty() ? label.key : "text: " + label.text;
        found[name] =
            read.answer ? *read.answer : (read.missing ? "missing" : read.stranger + read.fault);
    });
    return found;
}

// Whether two answers say the same, up to the rounding of shares.
inline bool same(const labeling::Question& question, const std::string& a, const std::string& b) {
    return labeling::task_type(question.kind).likeness(question, a, b) > 1 - 1e-6;
}

inline std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string stem(const std::string& key) {
    return key.substr(0, key.size() - 4);
}

}  // namespace format_files
