#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/database/steps.hpp"
#include "labeling/export/exporter.hpp"
#include "labeling/export/given_label.hpp"
#include "service/verb.hpp"

// Labels that come and go as files.
namespace service {

struct ImportLabels {
    std::string project;
    std::string field;                                        // of the records; or
    std::optional<std::vector<labeling::GivenLabel>> labels;  // written out; or
    std::string text;  // a file's, as labeling/export/label_files.hpp reads it
    std::string file;  // the name that it had, for its ending
    bool add_classes = false;
    std::size_t max_classes = 1'000;
    double share = 1;
    static const base::Settings<ImportLabels> settings;
};
struct ImportedLabels {
    std::int64_t added = 0, changed = 0, unchanged = 0;
    std::int64_t no_record = 0;  // keys that are no record of the source
    std::int64_t no_value = 0;   // records without the field, rows without a label
    // Values that are no class, with how often; most frequent first.
    std::vector<std::pair<std::string, std::int64_t>> rejected;
    // Why others are no answers to the question, with how often.
    std::vector<std::pair<std::string, std::int64_t>> faults;
    std::vector<std::string> new_classes;
};
BOOST_DESCRIBE_STRUCT(
    ImportedLabels,
    (),
    (added, changed, unchanged, no_record, no_value, rejected, faults, new_classes)
)
ImportedLabels import_labels(Work& work, const ImportLabels& request);
// From a file or a folder at hand.
ImportedLabels import_label_files(Work& work, const ImportLabels& request, const std::string& path);

struct ExportLabels {
    std::string project;
    std::string format = "jsonl";  // one of labeling::export_formats()
    bool answers = false;          // with who answered what
    bool images = false;           // with the pictures beside
    bool guard_formulas = false;
    static const base::Settings<ExportLabels> settings;
};
// Several files come as a zip.
Download export_labels(Work& work, const ExportLabels& request);

// What an export makes. Throws base::UsageError for a format that can not hold what is wanted of
// the project: before anything is written.
struct ExportPlan {
    std::string file_name;               // of the file, or of the folder
    std::set<std::string> folder_names;  // what the folder has at its top; empty: it is a file
};
ExportPlan plan_export(Work& work, const ExportLabels& request);
// Writes it page by page. Returns how many records there were. Throws as plan_export().
std::int64_t write_labels(
    base::Steps steps,
    const Environment& here,
    const ExportLabels& request,
    labeling::ExportFiles& files
);

}  // namespace service
