#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "labeling/projects/question.hpp"

namespace labeling {

// An answer as tables keep it: one that is a class and nothing else by the class's number.
struct StoredAnswer {
    std::optional<std::int32_t> class_id;
    std::optional<std::string> value;  // JSON
};

// Of an answer that was read by its kind. Throws base::Error for a class that the question has not.
StoredAnswer stored_answer(const Question& question, const std::string& answer);

// The answer again, from the name of its class or its value, whichever is not empty.
std::string answer_of(const std::string& class_name, const std::string& value);

}  // namespace labeling
