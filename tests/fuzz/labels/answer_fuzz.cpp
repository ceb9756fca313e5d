#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "tests/fuzz/labels/questions.hpp"

// An answer as people's programs send it, to a question of each kind: it is taken whole or refused;
// what is taken can be compared, merged and mistaken.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const auto& question = chosen_question(input);
    const auto& type = labeling::task_type(question.kind);
    WholeRecord record;
    std::string answer;
    try {
        answer = type.read(question, std::string(input.rest()), record);
    } catch (const base::Error&) {
        return 0;
    }
    check_taken(question, answer, record);
    base::Random random(1);
    auto mistake = type.mistake(question, answer, random);
    must(type.read(question, mistake, record) == mistake);
    auto likeness = type.likeness(question, answer, mistake);
    must(likeness >= 0 && likeness <= 1 + 1e-9);
    auto answers = type.gather(question);
    answers->add({"one", "ann", answer});
    answers->add({"one", "bob", mistake});
    answers->add({"one", "cid", answer});
    auto inferred = answers->infer({});
    must(inferred.labels.size() <= 1);
    if (type.target() != labeling::Target::number)  // a mean may lie between two steps
        for (const auto& label : inferred.labels) check_taken(question, label.value, record);
    return 0;
}
