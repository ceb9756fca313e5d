// {"text","cats":{class: 1 or 0, ..},"meta":{"key",..}} a line; a record without text becomes its
// payload as text.
#include "labeling/export/export_formats.hpp"

#include <ostream>

#include <fmt/format.h>

namespace labeling {

namespace {

class Spacy : public Exporter {
public:
    Spacy(const Project& project, std::ostream& out) : project_(project), out_(out) {}

    void write(const ExportRow& row) override {
        std::string text = row.title;
        if (!row.text.empty()) text += (text.empty() ? "" : "\n\n") + row.text;
        out_ << "{\"text\":" << quoted(text.empty() ? row.payload : text) << ",\"cats\":{";
        bool first = true;
        for (const auto& item : project_.question.classes) {
            out_ << (first ? "" : ",") << quoted(item.name) << ':'
                 << (item.name == row.label ? "1.0" : "0.0");
            first = false;
        }
        out_ << "},\"meta\":{\"key\":" << quoted(row.key)
             << ",\"probability\":" << fmt::format("{}", row.probability) << "}}\n";
    }
    void finish() override { out_.flush(); }

private:
    Project project_;
    std::ostream& out_;
};

class SpacyFormat : public ClassFormat {
public:
    std::string_view name() const override { return "spacy"; }
    std::string_view meaning() const override { return "texts with the classes that hold"; }
    std::string_view file_name() const override { return "labels.spacy.jsonl"; }
    std::string_view media_type() const override { return "application/jsonl"; }

    std::unique_ptr<Exporter> exporter(const Project& project, LabelShape, std::ostream& out)
        const override {
        return std::make_unique<Spacy>(project, out);
    }
};

}  // namespace

const ExportFormat& spacy_format() {
    static const SpacyFormat format;
    return format;
}

}  // namespace labeling
