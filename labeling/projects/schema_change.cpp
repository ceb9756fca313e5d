// Changes of classes: what becomes of the declaration, and of the answers that were given before.
//
// Classes are named by relations, by classes below them and by conditions of a form's later
// questions. All of these follow a change, so that the project is as whole after it as before;
// where there is no one way to follow, the change is refused.
#include "labeling/projects/schema_change.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/not_found.hpp"
#include "base/text/unicode.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace {

using Names = std::vector<std::string>;
// What stands in a class's place; itself, if it is not here.
using Replaced = std::map<std::string, Names>;

LabelClass* class_named(Question& question, const std::string& name) {
    for (auto& item : question.classes)
        if (item.name == name) return &item;
    return nullptr;
}

LabelClass& known_schema_class(Question& question, const std::string& name) {
    if (auto* found = class_named(question, name)) return *found;
    throw base::NotFound(
        "class '" + name + "'", "the project has no such class", "see 'tilth label project show'"
    );
}

void follow(Names& names, const Replaced& replaced) {
    Names followed;
    for (const auto& name : names) {
        auto found = replaced.find(name);
        const auto now = found == replaced.end() ? Names{name} : found->second;
        for (const auto& one : now)
            if (std::find(followed.begin(), followed.end(), one) == followed.end())
                followed.push_back(one);
    }
    if (followed.empty() && !names.empty())
        throw base::Error(
            "class '" + names.front() + "'",
            "is the only one that a relation or a condition names",
            "edit that first"
        );
    names = std::move(followed);
}

// All that names classes of the question, but its list of classes.
void follow_all(Project& project, const std::string& part, const Replaced& replaced) {
    auto& question = question_named(project, part);
    for (auto& relation : question.relations) {
        follow(relation.from, replaced);
        follow(relation.to, replaced);
    }
    auto parents = std::map<std::string, std::string>{};
    for (const auto& item : question.classes) parents[item.name] = item.parent;
    for (auto& item : question.classes) {
        auto found = replaced.find(item.parent);
        if (found == replaced.end()) continue;
        // Below one of several, or of none, it is what the class itself was below.
        item.parent = found->second.size() == 1 ? found->second.front() : parents[item.parent];
        if (item.parent == item.name) item.parent.clear();
    }
    for (auto& other : project.question.parts)
        if (other.when && other.when->question == part) follow(other.when->is, replaced);
}

void drop_class(Question& question, const std::string& name) {
    std::erase_if(question.classes, [&](const auto& item) { return item.name == name; });
}

void add_new(Question& question, const std::string& name, const std::string& parent) {
    LabelClass item{.id = -1, .name = name};
    item.parent = parent;
    question.classes.push_back(std::move(item));
}

// Below `parent`, unless it is there.
void add_missing(Question& question, const std::string& name, const std::string& parent) {
    if (!class_named(question, name)) add_new(question, name, parent);
}

// There may be a hundred thousand.
void add_all(Question& question, const Names& added) {
    std::set<std::string> there;
    for (const auto& item : question.classes) there.insert(item.name);
    for (const auto& name : added) {
        if (!there.insert(name).second)
            throw base::Error("class '" + name + "'", "is there already");
        add_new(question, name, "");
    }
}

void want(bool good, std::string_view action, std::string_view mend) {
    if (!good) throw base::UsageError(action, "needs other classes", mend);
}

}  // namespace

Question& question_named(Project& project, const std::string& name) {
    if (name.empty()) return project.question;
    for (auto& part : project.question.parts)
        if (part.name == name) return part.question;
    throw base::NotFound("question '" + name + "'", "the project has no such question");
}

std::optional<std::string> AnswersThen::read(const Question& before, const std::string& answer)
    const {
    bool again = false;
    auto now =
        task_type(before.kind)
            .with_classes(
                before,
                answer,
                [&](std::string_view part, const std::string& name) -> std::optional<std::string> {
                    if (part != question) return name;
                    if (asked_again && name == *asked_again) again = true;
                    auto found = renamed.find(name);
                    return found == renamed.end() ? name : found->second;
                }
            );
    if (again) return std::nullopt;
    return now;
}

SchemaChange tidied(SchemaChange change) {
    for (auto* names : {&change.from, &change.to}) {
        std::set<std::string> seen;
        std::vector<std::string> once;
        for (const auto& name : *names)
            if (auto tidy = base::tidy_name(name); seen.insert(tidy).second)
                once.push_back(std::move(tidy));
        *names = std::move(once);
    }
    return change;
}

AnswersThen change_schema(Project& project, const SchemaChange& wanted) {
    using Action = SchemaChange::Action;
    const auto change = tidied(wanted);
    const auto &from = change.from, &to = change.to;
    auto& question = question_named(project, change.question);
    AnswersThen then{.question = change.question, .renamed = {}, .asked_again = {}};
    Replaced replaced;
    for (const auto& name : from) known_schema_class(question, name);
    switch (change.action) {
        case Action::rename:
            want(from.size() == 1 && to.size() == 1, "rename", "name one class and its new name");
            if (class_named(question, to[0]))
                throw base::Error(
                    "class '" + to[0] + "'", "is there already", "merge them by 'merge'"
                );
            known_schema_class(question, from[0]).name = to[0];
            replaced[from[0]] = to;
            then.renamed[from[0]] = to[0];
            break;
        case Action::merge:
            want(!from.empty() && to.size() == 1, "merge", "name classes and the one they become");
            want(from != to, "merge", "name another class, too");
            add_missing(question, to[0], known_schema_class(question, from[0]).parent);
            for (const auto& name : from)
                if (name != to[0]) {
                    replaced[name] = to;
                    then.renamed[name] = to[0];
                }
            break;
        case Action::split:
            want(from.size() == 1 && to.size() >= 2, "split", "name one class and two or more");
            want(
                std::find(to.begin(), to.end(), from[0]) == to.end(),
                "split",
                "give the parts other names than the class's own"
            );
            for (const auto& name : to)
                add_missing(question, name, known_schema_class(question, from[0]).parent);
            replaced[from[0]] = to;
            then.asked_again = from[0];
            break;
        case Action::add:
            want(from.empty() && !to.empty(), "add", "name a class");
            add_all(question, to);
            break;
        case Action::retire:
            want(from.size() == 1 && to.empty(), "retire", "name one class");
            replaced[from[0]] = {};
            break;
        case Action::undo:
            break;
    }
    follow_all(project, change.question, replaced);
    if (change.action != Action::rename)
        for (const auto& [name, now] : replaced) drop_class(question, name);
    check_edited(project);
    return then;
}

}  // namespace labeling
