#include "labeling/export/imports/studio_regions.hpp"

#include <map>

#include <boost/json.hpp>

#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

// Whether this may be said of a region as well as of a record: it is no region itself.
bool is_said(const json::object& result) {
    const auto type = text_at(result, "type");
    return type == "textarea" || type == "choices" || type == "taxonomy" || type == "rating" ||
           type == "number";
}

// The control that each region was marked with, by the region's id.
std::map<std::string, std::string> regions_of(const json::array& results) {
    std::map<std::string, std::string> regions;
    for (const auto& item : results)
        if (const auto* result = item.if_object(); result && !is_said(*result))
            if (auto id = id_of(*result); !id.empty())
                regions.emplace(id, text_at(*result, "from_name"));  // the first drew it
    return regions;
}

}  // namespace

std::string text_at(const json::object& from, std::string_view name) {
    const auto* found = from.if_contains(name);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string id_of(const json::object& result) {
    return text_at(result, "id");
}

json::array
results_of(const Question& question, const json::array& results, const std::string& part) {
    const auto regions = regions_of(results);
    auto belongs = [&](const json::object& result) {
        auto region = is_said(result) ? regions.find(id_of(result)) : regions.end();
        if (region != regions.end())
            return question.transcribe && text_at(result, "type") == "textarea" &&
                   (part.empty() || region->second == part);
        if (result.contains("from_id"))
            return task_type(question.kind).shape() == LabelShape::relations;
        return part.empty() || text_at(result, "from_name") == part;
    };
    json::array own;
    for (const auto& item : results)
        if (const auto* result = item.if_object(); result && belongs(*result)) own.push_back(item);
    return own;
}

}  // namespace labeling
