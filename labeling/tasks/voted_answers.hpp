#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "labeling/tasks/paired_answers.hpp"

namespace labeling {

// Answers that are made of parts, each of which is voted on: a part that anybody gave becomes a
// yes-or-no question to all who answered its record. By majority vote that is MVseg of Rodrigues,
// Pereira and Ribeiro (Sequence labeling with multiple annotators, 2014); the other methods weigh
// the same votes by how far each person is to be trusted.
class VotedAnswers : public PairedAnswers {
public:
    using PairedAnswers::PairedAnswers;
    Inferred infer(const Merging& merging) const override;

protected:
    // A part that somebody gave.
    struct Candidate {
        std::string part;  // as the kind has it
        std::vector<std::uint32_t> givers{};
        double probability = 0;  // that it is one
        bool kept = false;
    };

    // The parts of one answer.
    virtual std::vector<std::string> parts(const std::string& answer) const = 0;
    // What was given for a record, alike parts under one. By default parts that are equal are.
    virtual std::vector<Candidate> candidates(const Record& record) const;
    // The answer made of what is kept; may still drop parts that do not go together.
    virtual std::string whole(std::vector<Candidate>& candidates) const = 0;
};

// The truth of votes for one of `classes` words each, with what it says of people and of the method
// in `result`. No votes have none.
Truth decide_votes(
    const Judgements& votes,
    const Merging& merging,
    std::size_t classes,
    Inferred& result
);

}  // namespace labeling
