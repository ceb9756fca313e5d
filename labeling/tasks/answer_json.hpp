#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "labeling/projects/question.hpp"

// Answers as JSON: how the kinds read them. Faults are base::UsageError.
namespace labeling {

// Throws for what is no JSON, or nests deeper than 32.
boost::json::value parse_answer(const std::string& answer);
std::string answer_text(const boost::json::value& answer);

// `wanted` says what an answer of the kind is: "a list of class names".
[[noreturn]] void not_an_answer(std::string_view wanted);
[[noreturn]] void not_an_answer(std::string_view reason, std::string_view mend);

const boost::json::array& list_of(const boost::json::value& answer, std::string_view wanted);
const boost::json::object& object_of(const boost::json::value& answer, std::string_view wanted);
// Members that are none of `known` are faults: what nobody reads must not be sent in vain.
void check_members(
    const boost::json::object& object,
    std::initializer_list<std::string_view> known,
    std::string_view wanted
);

// Whether a question of a form is asked of somebody who has answered so far.
bool is_asked(const FormPart& part, const boost::json::object& answers);

bool has_class(const Question& question, std::string_view name);
// Returns the name if the question has the class.
std::string known_class(const Question& question, const boost::json::value& name);
// By `at_least` and `at_most` of the question; `what`: "classes".
void check_count(const Question& question, std::size_t count, std::string_view what);

}  // namespace labeling
