// Labels of several parts a record.
//
// Models of spans read one text a row. Fields that are marked are therefore joined to the text,
// each behind an empty line, and their spans moved along: a row stays a record, with its folds,
// weights and errors, and what is found is told by field again.
#include "training/labels/part_labels.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/utf8.hpp"
#include "training/answers/answer_model.hpp"

namespace training {

namespace json = boost::json;

bool labels_are_sets(const std::string& project_kind) {
    return project_kind == "multilabel";
}

bool labels_are_spans(const std::string& project_kind) {
    return project_kind == "spans";
}

bool labels_count_characters(const std::string& project_kind) {
    const auto* kind = answer_kind(project_kind);
    return labels_are_spans(project_kind) || (kind && kind->whole_texts);
}

bool labels_are_parts(const std::string& project_kind) {
    return labels_are_sets(project_kind) || labels_are_spans(project_kind) ||
           answer_kind(project_kind) != nullptr;
}

namespace {

// A name stands by itself, in a list, or as the "label" of something that was marked.
void add_names(const json::value& label, std::set<std::string>& names) {
    if (label.is_string()) names.emplace(label.as_string());
    if (const auto* list = label.if_array())
        for (const auto& one : *list) add_names(one, names);
    if (const auto* object = label.if_object())
        for (const char* member : {"label", "spans", "relations"})
            if (const auto* found = object->if_contains(member)) add_names(*found, names);
}

}  // namespace

std::vector<std::string> classes_in(const std::string& label) {
    std::set<std::string> names;
    add_names(json::parse(label), names);
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

namespace {

// Between what is joined: a sentence ends there for whoever reads on.
constexpr std::string_view between_fields = "\n\n";

void join_field(
    const ExampleStore& store,
    const std::string& field,
    const std::vector<Item>& items,
    Examples& examples
) {
    const auto texts = store.load_field(items, field);
    for (std::size_t row = 0; row < items.size(); ++row) {
        if (texts[row].empty()) continue;
        const auto text = examples.text[row];
        std::string body(text.body);
        if (!body.empty()) body += between_fields;
        examples.fields[row].push_back({base::count_code_points(body), field});
        body += texts[row];
        examples.text.set(row, {text.title, body});
    }
}

void place_in_joined(
    const Examples& examples,
    const Item& item,
    std::size_t row,
    schema::TextSpan& span
) {
    if (span.field.empty()) return;
    for (const auto& [start, field] : examples.fields[row])
        if (field == span.field) {
            span.start += start;
            span.end += start;
            span.field.clear();
            return;
        }
    throw base::Error(
        "record '" + item.id.key + "'",
        "its label marks field '" + span.field + "', which has no text",
        "label it anew, and make another snapshot"
    );
}

}  // namespace

std::set<std::string> fields_marked(const std::vector<Item>& items) {
    std::set<std::string> fields;
    for (const auto& item : items)
        for (const auto& span : schema::parse_spans(item.label.value_or("[]")))
            if (!span.field.empty()) fields.insert(span.field);
    return fields;
}

void give_spans(
    const ExampleStore& store,
    const std::set<std::string>& fields,
    Examples& examples,
    const std::vector<Item>& items
) {
    examples.classes.clear();
    examples.targets.clear();
    examples.spans.clear();
    examples.fields.clear();
    for (const auto& item : items)
        examples.spans.push_back(schema::parse_spans(item.label.value_or("[]")));
    if (fields.empty()) return;
    examples.text.resize(items.size());
    examples.fields.resize(items.size());
    for (const auto& field : fields) join_field(store, field, items, examples);
    for (std::size_t row = 0; row < items.size(); ++row) {
        for (auto& span : examples.spans[row]) place_in_joined(examples, items[row], row, span);
        std::sort(examples.spans[row].begin(), examples.spans[row].end());
    }
}

void give_answers(
    const AskedQuestion& question,
    Examples& examples,
    const std::vector<Item>& items
) {
    examples.classes.clear();
    examples.targets.clear();
    examples.answers.clear();
    examples.asked = question.json();
    for (const auto& item : items) examples.answers.push_back(item.label.value_or("null"));
}

std::vector<schema::TextSpan>
spans_by_field(const Examples& examples, std::size_t row, std::vector<schema::TextSpan> spans) {
    if (examples.fields.empty()) return spans;
    for (auto& span : spans) {
        const Examples::FieldPlace* in = nullptr;
        for (const auto& place : examples.fields[row]) {
            if (place.start <= span.start) in = &place;
            // What was found across a border is cut there.
            if (place.start > span.start && place.start < span.end)
                span.end = place.start - between_fields.size();
        }
        if (!in) continue;
        span.start -= in->start;
        span.end -= in->start;
        span.field = in->field;
    }
    std::sort(spans.begin(), spans.end());
    return spans;
}

}  // namespace training
