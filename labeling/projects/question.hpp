#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json/shape.hpp"
#include "base/settings/fwd.hpp"

// What is asked of people about a record.
namespace labeling {

// One of the answers of a question, or what is marked in a record may be.
struct LabelClass {
    std::int32_t id = 0;        // within the project, from 0 in the order of the file; never reused
    std::string name{};         // what is stored and exported
    std::string description{};  // for people
    std::string hotkey{};       // one character, or empty
    std::string colour{};       // "#rrggbb", or empty
    std::string value{};        // how the source's data spell this class, if not by its name
    std::string parent{};       // in a hierarchy: the class above; empty: none is
    std::vector<std::string> keypoints{};  // points that make one of it up, in order

    static const base::Settings<LabelClass> settings;
};

// How marks of a text are related: "works for" from a person to a company.
struct RelationKind {
    std::string name;
    std::vector<std::string> from, to;  // classes of marks; empty: any

    static const base::Settings<RelationKind> settings;
};

struct FormPart;

// A question, alone or as part of a form. Which members act depends on its kind: see
// labeling/tasks. A member that does not act must be left out.
struct Question {
    std::string kind = "classification";
    std::vector<LabelClass> classes;
    std::vector<LabelClass> retired;  // no setting: not offered any more, but answered with before
    std::vector<RelationKind> relations;
    bool overlapping_spans = false;        // whether the spans of one answer may overlap
    std::vector<std::string> text_fields;  // of the payload: marked as well as the record's text
    std::optional<std::size_t> at_least, at_most;  // classes, or marks, or characters of one answer
    std::optional<double> low, high, step;         // of a number
    std::string unit;                              // of a number
    bool transcribe = false;                       // whether each range of time may carry a text
    std::vector<std::string> candidates;  // fields of the payload that are compared or ranked
    bool ties = false;                    // whether candidates may be level
    std::string table;                    // field of the payload whose rows are labeled
    std::vector<FormPart> parts;          // of a form; asked in this order

    // All but the parts.
    static const base::Settings<Question> settings;
};

// Whether a part is asked: only if the answer to an earlier one is among these words, or has one
// of them. A number is compared by its text.
struct Condition {
    std::string question;
    std::vector<std::string> is;

    static const base::Settings<Condition> settings;
};

struct FormPart {
    std::string name;   // what answers call it
    std::string title;  // as people read it; empty: the name
    bool required = true;
    std::optional<Condition> when;
    Question question;

    static const base::Settings<FormPart> settings;
};

// Puts names into their stored form, numbers the classes of a question and its parts, and says what
// is wrong between their members, if anything is. `at` of the fault is below the question.
std::optional<base::Fault> check_question(Question& question);

// Fields of the payload that a question is about: what is compared, ranked, marked, or whose rows
// are labeled.
std::vector<std::string> asked_fields(const Question& question);
// Those without which a record can not be asked about: of a form those of parts that always are.
// What is marked may be empty.
std::vector<std::string> needed_fields(const Question& question);

}  // namespace labeling
