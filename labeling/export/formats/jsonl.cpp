// {"key","label","probability","method","revision","version","url","title","text","width","height",
// "fields"} a line; empty texts are left out. What was answered is "label" for one of several
// classes, "spans" for parts of a text, "answer" for all else, as the kind has it.
//
// With answers, also "answers":[{"user","attempt","label" (or as above),"milliseconds",
// "submitted_at","withdrawn","withdrawn_at","schema_version"}], "simulated" of users who are; a
// record that is not labeled yet has null for its label then.
#include <ostream>

#include <fmt/format.h>

#include "labeling/export/export_formats.hpp"

namespace labeling {

namespace {

class JsonLines : public Exporter {
public:
    JsonLines(const ExportContent& content, ExportFiles& files)
        : member_(
              content.shape == LabelShape::classes ? ",\"label\":"
              : content.shape == LabelShape::spans ? ",\"spans\":"
                                                   : ",\"answer\":"
          ),
          answers_(content.answers),
          out_(files.open("labels.jsonl")) {}

    void write(const ExportRow& row) override {
        out_ << "{\"key\":" << quoted(row.key);
        if (row.method.empty())
            out_ << member_ << "null";
        else
            write_answer(row.label, row.value);
        if (!row.method.empty())
            out_ << ",\"probability\":" << fmt::format("{}", row.probability)
                 << ",\"method\":" << quoted(row.method) << ",\"revision\":" << row.revision;
        out_ << ",\"version\":" << row.version;
        if (answers_) write_answers(row.answers);
        if (!row.url.empty()) out_ << ",\"url\":" << quoted(row.url);
        if (!row.title.empty()) out_ << ",\"title\":" << quoted(row.title);
        if (!row.text.empty()) out_ << ",\"text\":" << quoted(row.text);
        if (row.width > 0) out_ << ",\"width\":" << row.width << ",\"height\":" << row.height;
        if (!row.payload.empty()) out_ << ",\"fields\":" << row.payload;
        out_ << "}\n";
    }
    void finish() override { out_.flush(); }

private:
    void write_answer(const std::string& label, const std::string& value) {
        out_ << member_;
        if (!label.empty())
            out_ << quoted(label);
        else
            out_ << (value.empty() ? "null" : value);
    }

    void write_answers(const std::vector<GivenAnswer>& answers) {
        out_ << ",\"answers\":[";
        const char* between = "";
        for (const auto& one : answers) {
            out_ << between << "{\"user\":" << quoted(one.user);
            if (one.simulated) out_ << ",\"simulated\":true";
            out_ << ",\"attempt\":" << one.attempt;
            write_answer(one.label, one.value);
            if (one.milliseconds) out_ << ",\"milliseconds\":" << *one.milliseconds;
            out_ << ",\"submitted_at\":" << quoted(one.submitted_at);
            if (!one.withdrawn_at.empty())
                out_ << ",\"withdrawn\":true,\"withdrawn_at\":" << quoted(one.withdrawn_at);
            out_ << ",\"schema_version\":" << one.schema_version << '}';
            between = ",";
        }
        out_ << ']';
    }

    std::string_view member_;
    bool answers_;
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
    bool holds_answers() const override { return true; }

    std::optional<std::string> refuses(const ExportContent&) const override { return std::nullopt; }
    std::unique_ptr<Exporter> exporter(const ExportContent& content, ExportFiles& files)
        const override {
        return std::make_unique<JsonLines>(content, files);
    }
};

}  // namespace

const ExportFormat& jsonl_format() {
    static const JsonLinesFormat format;
    return format;
}

}  // namespace labeling
