#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/describe/class.hpp>

#include "labeling/export/person_answer.hpp"
#include "labeling/projects/question.hpp"

namespace labeling {

// What the columns of a table of answers, or the members of JSON's objects, are called. Empty: the
// first of the usual names that is there (answer_roles.cpp has them); the time may be "none".
struct ColumnNames {
    std::string item{}, annotator{}, answer{}, time{};
};
BOOST_DESCRIBE_STRUCT(ColumnNames, (), (item, annotator, answer, time))

struct AnswerReading {
    ColumnNames names{};
    std::string person{};  // whose answers they are where the file does not say
    std::function<void(const ColumnNames& used)> tell{};  // of a table: what was found
};

// The answers of people in a file, for the question of a project:
//   - tilth's own export with answers, JSON lines or CSV;
//   - a table with columns for item, annotator and answer, perhaps time, duration and attempt;
//   - JSON, lines or an array, of objects with such members, of Prodigy (_annotator_id, else
//     _session_id; what was ignored is a skip), of doccano (annotations with a user);
//   - tasks of Label Studio with annotations (completed_by, updated_at or created_at, lead_time;
//     what was cancelled is a skip);
//   - a folder of JSON lines, as doccano exports them: a file for each person, called by their
//   name;
//   - with a `person`: whatever label_files.hpp reads.
// Records are meant as in label_files.hpp. Throws base::Error, with the line or file, for what is
// malformed, and for a table without such columns.
EachPersonAnswer
answers_in(const std::string& path, const Question& question, const AnswerReading& reading);
// The same of a text; `name` is of the file that it was.
EachPersonAnswer answers_of_text(
    const std::string& name,
    const std::string& text,
    const Question& question,
    const AnswerReading& reading
);

}  // namespace labeling
