#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "labeling/names.hpp"

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
    bool ordered = false;  // `answers` stand in an order of their own: a scale

    // The answers' values, if every one is a finite number.
    std::optional<std::vector<double>> numbers() const;
};

// Gathers answers one by one, 12 bytes each beside the names. Of several by one worker to one
// question the last counts.
class JudgementsBuilder {
public:
    void add(const std::string& question, const std::string& worker, const std::string& answer);
    // Answers that no judgement uses, but that may be true all the same: a project's other classes.
    void allow(const std::string& answer);
    Judgements build() &&;

private:
    void drop_repeated();

    Names questions_, workers_, answers_;
    std::vector<Judgement> rows_;
    std::vector<std::uint32_t> allowed_;
};

// True answers by question.
using Gold = std::unordered_map<std::string, std::string>;

// What reading a table left out, and what is to be told of it.
struct ReadNotes {
    std::size_t missing = 0;         // rows without an answer
    std::vector<std::string> lines;  // for people: that, and names that differ by case only
};

// Read tables (formats/table/table.hpp). Names are trimmed and in normal form C; rows whose answer
// is missing are left out. An empty table, a missing column, an empty name or a malformed row
// throws base::Error with its line, as does a question with two truths. Asked to stop it throws
// base::Interrupted. question,worker,answer
Judgements
load_answers(const std::string& path, ReadNotes& notes, const std::stop_token& stop = {});
// question,truth
Gold load_gold(const std::string& path, ReadNotes& notes);

struct Ratings {
    Judgements judgements;
    std::vector<std::string> months;  // by unit, of its first rating: "2026-03"; empty: not told
};
// unit,rater,rating and perhaps time, of which year and month are read.
Ratings load_ratings(const std::string& path, ReadNotes& notes, const std::stop_token& stop = {});

// The same of texts at hand; `name` is what errors call them.
Judgements read_answers(const std::string& name, std::string text);
Gold read_gold(const std::string& name, std::string text);

}  // namespace labeling
