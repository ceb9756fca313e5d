// One JSON array of tasks with "data", and in "annotations" a result of type "choices". It is put
// together by hand: a library would keep the whole document.
#include "labeling/export/export_formats.hpp"

#include <ostream>

#include <fmt/format.h>

namespace labeling {

namespace {

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

class LabelStudioFormat : public ClassFormat {
public:
    std::string_view name() const override { return "label-studio"; }
    std::string_view meaning() const override { return "tasks with their annotations"; }
    std::string_view file_name() const override { return "tasks.json"; }
    std::string_view media_type() const override { return "application/json"; }

    std::unique_ptr<Exporter> exporter(const Project&, LabelShape, std::ostream& out)
        const override {
        return std::make_unique<LabelStudio>(out);
    }
};

}  // namespace

const ExportFormat& label_studio_format() {
    static const LabelStudioFormat format;
    return format;
}

}  // namespace labeling
