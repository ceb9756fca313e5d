#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/database/steps.hpp"
#include "labeling/export/answer_files.hpp"
#include "labeling/export/answer_importer.hpp"
#include "labeling/export/exporter.hpp"
#include "labeling/export/given_label.hpp"
#include "service/verb.hpp"

// Labels that come and go as files.
namespace service {

struct ImportLabels {
    std::string project{};
    std::string field{};                                        // of the records; or
    std::optional<std::vector<labeling::GivenLabel>> labels{};  // written out; or
    std::string text{};  // a file's, as labeling/export/label_files.hpp reads it
    std::string file{};  // the name that it had, for its ending
    bool add_classes = false;
    std::size_t max_classes = 1'000;
    double share = 1;

    // Of the text: not what is held true but what people answered, each for themselves.
    bool answers = false;
    labeling::UnknownAnnotators annotators = labeling::UnknownAnnotators::refuse;
    std::string person{};  // whose they are where the file does not say
    // Empty: by their names.
    std::string item_column{}, annotator_column{}, answer_column{}, time_column{};
    static const base::Settings<ImportLabels> settings;
};
struct RejectedAnswer {
    std::string place;  // the file, and where in it
    std::string key;    // of the record, or how its text begins
    std::string annotator;
    std::string answer;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(RejectedAnswer, (), (place, key, annotator, answer, reason))
// What came of answers, beside what is told of labels: `added` are first answers of their people to
// their records, `changed` later ones, `faults` also tell why answers were not taken.
struct ImportedAnswers {
    std::int64_t taken_back = 0;     // that stood, and by the file do not
    std::int64_t skipped = 0;        // records that people passed by
    std::int64_t rejects = 0;        // that `rejected` and `faults` count
    std::int64_t other_version = 0;  // taken as of the present classes: they tell of a version of
                                     // the classes that the project never had
    std::int64_t annotators = 0;
    std::vector<std::string> new_annotators;    // users now, who can not sign in
    labeling::ColumnNames columns;              // of a table, that were read
    std::vector<RejectedAnswer> rejected_rows;  // the first hundred
};
BOOST_DESCRIBE_STRUCT(
    ImportedAnswers,
    (),
    (taken_back, skipped, rejects, other_version, annotators, new_annotators, columns, rejected_rows
    )
)
struct ImportedLabels {
    std::int64_t added = 0, changed = 0, unchanged = 0;
    std::int64_t no_record = 0;  // keys that are no record of the source
    std::int64_t no_value = 0;   // records without the field, rows without a label
    std::int64_t scaled = 0;     // whose places were of a picture of another size than the record's
    // Values that are no class, with how often; most frequent first.
    std::vector<std::pair<std::string, std::int64_t>> rejected;
    // Why others are no answers to the question, with how often.
    std::vector<std::pair<std::string, std::int64_t>> faults;
    std::vector<std::string> new_classes;
    std::optional<ImportedAnswers> answers{};  // of answers
};
BOOST_DESCRIBE_STRUCT(
    ImportedLabels,
    (),
    (added, changed, unchanged, no_record, no_value, scaled, rejected, faults, new_classes, answers)
)
ImportedLabels import_labels(Work& work, const ImportLabels& request);
// From a file or a folder at hand. Answers go in transactions of their own, a few thousand each;
// those that are not taken are written to `rejects`, a JSON object a line that can be mended and
// imported.
ImportedLabels import_label_files(
    Work& work,
    const ImportLabels& request,
    const std::string& path,
    std::ostream* rejects = nullptr
);

struct ExportLabels {
    std::string project;
    std::string format = "jsonl";  // one of labeling::export_formats()
    bool answers = false;          // with who answered what
    bool images = false;           // with the pictures beside
    bool trim_blanks = false;      // at the ends of spans, where the format has none there
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
