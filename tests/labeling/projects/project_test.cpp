#include "labeling/projects/project.hpp"

#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "labeling/projects/page_keys.hpp"
#include "labeling/projects/project_edit.hpp"
#include "labeling/projects/template.hpp"
#include "labeling/tasks/task_type.hpp"

using base::Document;
using Catch::Contains;
using labeling::Project;

namespace {

const std::string minimal = "name = \"p\"\nsource = \"s\"\n";

std::string failure(const std::string& toml) {
    try {
        Project::settings.read(Document::toml(toml, "p.toml"));
    } catch (const base::UsageError& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("a project file is read whole and survives the store's form", "[labeling][project]") {
    auto project = Project::settings.read(Document::toml(
        R"(
name = "topics"
kind = "classification"
source = "pages"
instructions = "What is the page about?"
show = ["fields", "text"]
fields = ["title"]
overlap = 3
hidden_gold = 0.05
[truth]
method = "ds"
target = 0.9
[[class]]
name = "container"
hotkey = "c"
colour = "#4477aa"
description = "Vectors and their kin"
value = "1"
[[class]]
name = "other"
)",
        "p.toml"
    ));
    CHECK(project.question.classes.size() == 2);
    CHECK(project.question.classes[1].id == 1);
    CHECK(project.question.classes[0].colour == "#4477aa");
    auto stored = Project::settings.read(Document::json(Project::settings.text(project)));
    for (const auto& p : {project, stored}) {
        CHECK(p.name == "topics");
        CHECK(p.source == "pages");
        CHECK(p.instructions == "What is the page about?");
        CHECK(
            p.show == std::vector{labeling::Project::Show::fields, labeling::Project::Show::text}
        );
        CHECK(p.fields == std::vector<std::string>{"title"});
        CHECK(p.overlap == 3);
        CHECK(p.hidden_gold == 0.05);
        CHECK(p.truth.method == labeling::Method::ds);
        CHECK(p.truth.target == 0.9);
    }
}

TEST_CASE("a wrong project file is refused with the line", "[labeling][project]") {
    CHECK(failure(minimal) == "no error");
    CHECK_THAT(failure("name = \n"), Contains("p.toml, line 1"));
    CHECK_THAT(failure("source = \"s\"\n"), Contains("'name' is missing"));
    CHECK_THAT(failure("name = \"p\"\n"), Contains("'source' is missing"));
    CHECK_THAT(
        failure(minimal + "overlaps = 2\n"),
        Contains("p.toml, line 3: unknown key 'overlaps'") && Contains("overlap,")
    );
    CHECK_THAT(
        failure(minimal + "overlap = 0\n"),
        Contains("line 3: 'overlap' must be a whole number from 1 to 100")
    );
    CHECK_THAT(failure(minimal + "overlap = 1.5\n"), Contains("whole number"));
    CHECK_THAT(
        failure(minimal + "kind = \"guess\"\n"), Contains("line 3: kind 'guess' is unknown")
    );
    CHECK_THAT(
        failure(minimal + "show = [\"text\", \"sound\"]\n"),
        Contains("line 3: show[1] 'sound' is unknown")
    );
    CHECK_THAT(
        failure(minimal + "[truth]\nmethod = \"mean\"\n"),
        Contains("line 4: method 'mean' does not merge the answers of a classification project")
    );
    CHECK_THAT(failure(minimal + "[truth]\ngoal = 1\n"), Contains("line 4: unknown key 'goal'"));
    CHECK_THAT(
        failure(minimal + "[[class]]\nname = \"a\"\nkey = \"x\"\n"),
        Contains("line 5: unknown key 'key'")
    );
    CHECK_THAT(
        failure(minimal + "[[class]]\nhotkey = \"a\"\n"), Contains("line 3: 'name' is missing")
    );
    CHECK_THAT(
        failure(minimal + "[[class]]\nname = \"a\"\ncolour = \"red\"\n"),
        Contains("line 5: colour 'red'")
    );
    CHECK_THAT(
        failure(minimal + "[[class]]\nname = \"a\"\n[[class]]\nname = \"a\"\n"),
        Contains("line 6: name 'a' appears twice")
    );
}

TEST_CASE("hotkeys leave the page a key for each of its commands", "[labeling][project]") {
    auto with = [](const char* first, const char* second) {
        return minimal + "[[class]]\nname = \"a\"\nhotkey = \"" + first +
               "\"\n[[class]]\nname = \"b\"\nhotkey = \"" + second + "\"\n";
    };
    CHECK_THAT(
        failure(with("-", "S")), Contains("hotkey") && Contains("the page has no key left to skip")
    );
    auto read = [](const std::string& toml) {
        return Project::settings.read(Document::toml(toml, "p.toml"));
    };
    auto project = read(with("s", "z"));
    std::map<labeling::PageCommand, std::string> keys;
    for (const auto& each : labeling::page_keys(project.question)) keys[each.command] = each.key;
    CHECK(keys[labeling::PageCommand::skip] == "-");
    CHECK(keys[labeling::PageCommand::undo] == "backspace");
    CHECK(keys[labeling::PageCommand::find] == "/");
    auto notes = labeling::page_key_notes(project.question);
    REQUIRE(notes.size() == 2);
    CHECK_THAT(notes[1], Contains("'s' answers 'a'") && Contains("'-' is the page's key"));
    CHECK(labeling::page_key_notes(read(with("q", "w")).question).empty());
}

TEST_CASE("a hotkey serves one class, whatever its case", "[labeling][project]") {
    CHECK_THAT(
        failure(
            minimal +
            "[[class]]\nname = \"a\"\nhotkey = \"k\"\n[[class]]\nname = \"b\"\nhotkey = \"K\"\n"
        ),
        Contains("line 8: hotkey 'K' of class 'b' is taken by class 'a'")
    );
    CHECK_THAT(
        failure(minimal + "[[class]]\nname = \"a\"\nhotkey = \"F1\"\n"),
        Contains("line 5: hotkey 'F1'")
    );
}

TEST_CASE("a value of the data spells one class", "[labeling][project]") {
    const std::string two = minimal + "[[class]]\nname = \"a\"\nvalue = \"1\"\n[[class]]\n";
    CHECK(failure(two + "name = \"b\"\nvalue = \"2\"\n") == "no error");
    CHECK_THAT(
        failure(two + "name = \"b\"\nvalue = \"1\"\n"),
        Contains("line 8: value '1' is that of two classes")
    );
    CHECK_THAT(
        failure(two + "name = \"1\"\n"),
        Contains("line 5: value '1' of class 'a' is the name of another class")
    );
}

TEST_CASE("the template of each kind is a project as it stands", "[labeling][project]") {
    for (const auto* type : labeling::task_types()) {
        INFO(type->name());
        auto file = labeling::project_template(*type, "new", "my pages");
        auto project = Project::settings.read(Document::toml(file, "template.toml"));
        CHECK(project.name == "new");
        CHECK(project.source == "my pages");
        CHECK(project.question.kind == type->name());
        CHECK_THAT(file, Contains("# the source whose records are labeled"));
    }
}

TEST_CASE("all of a project is edited, but what answers depend on", "[labeling][project]") {
    auto project = Project::settings.read(
        Document::toml(minimal + "[[class]]\nname = \"yes\"\n[[class]]\nname = \"no\"\n", "p.toml")
    );
    project.question.classes[1].id = 7;
    auto edit = [&](const std::string& toml) {
        auto wanted = labeling::ProjectEdit::settings.read(Document::toml(toml, "e.toml"));
        labeling::apply(wanted, project);
    };
    edit(minimal + R"(kind = "classification"
overlap = 3
hidden_gold = 0.1
fields = ["title"]
[truth]
method = "ds"
[[class]]
name = "no"
hotkey = "n"
description = "not at all"
)");
    CHECK(project.overlap == 3);
    CHECK(project.hidden_gold == 0.1);
    CHECK(project.fields == std::vector<std::string>{"title"});
    CHECK(project.truth.method == labeling::Method::ds);
    CHECK(project.question.classes[1].hotkey == "n");
    CHECK(project.question.classes[1].description == "not at all");
    CHECK(project.question.classes[1].id == 7);

    auto refused = [&](const std::string& toml) {
        try {
            edit(toml);
        } catch (const base::UsageError& error) {
            return std::string(error.what());
        }
        return std::string("no error");
    };
    CHECK_THAT(refused("classes = []"), Contains("unknown key 'classes'"));
    CHECK_THAT(refused("kind = \"text\""), Contains("can not be changed"));
    CHECK_THAT(refused("source = \"t\""), Contains("can not be changed"));
    CHECK_THAT(refused("[[class]]\nname = \"maybe\""), Contains("no such class"));
    CHECK_THAT(
        refused("[[class]]\nname = \"yes\"\nhotkey = \"N\""), Contains("is taken by class 'yes'")
    );
    CHECK_THAT(refused("low = 3"), Contains("does nothing for a classification question"));
    CHECK_THAT(refused("[truth]\nmethod = \"gmean\""), Contains("method"));
}

TEST_CASE("every setting of a project's file can be edited", "[labeling][project]") {
    auto paths = [](const base::Record& record) {
        std::set<std::string> all;
        for (const auto& info : base::list_settings(record, true)) all.insert(info.path);
        return all;
    };
    auto edited = paths(labeling::ProjectEdit::settings.record());
    for (const auto& path : paths(Project::settings.record())) {
        INFO(path);
        CHECK(edited.contains(path));
    }

    auto project = Project::settings.read(
        Document::toml(minimal + "max_overlap = 2\n[limits]\nin_hand = 3\nin_all = 9\n", "p.toml")
    );
    auto edit = [&](const std::string& toml) {
        labeling::apply(
            labeling::ProjectEdit::settings.read(Document::toml(toml, "e.toml")), project
        );
    };
    edit("max_overlap = 5\ngold_feedback = true\n[limits]\nin_hand = 1\nper_day = 40\n");
    CHECK(project.max_overlap == 5);
    CHECK(project.gold_feedback);
    CHECK(project.limits.in_hand == 1);
    CHECK(project.limits.in_all == 9);
    CHECK(project.limits.per_day == 40);
    CHECK_THROWS_AS(edit("overlap = 6"), base::UsageError);  // more than max_overlap
    CHECK(project.overlap == 1);
}
