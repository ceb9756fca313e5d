// Answers of people in JSON that is no task of Label Studio.
//
// What stands beside the person, record and answer in one object, tells itself as in lines.cpp,
// which reads it: members that are called otherwise get the names that are known there first.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/time/parse.hpp"
#include "labeling/export/imports/answer_roles.hpp"
#include "labeling/export/imports/imports.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace json = boost::json;

namespace {

bool says_true(const json::object& from, std::string_view name) {
    const auto* found = from.if_contains(name);
    return found && *found == json::value(true);
}

std::string text_of(const json::value& value) {
    return value.is_string() ? std::string(base::trim(std::string_view(value.get_string())))
                             : json::serialize(value);
}

bool says_nothing(const json::value& value) {
    return value.is_null() || (value.is_string() && text_of(value).empty());
}

void unread(
    const json::value& value,
    std::string_view name,
    std::string reason,
    PersonAnswer& answer
) {
    answer.unread.emplace_back(name, text_of(value));
    answer.said.fault = std::move(reason);
}

// Members by which read_line() knows what was said.
bool says_something(const json::object& line) {
    for (auto name : {"answer", "label", "labels", "entities", "spans", "cats", "accept"})
        if (line.contains(name)) return true;
    return false;
}

bool names_record(const json::object& line) {
    if (line.contains("key") || line.contains("text")) return true;
    const auto* meta = line.if_contains("meta");
    return meta && meta->is_object() && meta->get_object().contains("key");
}

}  // namespace

void read_count(
    const json::value& value,
    std::string_view name,
    std::optional<int>& into,
    PersonAnswer& answer
) {
    if (says_nothing(value)) return;
    boost::system::error_code none;
    auto number = value.is_string() ? base::whole_number<int>(text_of(value), 10)
                                    : std::optional(value.to_number<int>(none));
    if (!none && number && *number >= 1)
        into = *number;
    else
        unread(value, name, fmt::format("its {} is no number from 1", name), answer);
}

void read_duration(const json::value& value, int unit, PersonAnswer& answer) {
    if (says_nothing(value)) return;
    std::optional<double> number;
    if (value.is_number()) number = value.to_number<double>();
    if (value.is_string()) number = base::parse_number(text_of(value));
    if (number && *number >= 0 && *number < 1e12)
        answer.milliseconds = std::llround(*number * unit);
    else
        unread(value, unit == 1 ? "milliseconds" : "seconds", "its duration is none", answer);
}

void read_time(
    const json::value& value,
    std::string_view name,
    std::optional<base::Time>& into,
    PersonAnswer& answer
) {
    if (says_nothing(value)) return;
    if (value.is_string() || value.is_number()) into = base::parse_time(text_of(value));
    if (into) return;
    unread(
        value,
        name,
        "its time is " + json::serialize(value) + ", which is none that can be read in one way",
        answer
    );
}

void AnswerObjects::read(
    const json::object& line,
    const std::string& place,
    const TakePersonAnswer& take
) {
    const auto* answers = line.if_contains("answers");
    const auto* annotations = line.if_contains("annotations");
    if (line.contains("images") && annotations) {
        read_coco(line, place, question_, [&](GivenLabel&& label) {
            take({.said = std::move(label), .place = place});
        });
    } else if (answers && answers->is_array()) {
        read_exported(line, place, take);
    } else if (annotations && annotations->is_array()) {
        read_doccano(line, place, take);
    } else if (line.contains("_input_hash") || line.contains("_task_hash")) {
        read_prodigy(line, place, take);
    } else {
        read_row(line, place, take);
    }
}

void AnswerObjects::read_exported(
    const json::object& line,
    const std::string& place,
    const TakePersonAnswer& take
) const {
    auto key = key_of(line, "key");
    if (key.empty()) throw base::Error(place, "has no 'key'", "export it anew");
    for (const auto& each : line.at("answers").get_array()) {
        const auto* given = each.if_object();
        if (!given) throw base::Error(place, "has an answer that is no object", "export it anew");
        PersonAnswer answer{.person = key_of(*given, "user"), .place = place};
        answer.said.key = key;
        for (auto name : {"label", "spans", "answer"})
            if (const auto* said = given->if_contains(name); said && !said->is_null())
                answer.said.answer.text = json::serialize(*said);
        if (const auto* number = given->if_contains("attempt"))
            read_count(*number, "attempt", answer.attempt, answer);
        if (const auto* number = given->if_contains("schema_version"))
            read_count(*number, "schema_version", answer.schema_version, answer);
        if (const auto* took = given->if_contains("milliseconds")) read_duration(*took, 1, answer);
        if (const auto* at = given->if_contains("submitted_at"))
            read_time(*at, "time", answer.at, answer);
        if (const auto* at = given->if_contains("withdrawn_at"))
            read_time(*at, "withdrawn_at", answer.taken_back_at, answer);
        answer.taken_back = says_true(*given, "withdrawn") || answer.taken_back_at;
        answer.simulated = says_true(*given, "simulated");
        take(std::move(answer));
    }
}

// {"text", "annotations": [{"label", "start_offset", "end_offset", "user"}]}
void AnswerObjects::read_doccano(
    const json::object& line,
    const std::string& place,
    const TakePersonAnswer& take
) const {
    auto shape = task_type(question_.kind).shape();
    std::map<std::string, json::array> by_person;
    for (const auto& each : line.at("annotations").get_array()) {
        const auto* annotation = each.if_object();
        if (!annotation)
            throw base::Error(place, "has an annotation that is none", "export it anew");
        auto& own = by_person[key_of(*annotation, "user")];
        const auto* said = annotation->if_contains("label");
        if (!said) said = annotation->if_contains("text");
        if (annotation->contains("start_offset"))
            own.push_back(*annotation);
        else if (said)
            own.push_back(*said);
    }
    for (auto& [person, said] : by_person) {
        auto own = line;
        own.erase("annotations");
        own.erase("label");
        if (shape == LabelShape::spans || shape == LabelShape::relations)
            own["entities"] = std::move(said);
        else
            own["label"] = std::move(said);
        read_line(own, place, question_, [&, name = person](GivenLabel&& label) {
            take({.said = std::move(label), .person = name, .place = place});
        });
    }
}

void AnswerObjects::read_prodigy(
    const json::object& line,
    const std::string& place,
    const TakePersonAnswer& take
) const {
    auto person = key_of(line, "_annotator_id");
    if (person.empty()) person = key_of(line, "_session_id");
    const auto* verdict = line.if_contains("answer");
    std::string word;
    if (verdict && verdict->is_string()) word = std::string(verdict->get_string());
    read_line(line, place, question_, [&](GivenLabel&& label) {
        PersonAnswer answer{.said = std::move(label), .person = person, .place = place};
        if (const auto* at = line.if_contains("_timestamp"))
            read_time(*at, "time", answer.at, answer);
        answer.skipped = word == "ignore";
        if (word == "reject")
            answer.said.fault = "was rejected in Prodigy, which says only what it is not";
        take(std::move(answer));
    });
}

void AnswerObjects::find_names(const json::object& line, const std::string& place) {
    bool same =
        line.size() == members_.size() &&
        std::equal(line.begin(), line.end(), members_.begin(), [](const auto& a, const auto& b) {
            return a.key() == std::string_view(b);
        });
    if (same && told_) return;
    members_.clear();
    for (const auto& member : line) members_.emplace_back(member.key());
    auto find = [&](AnswerRole role, const std::string& named = {}) -> std::string {
        auto at = column_for(role, members_, named, place);
        return at ? members_[*at] : std::string();
    };
    const auto& named = reading_.names;
    names_ = {};
    if (!named.item.empty() || !names_record(line))
        names_.item = find(AnswerRole::item, named.item);
    names_.annotator = find(AnswerRole::annotator, named.annotator);
    names_.answer = find(AnswerRole::answer, named.answer);
    names_.time = find(AnswerRole::time, named.time);
    names_.milliseconds = find(AnswerRole::milliseconds);
    names_.seconds = find(AnswerRole::seconds);
    names_.attempt = find(AnswerRole::attempt);
    names_.taken_back = find(AnswerRole::taken_back);
    names_.taken_back_at = find(AnswerRole::taken_back_at);
    names_.schema_version = find(AnswerRole::schema_version);
    names_.simulated = find(AnswerRole::simulated);
    if (!told_ && reading_.tell) reading_.tell(names_);
    told_ = true;
}

void AnswerObjects::read_row(
    const json::object& line,
    const std::string& place,
    const TakePersonAnswer& take
) {
    find_names(line, place);
    const auto& names = names_;
    auto own = line;
    auto move = [&](const std::string& from, std::string_view to) {
        if (from.empty() || from == to) return;
        auto value = own.at(from);
        own.erase(from);
        own[to] = std::move(value);
    };
    move(names.item, holds_texts(names.item) ? "text" : "key");
    bool plain = !names.answer.empty() && !line.at(names.answer).is_object();
    bool named = !reading_.names.answer.empty();
    if (plain && (named || !says_something(line) || names.answer == "answer"))
        move(names.answer, "label");
    read_line(own, place, question_, [&](GivenLabel&& label) {
        PersonAnswer answer{.said = std::move(label), .place = place};
        auto member = [&](const std::string& name) {
            return name.empty() ? nullptr : line.if_contains(name);
        };
        if (!names.annotator.empty()) answer.person = key_of(line, names.annotator);
        if (const auto* at = member(names.time)) read_time(*at, "time", answer.at, answer);
        if (const auto* at = member(names.taken_back_at))
            read_time(*at, "withdrawn_at", answer.taken_back_at, answer);
        if (const auto* took = member(names.milliseconds)) read_duration(*took, 1, answer);
        if (const auto* took = member(names.seconds)) read_duration(*took, 1000, answer);
        if (const auto* number = member(names.attempt))
            read_count(*number, "attempt", answer.attempt, answer);
        if (const auto* number = member(names.schema_version))
            read_count(*number, "schema_version", answer.schema_version, answer);
        answer.taken_back = answer.taken_back_at ||
                            (!names.taken_back.empty() && says_true(line, names.taken_back));
        answer.simulated = !names.simulated.empty() && says_true(line, names.simulated);
        take(std::move(answer));
    });
}

}  // namespace labeling
