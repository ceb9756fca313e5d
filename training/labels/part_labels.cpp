#include "training/labels/part_labels.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <boost/json.hpp>

#include "base/error.hpp"

namespace training {

namespace json = boost::json;

bool labels_are_sets(const std::string& project_kind) {
    return project_kind == "multilabel";
}

bool labels_are_spans(const std::string& project_kind) {
    return project_kind == "spans";
}

std::vector<std::string> classes_in(const std::string& label) {
    std::set<std::string> names;
    const auto parsed = json::parse(label);
    for (const auto& one : parsed.as_array()) {
        if (one.is_string()) names.emplace(one.as_string());
        if (const auto* span = one.if_object())
            if (const auto* name = span->if_contains("label")) names.emplace(name->as_string());
    }
    return {names.begin(), names.end()};
}

std::string label_of_set(const std::vector<std::string>& names) {
    json::array list;
    for (const auto& name : names) list.emplace_back(name);
    return json::serialize(list);
}

void give_sets(Examples& examples, const std::vector<Item>& items) {
    std::map<std::string, std::size_t> places;
    for (std::size_t c = 0; c < examples.class_names.size(); ++c)
        places.emplace(examples.class_names[c], c);
    examples.classes.clear();
    examples.targets.clear();
    examples.marks.assign(examples.rows * examples.class_names.size(), 0);
    for (std::size_t row = 0; row < items.size(); ++row)
        for (const auto& name : classes_in(items[row].label.value_or("[]"))) {
            const auto found = places.find(name);
            if (found == places.end())
                throw base::Error(
                    "record '" + items[row].id.key + "'",
                    "its label names '" + name + "', which is no class of the project",
                    "make another snapshot"
                );
            examples.marks[row * examples.class_names.size() + found->second] = 1;
        }
}

void give_spans(Examples& examples, const std::vector<Item>& items) {
    examples.classes.clear();
    examples.targets.clear();
    examples.spans.clear();
    for (const auto& item : items)
        examples.spans.push_back(schema::parse_spans(item.label.value_or("[]")));
}

}  // namespace training
