#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace labeling {

// One answer of one worker to one question, as indexes into the names of Judgements.
struct Judgement {
    std::uint32_t question = 0;
    std::uint32_t worker = 0;
    std::uint32_t answer = 0;

    auto operator<=>(const Judgement&) const = default;
};

// What people answered. Questions stand in the order of their first answer, workers and answers
// sorted: answers by value if each of them is a number, else by bytes. `rows` are sorted and hold
// each (question, worker) pair once.
struct Judgements {
    std::vector<std::string> questions;
    std::vector<std::string> workers;
    std::vector<std::string> answers;
    std::vector<Judgement> rows;

    // The answers' values, if every one is a finite number.
    std::optional<std::vector<double>> numbers() const;
};

// Gathers answers one by one. Of several by one worker to one question the last counts.
class JudgementsBuilder {
public:
    void add(const std::string& question, const std::string& worker, const std::string& answer);
    // Answers that no judgement uses, but that may be true all the same: a project's other classes.
    void allow(const std::string& answer);
    Judgements build() &&;

private:
    using Names =
        std::pair<std::vector<std::string>, std::unordered_map<std::string, std::uint32_t>>;
    static std::uint32_t index(Names& names, const std::string& name);
    void drop_unused();

    Names questions_, workers_, answers_;
    std::unordered_map<std::uint64_t, std::size_t> seen_;
    std::vector<Judgement> rows_;
    std::vector<std::uint32_t> allowed_;
};

// True answers by question.
using Gold = std::unordered_map<std::string, std::string>;

// Read CSV texts with a header; the columns may stand in any order and others are ignored. `name`
// is what errors call the text. An empty file, a missing column, an empty field, or a malformed row
// throws base::Error with its line.
Judgements read_answers(const std::string& name, std::string text);  // question,worker,answer
Judgements read_ratings(const std::string& name, std::string text);  // unit,rater,rating
Gold read_gold(
    const std::string& name,
    std::string text
);  // question,truth; a question with two truths is an error

// A finite decimal number that fills the whole text, or nothing.
std::optional<double> parse_number(const std::string& text);

}  // namespace labeling
