#include "schema/records/record_fields.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "schema/records/values.hpp"

namespace schema {

namespace json = boost::json;

namespace {

constexpr std::string_view quality_prefix = "quality.";

std::optional<std::string> text_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return std::nullopt;
        case json::kind::string:
            return std::string(value.get_string());
        case json::kind::bool_:
            return value.get_bool() ? "true" : "false";
        default:
            return json::serialize(value);
    }
}

}  // namespace

std::optional<std::string> RecordFields::measured(const std::string& name) const {
    if (name == "language") return filled(text_language_);
    for (const auto& preset : formats::quality_presets())
        if (preset.name == name) return preset.passes(measures_) ? "true" : "false";
    auto measure = formats::measure_named(name);
    if (!measure) return std::nullopt;
    auto value = formats::value_of(measures_, *measure);
    return std::isnan(value) ? std::nullopt : std::optional(fmt::format("{}", value));
}

std::optional<std::string> RecordFields::operator()(const std::string& field) const {
    for (const auto& [name, value] : columns_)
        if (name == field) return value;
    if (!measures_.empty() && field.starts_with(quality_prefix))
        if (auto value = measured(field.substr(quality_prefix.size()))) return value;
    if (payload_.empty()) return std::nullopt;
    auto path = field.starts_with("payload.") ? field.substr(8) : field;
    auto parsed = json::parse(payload_);
    const json::value* at = &parsed;
    if (const auto* whole = parsed.is_object() ? parsed.get_object().if_contains(path) : nullptr)
        return text_of(*whole);
    for (std::size_t start = 0; start <= path.size();) {
        auto dot = std::min(path.find('.', start), path.size());
        if (!at->is_object()) return std::nullopt;
        at = at->get_object().if_contains(path.substr(start, dot - start));
        if (!at) return std::nullopt;
        start = dot + 1;
    }
    return text_of(*at);
}

bool is_duplicate_field(const std::string& field) {
    static const std::vector<std::string> names{
        "exact_duplicate", "near_duplicate", "near_cluster", "text_hash"};
    return std::find(names.begin(), names.end(), field) != names.end();
}

bool needs_payload(const std::vector<std::string>& fields) {
    static const std::vector<std::string> known{
        "key",        "version", "group",      "time",     "class",   "value", "probability",
        "method",     "words",   "characters", "language", "title",   "url",   "file",
        "media_type", "width",   "height",     "media",    "seconds", "pages", ""};
    return std::any_of(fields.begin(), fields.end(), [](const auto& field) {
        return !is_duplicate_field(field) &&
               std::find(known.begin(), known.end(), field) == known.end();
    });
}

}  // namespace schema
