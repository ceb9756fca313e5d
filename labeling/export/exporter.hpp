#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "labeling/projects/project.hpp"

// Labels as files of other programs. A format is a file in formats/, a line in
// export_formats.cpp and its tests.
namespace labeling {

// What one person answered.
struct GivenAnswer {
    std::string user{};
    bool simulated = false;  // it is a program that answers, for trials
    int attempt = 1;
    std::string label{};  // its class; empty: none
    std::string value{};  // JSON: what a class can not say; empty: nothing
    std::optional<std::int64_t> milliseconds{};
    std::string submitted_at{};  // RFC 3339
    std::string withdrawn_at{};  // RFC 3339; empty: it stands
    int schema_version = 1;      // of the project's classes when it was given
};
BOOST_DESCRIBE_STRUCT(
    GivenAnswer,
    (),
    (user,
     simulated,
     attempt,
     label,
     value,
     milliseconds,
     submitted_at,
     withdrawn_at,
     schema_version)
)

// One record on its way out, with its label, or with people's answers and perhaps no label.
struct ExportRow {
    std::string key{};
    std::string label{};  // its class; empty: none
    std::string value{};  // JSON: what a class can not say; empty: nothing
    double probability = 1;
    std::string method{};  // how the label was found; empty: there is none
    int revision = 1;      // of the label
    int version = 1;       // of the record
    std::string title{};   // of its text, if it has one
    std::string text{};
    int width = 0, height = 0;  // of its picture, if it has one
    std::string picture{};      // SHA-256 of its bytes as hex
    std::string media{};        // what kind of media it holds: audio, video, pdf; empty: none
    std::string url{};
    std::string payload{};  // JSON object: the fields as received
    std::vector<GivenAnswer> answers{};

    // JSON, as the task type has it; empty: no label.
    std::string answer() const;
};
BOOST_DESCRIBE_STRUCT(
    ExportRow,
    (),
    (key,
     label,
     value,
     probability,
     method,
     revision,
     version,
     title,
     text,
     width,
     height,
     picture,
     media,
     url,
     payload)
)

// What the labels of a project are made of; its task type says which.
enum class LabelShape {
    classes,  // one of several, also of a hierarchy
    class_set,
    spans,
    relations,  // spans, and relations between them
    text,
    number,
    preference,  // the better of two, or none
    ranking,
    rows,  // a class for each row of a table
    boxes,
    polygons,
    keypoints,
    segments,  // ranges of time
    form,
};

// What is to be written.
struct ExportContent {
    const Project* project = nullptr;  // outlives the export
    LabelShape shape = LabelShape::classes;
    bool turned = false;     // whether a box of the labels is turned
    bool in_fields = false;  // whether a span of the labels is of a field, not of the text
    bool answers = false;    // with who answered what
    bool simulated = false;  // whether simulated annotators answered
    // The bytes of a record's picture, if pictures are wanted beside the labels.
    std::function<std::string(const ExportRow&)> picture{};
    bool trim_blanks =
        false;  // spans without the blanks at their ends, where a format has none there
    bool guard_formulas =
        false;  // where texts may be taken for formulas: see formats/csv/guard.hpp
};

// Where the files of an export go, one after the other.
class ExportFiles {
public:
    virtual ~ExportFiles() = default;
    // Ends the file before. Names may hold folders; the same name twice is another file, whose name
    // tells them apart. Returns the stream, which is good until the next call.
    virtual std::ostream& open(const std::string& name) = 0;
    // The name under which the file opened last is.
    virtual const std::string& name() const = 0;
};

// Writes rows as they come, in constant memory. finish() ends the last file.
class Exporter {
public:
    virtual ~Exporter() = default;
    virtual void write(const ExportRow& row) = 0;
    virtual void finish() = 0;
};

class ExportFormat {
public:
    virtual ~ExportFormat() = default;

    virtual std::string_view name() const = 0;
    virtual std::string_view meaning() const = 0;
    // "labels.jsonl" and so on; of a format of several files, their folder.
    virtual std::string_view file_name() const = 0;
    virtual std::string_view media_type() const = 0;  // "text/csv" and so on
    // Of a format of several files: what its folder has at the top, but for pictures.
    virtual std::set<std::string> folder_names(const ExportContent&) const { return {}; }
    // Whether pictures can stand beside the labels.
    virtual bool refers_to_pictures() const { return false; }

    // Whether who answered what can be told besides.
    virtual bool holds_answers() const { return false; }

    // Why the format can not hold the labels; nothing if it can.
    virtual std::optional<std::string> refuses(const ExportContent& content) const = 0;
    // For what is not refused; `files` outlives it.
    virtual std::unique_ptr<Exporter> exporter(const ExportContent& content, ExportFiles& files)
        const = 0;
};

std::span<const ExportFormat* const> export_formats();
// In order.
std::vector<std::string> export_format_names();
// Throws base::UsageError for a name that is none.
const ExportFormat& export_format(std::string_view name);

// Throws base::UsageError, naming formats that can, if this one can not hold what is to be written.
void check_export(const ExportFormat& format, const ExportContent& content);
// After check_export().
std::unique_ptr<Exporter>
make_exporter(const ExportFormat& format, const ExportContent& content, ExportFiles& files);

}  // namespace labeling
