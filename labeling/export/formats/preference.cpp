// {"prompt","chosen","rejected","key","probability"} a line, as reward models and direct preference
// optimisation are trained: a line for each pair of which one was found better. A ranking gives all
// its pairs; candidates that are level give none.
//
// The prompt is the record's field "prompt", else the first of the project's `fields` that is no
// candidate, else the text. Candidates that are no texts (the turns of a chat) stay JSON.
#include <algorithm>
#include <ostream>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/export/export_formats.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

class Preferences : public Exporter {
public:
    Preferences(const ExportContent& content, ExportFiles& files)
        : project_(*content.project), out_(files.open("preferences.jsonl")) {}

    void write(const ExportRow& row) override {
        auto answer = json::parse(row.answer());
        json::value payload = row.payload.empty() ? json::object() : json::parse(row.payload);
        const auto& fields = payload.as_object();
        if (answer.is_string()) return write_better(row, fields, answer.get_string());
        const auto& order = answer.as_array();
        for (std::size_t i = 0; i < order.size(); ++i)
            for (auto j = i + 1; j < order.size(); ++j)
                each_name(order[i], [&](std::string_view better) {
                    each_name(order[j], [&](std::string_view worse) {
                        write_pair(row, fields, better, worse);
                    });
                });
    }
    void finish() override { out_.flush(); }

private:
    // At one place of a ranking stands a name, or a list of level ones.
    template <typename Visit>
    static void each_name(const json::value& place, Visit visit) {
        if (place.is_string()) return visit(std::string_view(place.get_string()));
        for (const auto& name : place.as_array()) visit(std::string_view(name.as_string()));
    }

    void write_better(const ExportRow& row, const json::object& fields, std::string_view better) {
        const auto& names = project_.question.candidates;
        if (std::find(names.begin(), names.end(), better) == names.end()) return;
        write_pair(row, fields, better, names[names[0] == better ? 1 : 0]);
    }

    static const json::value&
    field(const ExportRow& row, const json::object& fields, std::string_view name) {
        if (const auto* value = fields.if_contains(name)) return *value;
        throw base::Error(
            "record '" + row.key + "'",
            fmt::format("has no field '{}'", name),
            "take its label away"
        );
    }

    std::string prompt_of(const ExportRow& row, const json::object& fields) const {
        if (const auto* prompt = fields.if_contains("prompt")) return json::serialize(*prompt);
        const auto& candidates = project_.question.candidates;
        for (const auto& name : project_.fields)
            if (std::find(candidates.begin(), candidates.end(), name) == candidates.end())
                if (const auto* value = fields.if_contains(name)) return json::serialize(*value);
        return quoted(row.text.empty() ? row.title : row.text);
    }

    void write_pair(
        const ExportRow& row,
        const json::object& fields,
        std::string_view better,
        std::string_view worse
    ) {
        out_ << "{\"prompt\":" << prompt_of(row, fields)
             << ",\"chosen\":" << json::serialize(field(row, fields, better))
             << ",\"rejected\":" << json::serialize(field(row, fields, worse))
             << ",\"key\":" << quoted(row.key)
             << ",\"probability\":" << fmt::format("{}", row.probability) << "}\n";
    }

    Project project_;
    std::ostream& out_;
};

class PreferenceFormat : public ExportFormat {
public:
    std::string_view name() const override { return "preference"; }
    std::string_view meaning() const override {
        return "pairs of a chosen and a rejected candidate with their prompt";
    }
    std::string_view file_name() const override { return "preferences.jsonl"; }
    std::string_view media_type() const override { return "application/jsonl"; }

    std::optional<std::string> refuses(const ExportContent& content) const override {
        if (content.shape == LabelShape::preference || content.shape == LabelShape::ranking)
            return std::nullopt;
        return holds_only(name(), "which candidates are better", *content.project);
    }
    std::unique_ptr<Exporter> exporter(const ExportContent& content, ExportFiles& files)
        const override {
        return std::make_unique<Preferences>(content, files);
    }
};

}  // namespace

const ExportFormat& preference_format() {
    static const PreferenceFormat format;
    return format;
}

}  // namespace labeling
