// Labels as files, as verbs over labeling/export.
//
// What a format can not hold is refused before anything is written: by the kind of question, by
// what the labels themselves have, and by what is wanted beside them.
#include "service/labels/files.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>

#include <boost/json.hpp>

#include "base/bytes/hex.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/spool.hpp"
#include "formats/csv/guard.hpp"
#include "labeling/export/export_files.hpp"
#include "labeling/export/export_store.hpp"
#include "labeling/export/import_store.hpp"
#include "labeling/export/label_files.hpp"
#include "labeling/export/record_match_store.hpp"
#include "schema/blobs/blobs.hpp"
#include "service/labels/projects.hpp"
#include "service/refusal.hpp"

namespace service {

namespace json = boost::json;

namespace {

std::optional<base::Fault> one_origin(ImportLabels& request) {
    int origins =
        (request.field.empty() ? 0 : 1) + (request.labels ? 1 : 0) + (request.text.empty() ? 0 : 1);
    if (origins != 1)
        return base::Fault{
            .reason = "needs labels, a text or a field of the records, one of them", .at = "field"};
    if (request.answers && request.text.empty())
        return base::Fault{
            .reason = "is for a file, which names those who answered",
            .mend = "give it as 'text'",
            .at = "answers"};
    if (request.answers && request.share < 1)
        return base::Fault{.reason = "is for a field", .mend = "leave it out", .at = "share"};
    bool person = !request.person.empty() || !request.item_column.empty() ||
                  !request.annotator_column.empty() || !request.answer_column.empty() ||
                  !request.time_column.empty() ||
                  request.annotators != labeling::UnknownAnnotators::refuse;
    if (person && !request.answers)
        return base::Fault{
            .reason = "is wanted where people and columns are named",
            .mend = "say that it holds answers of people",
            .at = "answers"};
    return std::nullopt;
}

}  // namespace

const base::Settings<ImportLabels> ImportLabels::settings{
    {{"project", &ImportLabels::project, "its name", {.required = true}},
     {"field", &ImportLabels::field, "a field of the records that holds the class"},
     {"labels", &ImportLabels::labels, "labels by the keys of records, instead of a field"},
     {"text", &ImportLabels::text, "a file of labels of any form that is read, instead of them"},
     {"file", &ImportLabels::file, "with text: the name of the file, for its ending"},
     {"add_classes", &ImportLabels::add_classes, "make classes of values that are none"},
     {"max_classes", &ImportLabels::max_classes, "with add_classes: the most frequent so many"},
     {"share",
      &ImportLabels::share,
      "with field: only this share of the records, always the same ones",
      {.low = 0, .high = 1}},
     {"answers",
      &ImportLabels::answers,
      "the file holds what people answered, each for themselves: answers, not what is held true"},
     {"annotators", &ImportLabels::annotators, "with answers: of people who are no users"},
     {"person", &ImportLabels::person, "with answers: whose they are, where the file does not say"},
     {"item_column",
      &ImportLabels::item_column,
      "with answers: the column, or member, that names the record; the first that is usual for it "
      "by default, as for the others"},
     {"annotator_column", &ImportLabels::annotator_column, "that names the person"},
     {"answer_column", &ImportLabels::answer_column, "that holds the answer"},
     {"time_column",
      &ImportLabels::time_column,
      "that tells when it was given; 'none': no column"}},
    &one_origin,
};
const base::Settings<ExportLabels> ExportLabels::settings{
    {"project", &ExportLabels::project, "its name", {.required = true}},
    {"format", &ExportLabels::format, "of the file", {.choices = labeling::export_format_names()}},
    {"answers", &ExportLabels::answers, "with who answered what, also where nothing is held true"},
    {"images", &ExportLabels::images, "with the pictures, where the format refers to their files"},
    {"trim_blanks",
     &ExportLabels::trim_blanks,
     "spans without the blanks at their ends, where the format (conll) can not tell them"},
    {"guard_formulas", &ExportLabels::guard_formulas, formats::guard_words},
};

namespace {

labeling::ImportOptions options_of(const ImportLabels& request) {
    return {
        .add_classes = request.add_classes,
        .at_most_classes = request.max_classes,
        .share = request.share};
}

ImportedLabels told(labeling::Imported done) {
    return {
        .added = done.added,
        .changed = done.changed,
        .unchanged = done.unchanged,
        .no_record = done.no_record,
        .no_value = done.no_value,
        .scaled = done.scaled,
        .rejected = std::move(done.rejected),
        .faults = std::move(done.faults),
        .new_classes = std::move(done.new_classes)};
}

// Its row again, with the reason, in a form that is read.
json::object rejected_row(const labeling::PersonAnswer& one, const std::string& reason) {
    json::object row{
        {one.said.key.empty() ? "text" : "key",
         one.said.key.empty() ? one.said.text : one.said.key}};
    row["annotator"] = one.person;
    const auto& said = one.said.answer.text;
    if (one.said.places == labeling::GivenLabel::Places::exact && !said.empty())
        row["answer"] = json::parse(said);
    else if (said.empty())
        row["answer"] = one.said.label;
    if (one.at) row["time"] = base::rfc3339(*one.at, base::Precision::microseconds);
    if (one.milliseconds) row["milliseconds"] = *one.milliseconds;
    if (one.attempt) row["attempt"] = *one.attempt;
    if (one.taken_back) row["withdrawn"] = true;
    if (one.taken_back_at)
        row["withdrawn_at"] = base::rfc3339(*one.taken_back_at, base::Precision::microseconds);
    if (one.schema_version) row["schema_version"] = *one.schema_version;
    if (one.simulated) row["simulated"] = true;
    // Else it would be taken without, if nobody mends it.
    for (const auto& [name, text] : one.unread) row[name] = text;
    row["place"] = one.place;
    row["reason"] = reason;
    return row;
}

RejectedAnswer rejected(const labeling::PersonAnswer& one, const std::string& reason) {
    const auto& said = one.said.answer.text;
    return {
        .place = one.place,
        .key = labeling::name_of_given(one.said),
        .annotator = one.person,
        .answer = said.empty() ? one.said.label : said,
        .reason = reason};
}

void check_may_make_users(const Work& work, const ImportLabels& request) {
    if (request.annotators != labeling::UnknownAnnotators::create) return;
    if (may(work.caller.role, operators)) return;
    throw Refusal(
        Refusal::Kind::forbidden,
        "'annotators'",
        "makes users, which only administrators and operators may",
        "ask one of them"
    );
}

constexpr std::size_t most_rejected_rows = 100;

struct AnswerOrigin {
    bool read_once = false;
    std::ostream* rejects = nullptr;
};

ImportedLabels import_answers(
    Work& work,
    base::Steps steps,
    const ImportLabels& request,
    const std::function<labeling::EachPersonAnswer(const labeling::AnswerReading&)>& read,
    const AnswerOrigin& origin
) {
    check_may_make_users(work, request);
    ImportedAnswers of_people;
    labeling::AnswerReading reading{
        .names =
            {.item = request.item_column,
             .annotator = request.annotator_column,
             .answer = request.answer_column,
             .time = request.time_column},
        .person = request.person,
        .tell = [&](const labeling::ColumnNames& used) { of_people.columns = used; }};
    labeling::AnswerImport import{
        .unknown = request.annotators,
        .read_once = origin.read_once,
        .classes = options_of(request),
        .reject =
            [&](const labeling::PersonAnswer& one, const std::string& reason) {
                if (of_people.rejected_rows.size() < most_rejected_rows)
                    of_people.rejected_rows.push_back(rejected(one, reason));
                if (origin.rejects)
                    *origin.rejects << json::serialize(rejected_row(one, reason)) << '\n';
            },
        .stop = work.here.stop};
    auto done = labeling::import_answers(steps, request.project, read(reading), import, work.now);
    of_people.taken_back = done.taken_back;
    of_people.skipped = done.skipped;
    of_people.rejects = done.rejects;
    of_people.other_version = done.other_version;
    of_people.annotators = done.annotators;
    of_people.new_annotators = std::move(done.new_annotators);
    return {
        .added = done.added,
        .changed = done.corrected,
        .unchanged = done.unchanged,
        .no_record = done.no_record,
        .no_value = done.no_value,
        .scaled = done.scaled,
        .rejected = std::move(done.rejected),
        .faults = std::move(done.faults),
        .new_classes = std::move(done.new_classes),
        .answers = std::move(of_people)};
}

}  // namespace

ImportedLabels import_labels(Work& work, const ImportLabels& request) {
    auto stored = known_project(work, request.project);
    auto options = options_of(request);
    auto name = request.file.empty() ? "the text" : request.file;
    if (request.answers)
        return import_answers(
            work,
            work.tx,
            request,
            [&](const labeling::AnswerReading& reading) {
                return labeling::answers_of_text(
                    name, request.text, stored.project.question, reading
                );
            },
            {}
        );
    if (!request.field.empty())
        return told(
            labeling::import_field(work.tx, request.project, request.field, options, work.now)
        );
    if (request.labels)
        return told(
            labeling::import_labels(work.tx, request.project, *request.labels, options, work.now)
        );
    return told(labeling::import_labels(
        work.tx,
        request.project,
        labeling::labels_of_text(name, request.text, stored.project.question),
        options,
        work.now
    ));
}

ImportedLabels import_label_files(
    Work& work,
    const ImportLabels& request,
    const std::string& path,
    std::ostream* rejects
) {
    auto stored = known_project(work, request.project);
    const auto& question = stored.project.question;
    if (request.answers)
        return import_answers(
            work,
            work.here.database,
            request,
            [&](const labeling::AnswerReading& reading) {
                return labeling::answers_in(path, question, reading);
            },
            {.read_once = path == "-", .rejects = rejects}
        );
    return told(labeling::import_labels(
        work.tx, request.project, labeling::labels_in(path, question), options_of(request), work.now
    ));
}

namespace {

// What is to be written of a project; throws if the format can not hold it.
labeling::ExportContent checked_content(
    base::Steps steps,
    const Environment& here,
    const labeling::StoredProject& stored,
    const ExportLabels& request
) {
    auto content = steps.call([&](base::Tx& tx) { return labeling::content_of(tx, stored); });
    content.answers = request.answers;
    content.guard_formulas = request.guard_formulas;
    content.trim_blanks = request.trim_blanks;
    if (request.images)
        content.picture = [steps, &here](const labeling::ExportRow& row) {
            auto found = steps.call([&](base::Tx& tx) {
                auto hash = base::from_hex(row.picture);
                return hash ? here.blobs.load(tx, *hash) : std::nullopt;
            });
            if (found) return *std::move(found);
            throw base::Error("record '" + row.key + "'", "has no picture", "leave --images out");
        };
    labeling::check_export(labeling::export_format(request.format), content);
    return content;
}

}  // namespace

ExportPlan plan_export(Work& work, const ExportLabels& request) {
    auto stored = known_project(work, request.project);
    const auto& format = labeling::export_format(request.format);
    auto content = checked_content(work.tx, work.here, stored, request);
    auto names = format.folder_names(content);
    if (names.empty()) return {.file_name = std::string(format.file_name()), .folder_names = {}};
    std::string folder(format.name());
    return {.file_name = std::move(folder), .folder_names = std::move(names)};
}

std::int64_t write_labels(
    base::Steps steps,
    const Environment& here,
    const ExportLabels& request,
    labeling::ExportFiles& files
) {
    auto stored =
        steps.call([&](base::Tx& tx) { return labeling::load_project(tx, request.project); });
    auto content = checked_content(steps, here, stored, request);
    auto exporter =
        labeling::make_exporter(labeling::export_format(request.format), content, files);
    auto write = [&](const labeling::ExportRow& row) { exporter->write(row); };
    // Pictures are asked of the transaction while rows are written.
    using labeling::PageReading;
    auto reading = content.picture ? PageReading::in_turn : PageReading::ahead;
    auto rows = request.answers ? labeling::each_answered(steps, stored, write, reading)
                                : labeling::each_label(steps, stored, write, reading);
    exporter->finish();
    return rows;
}

Download export_labels(Work& work, const ExportLabels& request) {
    auto plan = plan_export(work, request);
    const auto& format = labeling::export_format(request.format);
    auto written = std::make_shared<base::Spool>();
    Download download{
        .name = plan.file_name, .media_type = std::string(format.media_type()), .file = written};
    if (plan.folder_names.empty()) {
        labeling::OneFile file(written->out());
        write_labels(work.tx, work.here, request, file);
    } else {
        labeling::ZipFiles zip(written->out());
        write_labels(work.tx, work.here, request, zip);
        zip.finish();
        download.name += ".zip";
        download.media_type = "application/zip";
    }
    written->finish();
    return download;
}

}  // namespace service
