// A record and its label in one JSON object, as tilth, spaCy, doccano and Prodigy write them.
//
// They differ by the names of members alone, and what stands there tells itself: lists of lists are
// spans, lists of objects with offsets are entities, lists of texts are classes.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "labeling/export/imports/imports.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

class LineReader {
public:
    LineReader(const json::object& line, const std::string& place, const Question& question)
        : line_(line), place_(place), shape_(task_type(question.kind).shape()) {}

    GivenLabel read() const {
        GivenLabel given;
        name_record(given);
        if (const auto* p = line_.if_contains("probability"); p && !p->is_null()) {
            if (!p->is_number() || !(p->to_number<double>() >= 0 && p->to_number<double>() <= 1))
                fail("its probability is not a number from 0 to 1");
            given.probability = p->to_number<double>();
        }
        const auto* answer = line_.if_contains("answer");
        if (is_prodigy()) {
            if (!answer || *answer != json::value("accept")) return given;
            answer = nullptr;  // it is about what stands beside it
        }
        if (answer) {
            take(*answer, given);
        } else if (const auto* accepted = line_.if_contains("accept"); is_prodigy() && accepted) {
            take_label(*accepted, given);
        } else if (line_.contains("entities") || line_.contains("spans")) {
            given.answer.text = json::serialize(marked());
        } else if (const auto* cats = line_.if_contains("cats"); cats && cats->is_object()) {
            take(classes_of(cats->get_object()), given);
        } else if (const auto* labels = line_.if_contains("label")) {
            take_label(*labels, given);
        } else if (const auto* several = line_.if_contains("labels")) {
            take_label(*several, given);
        } else {
            fail("has no 'label'");
        }
        return given;
    }

private:
    bool is_prodigy() const {
        return line_.contains("_input_hash") || line_.contains("_task_hash");
    }

    [[noreturn]] void fail(const std::string& reason) const {
        throw base::Error(
            place_, reason, R"(write {"key":"..","label":".."}, or "answer" with what it is)"
        );
    }

    // By our key; else by the text, and only then by an id, which other programs count by
    // themselves.
    void name_record(GivenLabel& given) const {
        given.key = key_of(line_, "key");
        if (const auto* meta = line_.if_contains("meta");
            given.key.empty() && meta && meta->is_object())
            given.key = key_of(meta->get_object(), "key");
        if (!given.key.empty()) return;
        for (auto name : {"text", "data"})
            if (const auto* text = line_.if_contains(name);
                text && text->is_string() && given.text.empty())
                given.text = std::string(text->get_string());
        auto id = key_of(line_, "id");
        if (given.text.empty())
            given.key = id;
        else if (!id.empty())
            given.also.push_back(id);
        if (given.key.empty() && given.text.empty()) fail("has no 'key'");
    }

    void take(const json::value& answer, GivenLabel& given) const {
        if (answer.is_null()) return;
        given.answer.text = json::serialize(answer);
    }

    // A text names an answer as the data spell it; a list says by its items what it is of.
    void take_label(const json::value& label, GivenLabel& given) const {
        if (label.is_string()) {
            given.label = std::string(label.get_string());
            return;
        }
        if (!label.is_array()) {
            if (label.is_object()) fail("its label is an object");
            if (!label.is_null()) given.label = json::serialize(label);
            return;
        }
        const auto& list = label.get_array();
        if (shape_ == LabelShape::spans) {
            given.answer.text = json::serialize(spans_in(list));
        } else if (shape_ == LabelShape::class_set) {
            take(label, given);
        } else if (list.size() == 1) {
            take_label(list[0], given);
        } else if (!list.empty()) {
            given.fault = "has several labels where one is asked for";
        }
    }

    json::value marked() const {
        const auto* entities = line_.if_contains("entities");
        bool with_offsets = entities && entities->is_array() &&
                            std::any_of(
                                entities->get_array().begin(),
                                entities->get_array().end(),
                                [](const json::value& one) { return one.is_object(); }
                            );
        if (shape_ == LabelShape::relations && entities && entities->is_array()) return graph();
        if (with_offsets) return spans_in(entities->get_array());
        const auto* spans = line_.if_contains("spans");
        if (spans && spans->is_object() && !spans->get_object().empty())
            spans = &spans->get_object().begin()->value();  // spaCy's, by their group
        const auto* list = spans && spans->is_array() ? spans : entities;
        if (!list || !list->is_array()) fail("its spans are no list");
        return spans_in(list->get_array());
    }

    const json::value& member(const json::object& item, std::string_view a, std::string_view b)
        const {
        if (const auto* found = item.if_contains(a)) return *found;
        if (const auto* found = item.if_contains(b)) return *found;
        fail(fmt::format("has a span without '{}'", a));
    }

    json::array spans_in(const json::array& list) const {
        json::array spans;
        for (const auto& item : list) {
            if (const auto* three = item.if_array(); three && three->size() >= 3) {
                spans.push_back(
                    {{"start", (*three)[0]}, {"end", (*three)[1]}, {"label", (*three)[2]}}
                );
            } else if (const auto* object = item.if_object()) {
                spans.push_back(
                    {{"start", member(*object, "start", "start_offset")},
                     {"end", member(*object, "end", "end_offset")},
                     {"label", member(*object, "label", "type")}}
                );
            } else {
                fail("has a span that is none");
            }
        }
        return spans;
    }

    json::object graph() const {
        const auto& entities = line_.at("entities").as_array();
        std::map<std::string, std::size_t> places;
        for (const auto& entity : entities)
            if (entity.is_object()) places[key_of(entity.get_object(), "id")] = places.size();
        json::array relations;
        if (const auto* given = line_.if_contains("relations"); given && given->is_array())
            for (const auto& item : given->get_array()) {
                if (!item.is_object()) fail("has a relation that is none");
                auto end = [&](std::string_view name) {
                    auto at = places.find(key_of(item.get_object(), name));
                    if (at == places.end()) fail("relates what is no entity");
                    return at->second;
                };
                auto from = end("from_id"), to = end("to_id");
                relations.push_back(
                    {{"from", from},
                     {"to", to},
                     {"label", member(item.get_object(), "type", "label")}}
                );
            }
        return {{"spans", spans_in(entities)}, {"relations", std::move(relations)}};
    }

    // Those that hold; where one is asked for, the likeliest.
    json::value classes_of(const json::object& cats) const {
        json::array hold;
        const json::object::value_type* best = nullptr;
        for (const auto& cat : cats) {
            if (!cat.value().is_number() && !cat.value().is_bool())
                fail("has a category that is no number");
            if (weight(cat) >= 0.5) hold.emplace_back(cat.key());
            if (!best || weight(cat) > weight(*best)) best = &cat;
        }
        if (shape_ == LabelShape::class_set) return hold;
        if (!best || weight(*best) <= 0) return nullptr;
        return json::string(best->key());
    }
    static double weight(const json::object::value_type& cat) {
        if (cat.value().is_bool()) return cat.value().get_bool() ? 1 : 0;
        return cat.value().to_number<double>();
    }

    const json::object& line_;
    const std::string& place_;
    LabelShape shape_;
};

}  // namespace

std::string key_of(const json::object& from, std::string_view name) {
    const auto* key = from.if_contains(name);
    if (!key) return {};
    if (key->is_string()) return std::string(key->get_string());
    if (key->is_int64() || key->is_uint64()) return json::serialize(*key);
    return {};
}

void read_line(
    const json::object& line,
    const std::string& place,
    const Question& question,
    const TakeLabel& take
) {
    take(LineReader(line, place, question).read());
}

}  // namespace labeling
