#pragma once

#include <array>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "base/words.hpp"
#include "labeling/projects/project.hpp"

namespace labeling {

// One labeled record on its way out.
struct ExportRow {
    std::string key{};
    std::string label{};
    double probability = 1;
    std::string method{};  // how the label was found
    int revision = 1;      // of the label
    int version = 1;       // of the record
    std::string title{};   // of its text, if it has one
    std::string text{};
    std::string url{};
    std::string payload{};  // JSON object: the fields as received
};
BOOST_DESCRIBE_STRUCT(
    ExportRow,
    (),
    (key, label, probability, method, revision, version, title, text, url, payload)
)

enum class Format { jsonl, csv, coco, yolo, voc, conll, spacy, label_studio };

constexpr auto words_of(Format) {
    return std::to_array<base::Word<Format>>({
        {Format::jsonl, "jsonl", "a line of JSON a label, with the record's texts and fields"},
        {Format::csv, "csv", "a table of keys and labels"},
        {Format::coco, "coco", "boxes on images"},
        {Format::yolo, "yolo", "boxes on images"},
        {Format::voc, "voc", "boxes on images"},
        {Format::conll, "conll", "spans of text"},
        {Format::spacy, "spacy", "texts with the classes that hold"},
        {Format::label_studio, "label-studio", "tasks with their annotations"},
    });
}

std::string_view file_name(Format format);   // "labels.jsonl" and so on
std::string_view media_type(Format format);  // "text/csv" and so on

// Writes rows as they come, in constant memory. finish() ends the file.
class Exporter {
public:
    virtual ~Exporter() = default;
    virtual void write(const ExportRow& row) = 0;
    virtual void finish() = 0;
};

// An exporter to `out`, which must outlive it.
//
// jsonl {"key","label","probability","method","revision","version","url","title","text","fields"} a
// line; empty ones left out csv           key,label,probability,method,revision,version (RFC 4180)
// spacy         {"text","cats":{class: 1 or 0, ..},"meta":{"key",..}} a line; a record without text
// becomes its payload as text label_studio  one JSON array of tasks with "data", and in
// "annotations" a result of type "choices"
//
// coco, yolo and voc need boxes, conll needs spans: base::UsageError for a project of classes.
std::unique_ptr<Exporter> make_exporter(Format format, const Project& project, std::ostream& out);

}  // namespace labeling
