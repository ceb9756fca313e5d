#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include "labeling/projects/project.hpp"

// Labels as files of other programs. A format is a file in formats/, a line in
// export_formats.cpp and its tests.
namespace labeling {

// One labeled record on its way out.
struct ExportRow {
    std::string key{};
    std::string label{};  // its class; empty: none
    std::string value{};  // JSON: what a class can not say; empty: nothing
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
    (key, label, value, probability, method, revision, version, title, text, url, payload)
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
    form,
};

// Writes rows as they come, in constant memory. finish() ends the file.
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
    virtual std::string_view file_name() const = 0;   // "labels.jsonl" and so on
    virtual std::string_view media_type() const = 0;  // "text/csv" and so on

    // A text that begins like a formula would be run there.
    virtual bool opens_in_spreadsheets() const { return false; }

    // Why the format can not hold a project's labels; nothing if it can.
    virtual std::optional<std::string> refuses(const Project& project, LabelShape shape) const = 0;
    // To `out`, which must outlive it, for labels that are not refused.
    virtual std::unique_ptr<Exporter>
    exporter(const Project& project, LabelShape shape, std::ostream& out) const = 0;
};

std::span<const ExportFormat* const> export_formats();
// In order.
std::vector<std::string> export_format_names();
// Throws base::UsageError for a name that is none.
const ExportFormat& export_format(std::string_view name);

// Throws base::UsageError, naming formats that can, if this one can not hold the project's labels.
std::unique_ptr<Exporter> make_exporter(
    const ExportFormat& format,
    const Project& project,
    LabelShape shape,
    std::ostream& out
);

}  // namespace labeling
