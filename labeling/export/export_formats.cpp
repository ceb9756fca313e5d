#include "labeling/export/export_formats.hpp"

#include <array>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/words.hpp"

namespace labeling {

std::string quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string(text));
}

std::optional<std::string> ClassFormat::refuses(const Project& project, LabelShape shape) const {
    if (shape == LabelShape::classes) return std::nullopt;
    return fmt::format(
        "{} holds classes, and the labels of a {} project are none", name(), project.question.kind
    );
}

std::span<const ExportFormat* const> export_formats() {
    static const std::array all{
        &jsonl_format(), &csv_format(), &conll_format(), &spacy_format(), &label_studio_format()};
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

std::unique_ptr<Exporter> make_exporter(
    const ExportFormat& format,
    const Project& project,
    LabelShape shape,
    std::ostream& out
) {
    auto refused = format.refuses(project, shape);
    if (!refused) return format.exporter(project, shape, out);
    std::vector<std::string> others;
    for (const auto* each : export_formats())
        if (!each->refuses(project, shape)) others.emplace_back(each->name());
    throw base::UsageError(
        "project '" + project.name + "'", *refused, "choose " + base::one_of(others)
    );
}

}  // namespace labeling
