// A line a record, in the forms in which doccano imports and exports its kinds of projects:
// {"text","label":["class", ..]} for classes, {"text","label":[[start,end,"class"], ..]} for parts
// of a text, {"text","label":["written text"]} for sequence to sequence, and {"text","entities":
// [{"id","label","start_offset","end_offset"}],"relations":[{"id","from_id","to_id","type"}]}. The
// key of the record stands beside as "key", which doccano keeps as metadata.
#include <ostream>

#include <boost/json.hpp>

#include "labeling/export/export_formats.hpp"
#include "labeling/tasks/spans.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

class Doccano : public Exporter {
public:
    Doccano(const ExportContent& content, ExportFiles& files)
        : shape_(content.shape), out_(files.open("labels.doccano.jsonl")) {}

    void write(const ExportRow& row) override {
        out_ << "{\"id\":" << ++lines_ << ",\"key\":" << quoted(row.key)
             << ",\"text\":" << quoted(row.text.empty() ? row.title : row.text);
        switch (shape_) {
            case LabelShape::spans:
                write_spans(row.value);
                break;
            case LabelShape::relations:
                write_relations(row.value);
                break;
            case LabelShape::class_set:
                out_ << ",\"label\":" << row.value;
                break;
            default:
                out_ << ",\"label\":[" << row.answer() << ']';
        }
        out_ << "}\n";
    }
    void finish() override { out_.flush(); }

private:
    void write_spans(const std::string& value) {
        out_ << ",\"label\":[";
        const char* between = "";
        for (const auto& span : parse_spans(value)) {
            out_ << between << '[' << span.start << ',' << span.end << ',' << quoted(span.label)
                 << ']';
            between = ",";
        }
        out_ << ']';
    }

    void write_relations(const std::string& value) {
        auto graph = json::parse(value);
        json::array entities, relations;
        for (const auto& span : graph.at("spans").as_array())
            entities.push_back(
                {{"id", entities.size()},
                 {"label", span.at("label")},
                 {"start_offset", span.at("start")},
                 {"end_offset", span.at("end")}}
            );
        for (const auto& one : graph.at("relations").as_array())
            relations.push_back(
                {{"id", relations.size()},
                 {"from_id", one.at("from")},
                 {"to_id", one.at("to")},
                 {"type", one.at("label")}}
            );
        out_ << ",\"entities\":" << json::serialize(entities)
             << ",\"relations\":" << json::serialize(relations);
    }

    LabelShape shape_;
    std::ostream& out_;
    std::size_t lines_ = 0;
};

class DoccanoFormat : public ExportFormat {
public:
    std::string_view name() const override { return "doccano"; }
    std::string_view meaning() const override {
        return "texts with classes, spans, relations or written texts, a line each";
    }
    std::string_view file_name() const override { return "labels.doccano.jsonl"; }
    std::string_view media_type() const override { return "application/jsonl"; }

    std::optional<std::string> refuses(const ExportContent& content) const override {
        switch (content.shape) {
            case LabelShape::spans:
            case LabelShape::relations:
                return only_of_the_text(name(), content);
            case LabelShape::classes:
            case LabelShape::class_set:
            case LabelShape::text:
                return std::nullopt;
            default:
                return holds_only(name(), "classes, spans, relations and texts", *content.project);
        }
    }
    std::unique_ptr<Exporter> exporter(const ExportContent& content, ExportFiles& files)
        const override {
        return std::make_unique<Doccano>(content, files);
    }
};

}  // namespace

const ExportFormat& doccano_format() {
    static const DoccanoFormat format;
    return format;
}

}  // namespace labeling
