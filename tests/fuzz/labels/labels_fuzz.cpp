#include "base/error.hpp"
#include "labeling/export/answer_files.hpp"
#include "labeling/export/given_answer.hpp"
#include "labeling/export/label_files.hpp"
#include "tests/fuzz/labels/questions.hpp"

// A file of labels in any form, by the second line: each label is an answer to the question, or it
// is told why not. The same file as one of people's answers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const auto& question = chosen_question(input);
    auto form = input.line();
    auto name = form == "conll" ? "labels.conll" : form == "xml" ? "labels.xml" : "labels";
    WholeRecord record;
    std::string text(input.rest());
    try {
        labeling::answers_of_text(
            name, text, question, {.person = "ann"}
        )([&](labeling::PersonAnswer&& one) {
            must(!one.milliseconds || *one.milliseconds >= 0);
            must(!one.attempt || *one.attempt >= 1);
            if (one.skipped) return;
            auto read = labeling::read_given(question, one.said, record);
            if (read.answer) check_taken(question, *read.answer, record);
        });
    } catch (const base::Error&) {  // as below
    }
    try {
        labeling::labels_of_text(name, text, question)([&](labeling::GivenLabel&& label) {
            must(label.probability >= 0 && label.probability <= 1);
            auto read = labeling::read_given(question, label, record);
            auto told = !read.stranger.empty() || !read.fault.empty() || read.missing;
            must(read.answer.has_value() != told);
            if (read.answer) check_taken(question, *read.answer, record);
        });
    } catch (const base::Error&) {  // the file as a whole
    }
    return 0;
}
