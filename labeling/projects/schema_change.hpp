#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.hpp"
#include "labeling/projects/project.hpp"

// Changes of the classes of a project that is being worked on.
namespace labeling {

struct SchemaChange {
    enum class Action { rename, merge, split, add, retire, undo };

    Action action = Action::rename;
    std::string question;  // of a form; empty: the project's own
    std::vector<std::string> from, to;
};

constexpr auto words_of(SchemaChange::Action) {
    using Action = SchemaChange::Action;
    return std::to_array<base::Word<Action>>({
        {Action::rename, "rename", "a class gets another name"},
        {Action::merge, "merge", "several classes become one"},
        {Action::split, "split", "a class becomes several; what it was said of is asked again"},
        {Action::add, "add", "another class is offered"},
        {Action::retire, "retire", "a class is not offered any more; its answers stay"},
        {Action::undo, "undo", "the last change that stands is taken back"},
    });
}

// What a change means for answers that were given before it.
struct AnswersThen {
    std::string question;                        // theirs
    std::map<std::string, std::string> renamed;  // classes, in answers
    std::optional<std::string> asked_again;      // answers with this class are asked again

    // The answer as it is read from now on; nothing if it must be asked again.
    std::optional<std::string> read(const Question& before, const std::string& answer) const;
};

// The same change with its names as the store has them: trimmed, in Unicode's form C, each once.
SchemaChange tidied(SchemaChange change);

// Does a change, but an undo, to a project. Names are tidied. Classes that are new have the number
// -1. Throws base::Error if it cannot be done, base::UsageError if the project would be none.
AnswersThen change_schema(Project& project, const SchemaChange& change);

// The question of this name, or the project's own if it is empty. Throws base::Error.
Question& question_named(Project& project, const std::string& name);

}  // namespace labeling
