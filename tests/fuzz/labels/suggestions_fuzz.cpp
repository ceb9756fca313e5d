#include "base/error.hpp"
#include "labeling/export/given_answer.hpp"
#include "labeling/machine/suggestion_files.hpp"
#include "tests/fuzz/labels/questions.hpp"

// A file of what a machine said, with its scores.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const auto& question = chosen_question(input);
    WholeRecord record;
    auto take = [&](labeling::GivenSuggestion&& suggestion) {
        must(!suggestion.score || (*suggestion.score >= 0 && *suggestion.score <= 1));
        auto read = labeling::read_given(question, suggestion.said, record);
        if (read.answer) check_taken(question, *read.answer, record);
    };
    try {
        labeling::read_suggestions_of_text(
            "suggestions", std::string(input.rest()), question, "v1", take
        );
    } catch (const base::Error&) {
    }
    return 0;
}
