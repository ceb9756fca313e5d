// One small class a format, each written as records come: a project may have millions of labels.
// The JSON is put together by hand around strings that Boost.JSON escapes, because a payload goes
// out as it is stored, and numbers in their shortest form.
//
// The formats of boxes and spans are known by name only to be refused with a reason: to write
// classes into them would invent places that nobody has marked.
#include "labeling/export/export.hpp"

#include <ostream>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "formats/csv/csv.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

std::string quoted(std::string_view text) {
    return json::serialize(json::string(text));
}

class JsonLines : public Exporter {
public:
    explicit JsonLines(std::ostream& out) : out_(out) {}

    void write(const ExportRow& row) override {
        out_ << "{\"key\":" << quoted(row.key) << ",\"label\":" << quoted(row.label)
             << ",\"probability\":" << fmt::format("{}", row.probability)
             << ",\"method\":" << quoted(row.method) << ",\"revision\":" << row.revision
             << ",\"version\":" << row.version;
        if (!row.url.empty()) out_ << ",\"url\":" << quoted(row.url);
        if (!row.title.empty()) out_ << ",\"title\":" << quoted(row.title);
        if (!row.text.empty()) out_ << ",\"text\":" << quoted(row.text);
        if (!row.payload.empty()) out_ << ",\"fields\":" << row.payload;
        out_ << "}\n";
    }
    void finish() override { out_.flush(); }

private:
    std::ostream& out_;
};

class Csv : public Exporter {
public:
    explicit Csv(std::ostream& out) : out_(out) {
        out_ << "key,label,probability,method,revision,version\r\n";
    }

    void write(const ExportRow& row) override {
        std::string line;
        formats::append_row(
            {row.key,
             row.label,
             fmt::format("{}", row.probability),
             row.method,
             std::to_string(row.revision),
             std::to_string(row.version)},
            line
        );
        out_ << line;
    }
    void finish() override { out_.flush(); }

private:
    std::ostream& out_;
};

class Spacy : public Exporter {
public:
    Spacy(const Project& project, std::ostream& out) : project_(project), out_(out) {}

    void write(const ExportRow& row) override {
        std::string text = row.title;
        if (!row.text.empty()) text += (text.empty() ? "" : "\n\n") + row.text;
        out_ << "{\"text\":" << quoted(text.empty() ? row.payload : text) << ",\"cats\":{";
        bool first = true;
        for (const auto& item : project_.classes) {
            out_ << (first ? "" : ",") << quoted(item.name) << ':'
                 << (item.name == row.label ? "1.0" : "0.0");
            first = false;
        }
        out_ << "},\"meta\":{\"key\":" << quoted(row.key)
             << ",\"probability\":" << fmt::format("{}", row.probability) << "}}\n";
    }
    void finish() override { out_.flush(); }

private:
    Project project_;
    std::ostream& out_;
};

class LabelStudio : public Exporter {
public:
    explicit LabelStudio(std::ostream& out) : out_(out) { out_ << '['; }

    void write(const ExportRow& row) override {
        ++tasks_;
        bool has_text = !row.text.empty() || row.title.empty();
        out_ << (tasks_ == 1 ? "\n" : ",\n") << "{\"id\":" << tasks_
             << ",\"data\":{\"key\":" << quoted(row.key);
        if (!row.title.empty()) out_ << ",\"title\":" << quoted(row.title);
        if (has_text) out_ << ",\"text\":" << quoted(row.text);
        if (!row.url.empty()) out_ << ",\"url\":" << quoted(row.url);
        if (!row.payload.empty()) out_ << ",\"fields\":" << row.payload;
        out_ << "},\"annotations\":[{\"id\":" << tasks_
             << ",\"was_cancelled\":false,\"ground_truth\":true,\"result\":[{\"id\":"
             << quoted("r" + std::to_string(tasks_))
             << ",\"from_name\":\"label\",\"to_name\":" << quoted(has_text ? "text" : "title")
             << ",\"type\":\"choices\",\"value\":{\"choices\":[" << quoted(row.label)
             << "]}}]}],\"meta\":{\"probability\":" << fmt::format("{}", row.probability)
             << ",\"method\":" << quoted(row.method) << "}}";
    }
    void finish() override {
        out_ << "\n]\n";
        out_.flush();
    }

private:
    std::ostream& out_;
    std::size_t tasks_ = 0;
};

}  // namespace

std::string_view file_name(Format format) {
    switch (format) {
        case Format::jsonl:
            return "labels.jsonl";
        case Format::csv:
            return "labels.csv";
        case Format::coco:
            return "annotations.json";
        case Format::yolo:
            return "labels";
        case Format::voc:
            return "annotations";
        case Format::conll:
            return "labels.conll";
        case Format::spacy:
            return "labels.spacy.jsonl";
        case Format::label_studio:
            break;
    }
    return "tasks.json";
}

std::string_view media_type(Format format) {
    auto file = file_name(format);
    if (file.ends_with(".jsonl")) return "application/jsonl";
    if (file.ends_with(".json")) return "application/json";
    return format == Format::csv ? "text/csv; charset=utf-8" : "text/plain; charset=utf-8";
}

std::unique_ptr<Exporter> make_exporter(Format format, const Project& project, std::ostream& out) {
    switch (format) {
        case Format::jsonl:
            return std::make_unique<JsonLines>(out);
        case Format::csv:
            return std::make_unique<Csv>(out);
        case Format::spacy:
            return std::make_unique<Spacy>(project, out);
        case Format::label_studio:
            return std::make_unique<LabelStudio>(out);
        case Format::coco:
        case Format::yolo:
        case Format::voc:
        case Format::conll:
            break;
    }
    std::string_view needs = format == Format::conll ? "spans of text" : "boxes on images";
    throw base::UsageError(
        "project '" + project.name + "'",
        fmt::format(
            "{} holds {}, and a {} project has none", base::name_of(format), needs, project.kind
        ),
        "choose jsonl, csv, spacy or label-studio"
    );
}

}  // namespace labeling
