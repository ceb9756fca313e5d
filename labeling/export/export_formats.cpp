#include "labeling/export/export_formats.hpp"

#include <array>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/words.hpp"
#include "labeling/tasks/stored_answer.hpp"

namespace labeling {

std::string ExportRow::answer() const {
    return method.empty() ? std::string() : answer_of(label, value);
}

std::string quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string(text));
}

std::string holds_only(std::string_view format, std::string_view what, const Project& project) {
    return fmt::format(
        "{} holds {}, and a {} project has none", format, what, project.question.kind
    );
}

std::optional<std::string> only_of_the_text(std::string_view format, const ExportContent& content) {
    if (!content.in_fields) return std::nullopt;
    return fmt::format("{} tells one text a record, and some spans are of other fields", format);
}

std::span<const ExportFormat* const> export_formats() {
    static const std::array all{
        &jsonl_format(),
        &csv_format(),
        &conll_format(),
        &spacy_format(),
        &label_studio_format(),
        &doccano_format(),
        &coco_format(),
        &yolo_format(),
        &yolo_obb_format(),
        &voc_format(),
        &preference_format(),
    };
    return all;
}

std::vector<std::string> export_format_names() {
    std::vector<std::string> names;
    for (const auto* format : export_formats()) names.emplace_back(format->name());
    return names;
}

const ExportFormat& export_format(std::string_view name) {
    for (const auto* format : export_formats())
        if (format->name() == name) return *format;
    throw base::UsageError(
        fmt::format("format '{}'", name),
        "labels can not be written so",
        "choose " + base::one_of(export_format_names())
    );
}

namespace {

std::optional<std::string> refusal(const ExportFormat& format, const ExportContent& content) {
    if (content.answers && !format.holds_answers())
        return fmt::format("{} can not hold who answered what", format.name());
    if (content.picture && !format.refers_to_pictures())
        return fmt::format("{} does not refer to files of pictures", format.name());
    return format.refuses(content);
}

}  // namespace

void check_export(const ExportFormat& format, const ExportContent& content) {
    auto refused = refusal(format, content);
    if (!refused) return;
    std::vector<std::string> others;
    for (const auto* each : export_formats())
        if (!refusal(*each, content)) others.emplace_back(each->name());
    throw base::UsageError(
        "project '" + content.project->name + "'", *refused, "choose " + base::one_of(others)
    );
}

std::unique_ptr<Exporter>
make_exporter(const ExportFormat& format, const ExportContent& content, ExportFiles& files) {
    check_export(format, content);
    return format.exporter(content, files);
}

}  // namespace labeling
