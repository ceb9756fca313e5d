#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schema/labels/spans.hpp"
#include "training/analysis/parts/span_errors.hpp"
#include "training/answers/asked_question.hpp"
#include "training/evaluation/comparison.hpp"

// What a model says of a record beside its label, part by part, for labels of any form that has
// parts: sets, spans, rankings, rows, relations, marks in pictures. It rests on the two answers
// alone, so that what was stored of a run is enough for it.
namespace training {

using PartFault = SpanFault;

// A part that is wrong; `label`: there is one, of another class; `boundary`: of that class, at
// another place.
struct PartDifference {
    PartFault fault = PartFault::missed;
    std::string truth, said;  // classes; empty where there is none
    std::string shown = {};   // which part, for people; empty where the class says it
};

struct PartsCompared {
    // Twice `common` over `first` (said) and `second` (label), summed over records, is the measure
    // of the kind. All zero: the record says nothing.
    schema::Overlap score;
    std::vector<std::string> truth, said;  // the class of each part
    std::vector<PartDifference> differences;
};

struct PartKind {
    Compared measure = Compared::micro_f1;
    // Both in JSON, as labels are. Throws std::exception for what is none.
    PartsCompared (*compare
    )(const AskedQuestion& question, const std::string& said, const std::string& truth) = nullptr;
    // What the classes of parts are called, where they are not classes of the project.
    std::string_view parts = "parts";
    // Each answer has as many parts as the label, so that none counts as all of them wrong.
    bool as_many = false;

    // The score of no answer at all.
    schema::Overlap unsaid(const AskedQuestion& question, const std::string& truth) const {
        auto all = compare(question, truth, truth).score;
        return {0, as_many ? all.first : 0, all.second};
    }
};

// nullptr: its labels have no parts.
const PartKind* part_kind(const AskedQuestion& question);

// Each is declared in the file of its kind.
PartsCompared
compare_orders(const AskedQuestion& question, const std::string& said, const std::string& truth);
PartsCompared
compare_rows(const AskedQuestion& question, const std::string& said, const std::string& truth);
PartsCompared
compare_relations(const AskedQuestion& question, const std::string& said, const std::string& truth);
PartsCompared
compare_boxes(const AskedQuestion& question, const std::string& said, const std::string& truth);
PartsCompared
compare_keypoints(const AskedQuestion& question, const std::string& said, const std::string& truth);

}  // namespace training
