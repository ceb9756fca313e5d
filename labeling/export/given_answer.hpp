#pragma once

#include <functional>
#include <optional>
#include <string>

#include "labeling/export/given_label.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

// What became of a label that was given.
struct GivenAnswerRead {
    std::optional<std::string> answer{};  // as it is stored
    std::string stranger{};               // else: a value, or a name in it, that is no class
    std::string fault{};                  // else: why it is no answer to the question
    bool missing = false;                 // else: nothing was said
    bool scaled = false;                  // its places were of a picture of another size
};

// The answer that a label gives to the question about a record: places in its picture or text are
// found, classes may be named as the source's data spell them, and all is checked as an answer of
// people is.
GivenAnswerRead
read_given(const Question& question, const GivenLabel& given, const AskedRecord& record);

// Whether the record itself must be at hand for that.
bool needs_record(const Question& question, const GivenLabel& given);

// Calls with each name of a label that is no class of the question.
void each_stranger(
    const Question& question,
    const GivenLabel& given,
    const std::function<void(const std::string& name)>& visit
);

}  // namespace labeling
