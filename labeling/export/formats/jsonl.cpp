// {"key","label", "spans" or
// "answer","probability","method","revision","version","url","title","text", "fields"} a line;
// empty texts are left out.
#include "labeling/export/export_formats.hpp"

#include <ostream>

#include <fmt/format.h>

namespace labeling {

namespace {

class JsonLines : public Exporter {
public:
    JsonLines(LabelShape shape, std::ostream& out) : shape_(shape), out_(out) {}

    void write(const ExportRow& row) override {
        out_ << "{\"key\":" << quoted(row.key);
        if (shape_ == LabelShape::classes)
            out_ << ",\"label\":" << quoted(row.label);
        else
            out_ << (shape_ == LabelShape::spans ? ",\"spans\":" : ",\"answer\":")
                 << (row.value.empty() ? "null" : row.value);
        out_ << ",\"probability\":" << fmt::format("{}", row.probability)
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
    LabelShape shape_;
    std::ostream& out_;
};

class JsonLinesFormat : public ExportFormat {
public:
    std::string_view name() const override { return "jsonl"; }
    std::string_view meaning() const override {
        return "a line of JSON a label, with the record's texts and fields";
    }
    std::string_view file_name() const override { return "labels.jsonl"; }
    std::string_view media_type() const override { return "application/jsonl"; }

    std::optional<std::string> refuses(const Project&, LabelShape) const override {
        return std::nullopt;
    }
    std::unique_ptr<Exporter> exporter(const Project&, LabelShape shape, std::ostream& out)
        const override {
        return std::make_unique<JsonLines>(shape, out);
    }
};

}  // namespace

const ExportFormat& jsonl_format() {
    static const JsonLinesFormat format;
    return format;
}

}  // namespace labeling
