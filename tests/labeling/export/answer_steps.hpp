#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "labeling/export/answer_files.hpp"
#include "labeling/export/answer_importer.hpp"
#include "tests/labeling/store_fixture.hpp"

// Imports of people's answers from texts.

struct AnswersRead {
    labeling::ImportedAnswers done;
    labeling::ColumnNames columns;
    std::vector<std::string> reasons;
};

inline AnswersRead take_answers(
    LabelingWorld& world,
    const std::string& name,
    const std::string& text,
    labeling::UnknownAnnotators unknown = labeling::UnknownAnnotators::create,
    labeling::AnswerReading reading = {}
) {
    AnswersRead read;
    reading.tell = [&](const labeling::ColumnNames& used) { read.columns = used; };
    labeling::AnswerImport import{.unknown = unknown};
    import.reject = [&](const labeling::PersonAnswer&, const std::string& reason) {
        read.reasons.push_back(reason);
};
read.done = labeling::import_answers(
    *world.db,
    "p",
    labeling::answers_of_text(name, text, world.project.project.question, reading),
    import,
    world.now()
);
return read;
}

// The class of the answer that stands.
inline std::int64_t
standing(LabelingWorld& world, const std::string& user, const std::string& key) {
    return world.check(fmt::format(
        "SELECT class_id FROM annotation a JOIN app_user u ON u.id = a.user_id WHERE u.name = '{}' "
        "AND key = '{}' AND withdrawn_at IS NULL",
        user,
        key
    ));
}
