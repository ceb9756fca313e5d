// Models answer in more words than they are asked for: in fences, with a sentence before, the class
// in bold or with a full stop. What is cut away here says nothing; anything else is left for the
// question's kind to refuse, so that no answer comes out that was not given.
#include "labeling/machine/said_answer.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <boost/json.hpp>

#include "base/text/ascii.hpp"
#include "base/text/unicode.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace {

namespace json = boost::json;

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view decoration = " \t\r\n*_`\"'.!:";
constexpr std::array<std::string_view, 6>
    openings{"final answer", "the answer is", "answer", "label", "class", "category"};

std::string_view trimmed(std::string_view text, std::string_view what) {
    auto from = text.find_first_not_of(what);
    if (from == text.npos) return {};
    return text.substr(from, text.find_last_not_of(what) - from + 1);
}

std::optional<json::value> parsed(std::string_view text) {
    boost::system::error_code error;
    auto value = json::parse({text.data(), text.size()}, error);
    if (error) return std::nullopt;
    return value;
}

// What stands in the last fences; empty: there are none.
std::string_view fenced(std::string_view text) {
    auto end = text.rfind("```");
    if (end == text.npos || end == 0) return {};
    auto begin = text.rfind("```", end - 1);
    if (begin == text.npos) return {};
    auto inside = text.substr(begin + 3, end - begin - 3);
    auto line = inside.find('\n');
    if (line != inside.npos && inside.substr(0, line).find_first_of("{[\"") == inside.npos)
        inside.remove_prefix(line);  // the name of the language
    return trimmed(inside, blanks);
}

// The end of the object or list that begins here; npos: it does not end.
std::size_t end_of_json(std::string_view text, std::size_t from) {
    int depth = 0;
    bool in_text = false;
    for (auto i = from; i < text.size(); ++i) {
        char c = text[i];
        if (in_text) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (--depth == 0) return i + 1;
        }
    }
    return text.npos;
}

// The last object or list among other words: what a model thought aloud comes before.
std::optional<json::value> json_within(std::string_view text) {
    std::optional<json::value> found;
    for (std::size_t at = 0; (at = text.find_first_of("{[", at)) != text.npos;) {
        auto end = end_of_json(text, at);
        std::optional<json::value> value;
        if (end != text.npos) value = parsed(text.substr(at, end - at));
        if (value) found = std::move(value);
        at = value ? end : at + 1;
    }
    return found;
}

const json::value* first_of(const json::object& object, std::initializer_list<const char*> names) {
    for (auto name : names)
        if (const auto* found = object.if_contains(name)) return found;
    return nullptr;
}

// The class that is meant, whatever its capitals; else the text.
std::string as_class(const Question& question, std::string_view text) {
    auto lower = base::to_lower(text);
    const LabelClass* meant = nullptr;
    for (const auto& item : question.classes) {
        if (item.name == text || item.value == text) return std::string(text);
        if (base::to_lower(item.name) == lower) {
            if (meant) return std::string(text);  // of two that differ by capitals alone
            meant = &item;
        }
    }
    return meant ? meant->name : std::string(text);
}

bool is_named(const Question& question, std::string_view text) {
    auto name = as_class(question, text);
    return std::any_of(
        question.classes.begin(),
        question.classes.end(),
        [&](const LabelClass& item) { return item.name == name || item.value == name; }
    );
}

// The text without what machines put around a word.
std::string_view bare(std::string_view text) {
    for (bool again = true; again;) {
        again = false;
        text = trimmed(text, decoration);
        auto lower = base::to_lower(text.substr(0, 40));
        for (auto opening : openings) {
            if (!lower.starts_with(opening)) continue;
            auto rest = text.substr(opening.size());
            auto mark = rest.find_first_not_of(" *_`");
            bool marked = mark != rest.npos && (rest[mark] == ':' || rest[mark] == '=');
            if (!marked && !opening.ends_with(" is")) continue;
            text = trimmed(rest, "= \t\r\n*_`\"':");
            again = true;
            break;
        }
    }
    return text;
}

// A value of JSON as a label.
void take(const Question& question, const json::value& value, GivenLabel& said) {
    if (value.is_null()) return;
    auto shape = task_type(question.kind).shape();
    if (value.is_string() && (shape == LabelShape::classes || shape == LabelShape::number))
        said.label = as_class(question, trimmed(std::string_view(value.get_string()), blanks));
    else if (shape == LabelShape::classes && !value.is_structured())
        said.label = as_class(question, json::serialize(value));  // a class called "1" or "true"
    else
        said.answer.text = json::serialize(value);
}

SaidAnswer of_json(const Question& question, const json::value& value) {
    SaidAnswer answer;
    const auto* object = value.if_object();
    const auto* inner =
        object ? first_of(*object, {"answer", "label", "class", "labels"}) : nullptr;
    bool is_part =
        task_type(question.kind).shape() == LabelShape::form && inner &&
        std::any_of(question.parts.begin(), question.parts.end(), [&](const FormPart& part) {
            return object->contains(part.name);
        });
    take(question, inner && !is_part ? *inner : value, answer.said);
    const auto* score = inner ? first_of(*object, {"score", "confidence", "probability"}) : nullptr;
    if (score && score->is_number())
        if (auto number = score->to_number<double>(); number >= 0 && number <= 1)
            answer.score = number;
    return answer;
}

SaidAnswer of_words(const Question& question, std::string_view text) {
    auto shape = task_type(question.kind).shape();
    auto last = text.substr(text.find_last_of('\n') == text.npos ? 0 : text.find_last_of('\n') + 1);
    if (shape == LabelShape::text) return {.said = {.label = std::string(text)}};
    auto whole = bare(text);
    if (shape == LabelShape::classes || shape == LabelShape::class_set) {
        auto chosen = is_named(question, whole) ? whole : bare(last);
        if (!is_named(question, chosen)) chosen = whole;
        auto name = as_class(question, chosen);
        if (shape == LabelShape::class_set && is_named(question, chosen))
            return {.said = {.answer = {json::serialize(json::array{json::string(name)})}}};
        return {.said = {.label = base::tidy_name(name)}};
    }
    if (shape == LabelShape::number && !parsed(whole)) whole = bare(last);
    return {.said = {.label = std::string(whole)}};
}

}  // namespace

SaidAnswer said_answer(const Question& question, std::string_view text) {
    text = trimmed(text, blanks);
    bool wants_text = task_type(question.kind).shape() == LabelShape::text;
    if (auto inside = fenced(text); !inside.empty()) {
        if (auto value = parsed(inside)) return of_json(question, *value);
        if (!wants_text) text = inside;
    }
    if (auto value = parsed(text); value && !(wants_text && !value->is_object()))
        return of_json(question, *value);
    if (!wants_text)
        if (auto value = json_within(text)) return of_json(question, *value);
    return of_words(question, text);
}

}  // namespace labeling
