#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schema/sources/source_settings_store.hpp"
#include "service/gather/sources.hpp"

// Changes of a source's settings. Each is another version; none is lost.
namespace service {

struct SetSource {
    std::string source, key;
    std::string value;  // JSON, or plain text; null takes the setting away
    static const base::Settings<SetSource> settings;
};
ShownSource set_source(Work& work, const SetSource& request);
// Sets a member of `spec`, a JSON object, as SetSource says; "a.b" is the member b of the object a.
void set_member(base::JsonText& spec, const std::string& key, const std::string& value);

struct EditSource {
    std::string source;
    std::optional<base::JsonText> spec;  // all settings of its kind
    std::optional<std::string> schedule;
    std::optional<std::int64_t> version;  // that was edited; the present one by default
    static const base::Settings<EditSource> settings;
};
// Throws base::UsageError for settings that its kind does not know or cannot take; Outdated if
// `version` is not the present one.
ShownSource edit_source(Work& work, const EditSource& request);

struct ListSourceSettings {
    std::string source;
    Paging page;
    static const base::Settings<ListSourceSettings> settings;
};
// The newest first.
Page<schema::SourceSettings> list_source_settings(Work& work, const ListSourceSettings& request);

struct RevertSource {
    std::string source;
    std::int64_t version = 0;
    static const base::Settings<RevertSource> settings;
};
// What it had then becomes its newest version.
ShownSource revert_source(Work& work, const RevertSource& request);

}  // namespace service
