#pragma once

#include <string>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "labeling/projects/project.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/tasks/task_type.hpp"
#include "tests/labeling/asked.hpp"

// Questions of each kind, and answers as the kind reads them.
namespace kinds {

inline labeling::Question question(const std::string& kind, const std::string& toml = "") {
    auto tail = toml.empty() ? std::string(labeling::task_type(kind).example()) : toml;
    auto text = "name = \"p\"\nsource = \"s\"\nkind = \"" + kind + "\"\n" + tail;
    return labeling::Project::settings.read(base::Document::toml(text, "p.toml")).question;
}

inline std::string failure(const std::string& kind, const std::string& toml) {
    try {
        question(kind, toml);
    } catch (const base::UsageError& error) {
        return error.what();
    }
    return "no error";
}

// A record that has all that any example asks about.
inline const test::Asked record(
    "Ada Lovelace worked with Charles Babbage in London.",
    R"({"answer_a":"yes","answer_b":"no","answer_c":"perhaps","rows":[{"a":1},{"a":2},{"a":3}]})",
    labeling::AskedRecord::Size{.width = 100, .height = 80},
    labeling::AskedRecord::Recording{.seconds = 10}
);

inline std::string read(const std::string& kind, const std::string& answer) {
    return labeling::task_type(kind).read(question(kind), answer, record);
}

}  // namespace kinds
