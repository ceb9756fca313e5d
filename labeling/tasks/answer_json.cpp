#include "labeling/tasks/answer_json.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/text/unicode.hpp"

namespace labeling {

namespace json = boost::json;

json::value parse_answer(const std::string& answer) {
    boost::system::error_code code;
    json::parse_options options;
    options.max_depth = 32;
    auto value = json::parse(answer, code, {}, options);
    if (code) throw base::UsageError("'value'", "is no JSON", "send an answer as JSON");
    return value;
}

std::string answer_text(const json::value& answer) {
    return json::serialize(answer);
}

void not_an_answer(std::string_view wanted) {
    throw base::UsageError("'value'", "is no answer", fmt::format("send {}", wanted));
}

void not_an_answer(std::string_view reason, std::string_view mend) {
    throw base::UsageError("'value'", std::string(reason), std::string(mend));
}

const json::array& list_of(const json::value& answer, std::string_view wanted) {
    if (!answer.is_array()) not_an_answer(wanted);
    return answer.get_array();
}

const json::object& object_of(const json::value& answer, std::string_view wanted) {
    if (!answer.is_object()) not_an_answer(wanted);
    return answer.get_object();
}

void check_members(
    const json::object& object,
    std::initializer_list<std::string_view> known,
    std::string_view wanted
) {
    for (const auto& member : object)
        if (std::find(known.begin(), known.end(), std::string_view(member.key())) == known.end())
            not_an_answer(
                fmt::format("has a member '{}'", std::string_view(member.key())),
                fmt::format("send {}", wanted)
            );
}

bool has_class(const Question& question, std::string_view name) {
    return std::any_of(
        question.classes.begin(),
        question.classes.end(),
        [&](const LabelClass& item) { return item.name == name; }
    );
}

std::string known_class(const Question& question, const json::value& name) {
    if (!name.is_string()) not_an_answer("the name of a class");
    auto wanted = base::nfc(std::string_view(name.get_string()));
    if (has_class(question, wanted)) return wanted;
    throw base::UsageError(
        "class '" + wanted + "'", "the project has no such class", "choose another"
    );
}

void check_count(const Question& question, std::size_t count, std::string_view what) {
    if (question.at_least && count < *question.at_least)
        not_an_answer(
            fmt::format("has {} {}", count, what),
            fmt::format("give at least {}", *question.at_least)
        );
    if (question.at_most && count > *question.at_most)
        not_an_answer(
            fmt::format("has {} {}", count, what), fmt::format("give at most {}", *question.at_most)
        );
}

}  // namespace labeling
