// Which parts of a record a task shows: what the project says, by default the text, the picture and
// the sound, film or document, or the fields of a record that has none of them; and always the
// fields that the question is about.
#include "service/labels/shown_record.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

namespace service {

namespace {

namespace json = boost::json;
using labeling::Project;
using labeling::SeenRecord;

json::value parsed(const base::JsonText& json) {
    return json.text.empty() ? json::value() : json::parse(json.text);
}

std::string unit_of(const json::value& columns, std::string_view name) {
    if (!columns.is_array()) return {};
    for (const auto& column : columns.as_array())
        if (const auto* known = column.as_object().if_contains("name");
            known && known->is_string() && known->as_string() == name)
            if (const auto* unit = column.as_object().if_contains("unit");
                unit && unit->is_string())
                return std::string(unit->as_string());
    return {};
}

std::optional<formats::Media> media_of(const Project& project, const SeenRecord& task) {
    auto media = schema::media_of(task.media);
    if (media && !shows(project, media->kind)) return std::nullopt;
    return media;
}

// Of the version that the task is of, whatever the record became.
std::string url_of(const SeenRecord& held, std::string_view part) {
    return fmt::format("/api/v1/records/{}/{}?version={}", held.record, part, held.version);
}

// Only fields that the project names, all if it names none; and always what the question is about,
// which could not be answered without.
std::vector<ShownField> fields_of(const Project& project, const SeenRecord& task) {
    std::vector<ShownField> shown;
    const auto asked = labeling::asked_fields(project.question);
    // A project that does not say what to show shows the fields of what has nothing else to see.
    bool bare = project.show.empty() && task.title.empty() && task.body.empty() && !task.width &&
                !media_of(project, task);
    bool listed = shows(project, Project::Show::fields) || bare;
    if (!listed && asked.empty()) return shown;
    auto whole = parsed(task.payload);
    if (!whole.is_object()) return shown;
    auto columns = parsed(task.columns);
    auto add = [&](std::string_view name, const json::value& value) {
        auto text = json::serialize(value);
        if (value.is_structured()) text = json::serialize(json::string(text));
        shown.push_back(
            {.name = std::string(name), .unit = unit_of(columns, name), .value = {std::move(text)}}
        );
    };
    const auto& payload = whole.as_object();
    if (listed && project.fields.empty())
        for (const auto& member : payload) add(member.key(), member.value());
    const auto add_named = [&](const std::vector<std::string>& names) {
        for (const auto& name : names) {
            const bool there = std::any_of(shown.begin(), shown.end(), [&](const auto& one) {
                return one.name == name;
            });
            if (const auto* value = payload.if_contains(name); value && !there) add(name, *value);
        }
    };
    if (listed) add_named(project.fields);
    add_named(asked);
    return shown;
}

}  // namespace

bool shows(const Project& project, Project::Show what) {
    if (project.show.empty()) return what != Project::Show::fields;
    return std::find(project.show.begin(), project.show.end(), what) != project.show.end();
}

// A web page is its text where the project does not ask for the page itself.
bool shows(const Project& project, formats::MediaKind kind) {
    if (kind == formats::MediaKind::html && project.show.empty()) return false;
    return shows(project, Project::Show::media);
}

Item shown(const Project& project, const SeenRecord& held) {
    bool text = shows(project, Project::Show::text);
    Item item{
        .id = held.record,
        .key = held.key,
        .title = text ? held.title : "",
        .text = text ? held.body : "",
        .language = held.language,
        .url = shows(project, Project::Show::link) ? held.url : "",
        .image = {},
        .media = {},
        .fields = fields_of(project, held)};
    if (shows(project, Project::Show::image) && held.width)
        item.image = Picture{
            .url = url_of(held, "image"), .width = *held.width, .height = held.height.value_or(0)};
    if (auto media = media_of(project, held))
        item.media = ItemMedia{
            .kind = media->kind,
            .type = std::move(media->type),
            .url = url_of(held, "media"),
            .seconds = media->seconds,
            .pages = media->pages,
            .width = media->width,
            .height = media->height};
    return item;
}

}  // namespace service
