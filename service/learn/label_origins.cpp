#include "service/learn/label_origins.hpp"

#include <map>
#include <set>

#include <boost/json.hpp>

#include "base/settings/document.hpp"

namespace service {

namespace json = boost::json;

namespace {

using Places = std::map<std::string, std::set<std::string>>;  // names by the place in a page

// A list of one says the same as its element.
std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (!value) return {};
    const auto* list = value->if_array();
    return json::serialize(list && list->size() == 1 ? list->front() : *value) + "\n";
}

std::string place_of(const json::value& definition) {
    const auto* object = definition.if_object();
    if (!object) return place_of(json::object{{"css", definition}});
    std::string place;
    for (const char* part : {"css", "xpath", "attr", "pointer", "regex", "index", "many"})
        place += std::string(part) + text_at(*object, part);
    return place;
}

// The fields of a set of scraping rules, and of what lies within it: items, and other sets.
void look(const json::value& rules, const std::string& within, Places& places) {
    if (const auto* list = rules.if_array())
        for (const auto& one : *list) look(one, within, places);
    const auto* object = rules.if_object();
    if (!object) return;
    for (const auto& [name, value] : *object) {
        const auto* fields = name == "fields" ? value.if_object() : nullptr;
        if (!fields) {
            const auto* inner = value.if_object();
            look(
                value,
                inner ? within + text_at(*inner, "css") + text_at(*inner, "xpath") : within,
                places
            );
            continue;
        }
        for (const auto& [field, definition] : *fields)
            places[within + place_of(definition)].emplace(field);
    }
}

}  // namespace

training::ColumnFields origins_of(std::span<const std::string> rules) {
    std::set<std::pair<std::string, std::string>> pairs;
    Places places;
    for (const auto& text : rules) {
        const auto given = base::Document::json("{\"rules\":" + text + "}");
        const auto document = given.embedded("rules", "the source's rules");
        const auto* object = document.root().if_object();
        if (!object) continue;
        look(document.root(), "", places);
        const auto* columns = object->if_contains("column");
        if (!columns || !columns->is_array()) continue;
        for (const auto& column : columns->as_array()) {
            const auto* one = column.if_object();
            const auto* name = one ? one->if_contains("name") : nullptr;
            const auto* field = one ? one->if_contains("field") : nullptr;
            if (!name || !name->is_string()) continue;
            const auto& from = field && field->is_string() ? *field : *name;
            pairs.emplace(name->as_string(), from.as_string());
        }
    }
    for (const auto& [place, names] : places)
        for (const auto& name : names)
            for (const auto& other : names) pairs.emplace(name, other);
    return {pairs.begin(), pairs.end()};
}

}  // namespace service
