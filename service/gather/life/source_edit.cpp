// How a source's settings change. What is stored is what was written, after the readers of its kind
// took it; the version before stays, so that a mistake is undone with one command.
#include "service/gather/life/source_edit.hpp"

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/settings/settings.hpp"
#include "service/gather/gather.hpp"
#include "service/refusal.hpp"

namespace service {

namespace json = boost::json;

namespace {

schema::Source editable(Work& work, const std::string& name) {
    auto source = known_source(work, name);
    if (source.state == archived) refuse_archived(source);
    schema::lock_source(work.tx, source.id);
    return known_source(work, name);
}

ShownSource change(Work& work, const schema::Source& source, const std::string& spec) {
    check_spec(source.kind, base::Document::json(spec));
    schema::change_settings(work.tx, source.id, spec, work.caller.name, work.now);
    return show_source(work, {source.name});
}

}  // namespace

const base::Settings<SetSource> SetSource::settings{
    {"source", &SetSource::source, "its name", {.required = true}},
    {"key", &SetSource::key, "a setting of its kind", {.required = true}},
    {"value",
     &SetSource::value,
     "JSON, or plain text; null takes the setting away",
     {.scalars = true}},
};

const base::Settings<EditSource> EditSource::settings{
    {"source", &EditSource::source, "its name", {.required = true}},
    {"spec", &EditSource::spec, "an object: all settings of its kind"},
    {"schedule", &EditSource::schedule, "five-field cron, @daily and the like; \"\" for none"},
    {"version", &EditSource::version, "that was edited; if it is not the present one, nothing is"},
};

const base::Settings<ListSourceSettings> ListSourceSettings::settings{
    {"source", &ListSourceSettings::source, "whose settings", {.required = true}},
    {&ListSourceSettings::page},
};

const base::Settings<RevertSource> RevertSource::settings{
    {"source", &RevertSource::source, "its name", {.required = true}},
    {"version", &RevertSource::version, "that it is to have again", {.required = true}},
};

void set_member(base::JsonText& spec, const std::string& key, const std::string& value) {
    auto settings = json::parse(spec.text.empty() ? "{}" : spec.text);
    boost::system::error_code error;
    auto parsed = json::parse(value, error);
    if (error) parsed = json::value(value);
    auto* object = &settings.as_object();
    std::string_view name = key;
    for (auto dot = name.find('.'); dot != name.npos; dot = name.find('.')) {
        auto& inner = (*object)[name.substr(0, dot)];
        if (!inner.is_object()) inner = json::object();
        object = &inner.as_object();
        name.remove_prefix(dot + 1);
    }
    if (parsed.is_null()) {
        object->erase(name);
    } else {
        (*object)[name] = parsed;
    }
    spec.text = json::serialize(settings);
}

ShownSource set_source(Work& work, const SetSource& request) {
    auto source = editable(work, request.source);
    base::JsonText spec{source.spec};
    set_member(spec, request.key, request.value);
    return change(work, source, spec.text);
}

ShownSource edit_source(Work& work, const EditSource& request) {
    auto source = editable(work, request.source);
    auto present = show_source(work, {source.name}).version;
    if (request.version && *request.version != present)
        throw Outdated("source '" + source.name + "'", present);
    if (request.schedule) schedule_source(work, {source.name, *request.schedule});
    return change(work, source, request.spec ? request.spec->text : source.spec);
}

Page<schema::SourceSettings> list_source_settings(Work& work, const ListSourceSettings& request) {
    auto id = known_source(work, request.source).id;
    return page_of(
        schema::list_settings(work.tx, id, request.page.limit, request.page.after_number()),
        request.page,
        [](const auto& settings) { return std::to_string(settings.version); }
    );
}

ShownSource revert_source(Work& work, const RevertSource& request) {
    auto source = editable(work, request.source);
    auto spec = schema::settings_of(work.tx, source.id, request.version);
    if (!spec)
        throw Refusal(
            Refusal::Kind::not_found,
            "version " + std::to_string(request.version) + " of source '" + source.name + "'",
            "there is none",
            "see 'tilth source settings " + source.name + "'"
        );
    return change(work, source, *spec);
}

}  // namespace service
