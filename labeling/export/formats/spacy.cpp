// {"text","cats":{class: 1 or 0, ..},"meta":{"key",..}} a line for classes;
// {"text","entities":[[start,end,label], ..],"meta"} for parts of a text, as spaCy's Example takes
// them; where parts may overlap, which entities must not, {"text","spans":{"sc":[[..], ..]},"meta"}
// instead, under the name that its span categorizer looks for.
//
// The text of classes is the title and the body, or the payload of a record that has neither; of
// spans it is what their offsets count in, the body, and each field that is marked has a line of
// its own, whose "meta" names it.
#include <ostream>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "labeling/export/export_formats.hpp"
#include "labeling/tasks/spans.hpp"

namespace labeling {

namespace {

class Spacy : public Exporter {
public:
    Spacy(const ExportContent& content, ExportFiles& files)
        : project_(*content.project),
          shape_(content.shape),
          out_(files.open("labels.spacy.jsonl")) {}

    void write(const ExportRow& row) override {
        if (shape_ != LabelShape::spans) {
            out_ << "{\"text\":";
            write_classes(row);
            return close(row, "");
        }
        const auto spans = parse_spans(row.value);
        write_spans(row, row.text, spans, "");
        for (const auto& field : project_.question.text_fields) {
            const auto text = text_of(row, field);
            if (!text.empty()) write_spans(row, text, spans, field);
        }
    }
    void finish() override { out_.flush(); }

private:
    void close(const ExportRow& row, const std::string& field) {
        out_ << ",\"meta\":{\"key\":" << quoted(row.key);
        if (!field.empty()) out_ << ",\"field\":" << quoted(field);
        out_ << ",\"probability\":" << fmt::format("{}", row.probability) << "}}\n";
    }

    // What the record says in a field; empty if it has no text there.
    static std::string text_of(const ExportRow& row, const std::string& field) {
        const auto payload =
            row.payload.empty() ? boost::json::value() : boost::json::parse(row.payload);
        const auto* fields = payload.if_object();
        const auto* value = fields ? fields->if_contains(field) : nullptr;
        return value && value->is_string() ? std::string(value->get_string()) : std::string();
    }

    // A line for one text of the record, with the spans that are in it.
    void write_spans(
        const ExportRow& row,
        const std::string& text,
        const std::vector<TextSpan>& spans,
        const std::string& field
    ) {
        bool overlapping = project_.question.overlapping_spans;
        out_ << "{\"text\":" << quoted(text)
             << (overlapping ? ",\"spans\":{\"sc\":[" : ",\"entities\":[");
        const char* between = "";
        for (const auto& span : spans) {
            if (span.field != field) continue;
            out_ << between << '[' << span.start << ',' << span.end << ',' << quoted(span.label)
                 << ']';
            between = ",";
        }
        out_ << (overlapping ? "]}" : "]");
        close(row, field);
    }

    void write_classes(const ExportRow& row) {
        std::string text = row.title;
        if (!row.text.empty()) text += (text.empty() ? "" : "\n\n") + row.text;
        std::set<std::string> hold{row.label};
        if (shape_ == LabelShape::class_set) {
            auto names = boost::json::parse(row.value);
            for (const auto& name : names.as_array()) hold.emplace(name.as_string());
        }
        out_ << quoted(text.empty() ? row.payload : text) << ",\"cats\":{";
        const char* between = "";
        for (const auto& item : project_.question.classes) {
            out_ << between << quoted(item.name) << ':'
                 << (hold.contains(item.name) ? "1.0" : "0.0");
            between = ",";
        }
        out_ << '}';
    }

    Project project_;
    LabelShape shape_;
    std::ostream& out_;
};

class SpacyFormat : public ExportFormat {
public:
    std::string_view name() const override { return "spacy"; }
    std::string_view meaning() const override {
        return "texts with the classes that hold, or with their entities";
    }
    std::string_view file_name() const override { return "labels.spacy.jsonl"; }
    std::string_view media_type() const override { return "application/jsonl"; }

    std::optional<std::string> refuses(const ExportContent& content) const override {
        if (content.shape == LabelShape::classes || content.shape == LabelShape::class_set ||
            content.shape == LabelShape::spans)
            return std::nullopt;
        return holds_only(name(), "classes and spans of text", *content.project);
    }
    std::unique_ptr<Exporter> exporter(const ExportContent& content, ExportFiles& files)
        const override {
        return std::make_unique<Spacy>(content, files);
    }
};

}  // namespace

const ExportFormat& spacy_format() {
    static const SpacyFormat format;
    return format;
}

}  // namespace labeling
