// One JSON array of tasks with "data", and in "annotations" the results of the label, whose
// "ground_truth" is true, and of each answer, if these are wanted: with "completed_by",
// "created_at", "lead_time" in seconds; what was taken back is "was_cancelled". It is put together
// by hand: a library would keep the whole document.
#include <ostream>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "labeling/export/export_formats.hpp"
#include "labeling/export/label_studio_results.hpp"
#include "labeling/export/pictures.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace {

bool shows_pictures(const Question& question) {
    if (is_of_pictures(task_type(question.kind).shape())) return true;
    for (const auto& part : question.parts)
        if (shows_pictures(part.question)) return true;
    return false;
}

// The name under which a record's sound or film is shown; empty: it has none.
std::string recording_of(const ExportRow& row) {
    return row.media == "audio" || row.media == "video" ? row.media : "";
}

class LabelStudio : public Exporter {
public:
    LabelStudio(const ExportContent& content, ExportFiles& files)
        : project_(*content.project),
          answers_(content.answers),
          pictures_(shows_pictures(project_.question)),
          out_(files.open("tasks.json")) {
        out_ << '[';
    }

    void write(const ExportRow& row) override {
        if (pictures_) require_picture(row);
        ++tasks_;
        bool has_text = !row.text.empty() || row.title.empty();
        const auto recording = recording_of(row);
        StudioTask task{
            .shown = !row.text.empty()    ? "text"
                     : row.width > 0      ? "image"
                     : !recording.empty() ? recording
                     : has_text           ? "text"
                                          : "title",
            .recording = recording.empty() ? "audio" : recording,
            .text = row.text,
            .width = static_cast<double>(row.width),
            .height = static_cast<double>(row.height)};
        out_ << (tasks_ == 1 ? "\n" : ",\n") << "{\"id\":" << tasks_
             << ",\"data\":{\"key\":" << quoted(row.key);
        const auto place = quoted(row.url.empty() ? row.key : row.url);
        if (row.width > 0) out_ << ",\"image\":" << place;
        if (!recording.empty()) out_ << ",\"" << recording << "\":" << place;
        if (!row.title.empty()) out_ << ",\"title\":" << quoted(row.title);
        if (has_text) out_ << ",\"text\":" << quoted(row.text);
        if (!row.url.empty()) out_ << ",\"url\":" << quoted(row.url);
        if (!row.payload.empty()) out_ << ",\"fields\":" << row.payload;
        out_ << "},\"annotations\":[";
        bool labeled = !row.method.empty();
        if (labeled) {
            begin("false");
            write_results(row.answer(), task);
        }
        if (answers_) write_answers(row, task, labeled);
        out_ << "],\"meta\":{";
        if (labeled)
            out_ << "\"probability\":" << fmt::format("{}", row.probability)
                 << ",\"method\":" << quoted(row.method);
        out_ << "}}";
    }
    void finish() override {
        out_ << "\n]\n";
        out_.flush();
    }

private:
    void begin(std::string_view cancelled) {
        out_ << "{\"id\":" << ++annotations_ << ",\"was_cancelled\":" << cancelled;
    }

    void write_answers(const ExportRow& row, const StudioTask& task, bool after_label) {
        for (const auto& one : row.answers) {
            if (after_label) out_ << ',';
            after_label = true;
            begin(one.withdrawn_at.empty() ? "false" : "true");
            out_ << ",\"completed_by\":{\"email\":" << quoted(one.user)
                 << (one.simulated ? ",\"simulated\":true" : "") << "},\"attempt\":" << one.attempt
                 << ",\"schema_version\":" << one.schema_version
                 << ",\"created_at\":" << quoted(one.submitted_at);
            if (!one.withdrawn_at.empty()) out_ << ",\"withdrawn_at\":" << quoted(one.withdrawn_at);
            if (one.milliseconds)
                out_ << ",\"lead_time\":"
                     << fmt::format("{}", static_cast<double>(*one.milliseconds) / 1000);
            write_results(answer_of(one.label, one.value), task, false);
        }
    }

    void write_results(const std::string& answer, StudioTask task, bool truth = true) {
        task.id = fmt::format("r{}", annotations_);
        out_ << ",\"ground_truth\":" << (truth ? "true" : "false") << ",\"result\":"
             << boost::json::serialize(studio_results(project_.question, answer, task)) << '}';
    }

    Project project_;
    bool answers_, pictures_;
    std::ostream& out_;
    std::size_t tasks_ = 0, annotations_ = 0;
};

class LabelStudioFormat : public ExportFormat {
public:
    std::string_view name() const override { return "label-studio"; }
    std::string_view meaning() const override { return "tasks with their annotations"; }
    std::string_view file_name() const override { return "tasks.json"; }
    std::string_view media_type() const override { return "application/json"; }
    bool holds_answers() const override { return true; }

    std::optional<std::string> refuses(const ExportContent& content) const override {
        auto lacks = studio_lacks(content.project->question);
        if (!lacks) return std::nullopt;
        return fmt::format("Label Studio has no {}", *lacks);
    }
    std::unique_ptr<Exporter> exporter(const ExportContent& content, ExportFiles& files)
        const override {
        return std::make_unique<LabelStudio>(content, files);
    }
};

}  // namespace

const ExportFormat& label_studio_format() {
    static const LabelStudioFormat format;
    return format;
}

}  // namespace labeling
