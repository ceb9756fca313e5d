#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "labeling/export/given_label.hpp"
#include "labeling/projects/question.hpp"

namespace labeling {

struct SaidAnswer {
    GivenLabel said{};              // without a key
    std::optional<double> score{};  // if the reply tells one from 0 to 1
};

// The answer in what a machine wrote: JSON, alone, in fences or behind other words, with the member
// answer, label or class, and perhaps score, confidence or probability; else the name of a class or
// a number, alone, in the last line or behind "Answer:". Nothing that must be guessed: "not spam"
// is not "spam". What is none comes as a label that read_given() refuses.
SaidAnswer said_answer(const Question& question, std::string_view text);

}  // namespace labeling
