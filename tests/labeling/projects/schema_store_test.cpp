#include "labeling/projects/schema_store.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <set>
#include <thread>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "labeling/projects/project_view_store.hpp"
#include "labeling/queue/task_store.hpp"
#include "labeling/truth/truth_store.hpp"
#include "tests/labeling/store_fixture.hpp"

using namespace std::chrono_literals;
using labeling::SchemaChange;
using Action = labeling::SchemaChange::Action;

namespace {

labeling::SchemaLine change(LabelingWorld& world, const SchemaChange& wanted) {
    auto now = world.now();
    return world.db->call([&](base::Tx& tx) {
        return labeling::change_schema(tx, "p", wanted, "ann", now);
    });
}

labeling::StoredProject present(LabelingWorld& world) {
    return world.db->call([&](base::Tx& tx) { return labeling::load_project(tx, "p"); });
}

std::vector<std::string> offered(LabelingWorld& world) {
    std::vector<std::string> names;
    for (const auto& item : present(world).project.question.classes) names.push_back(item.name);
    return names;
}

// Everybody answers all records that wait; person and record choose the answer.
void answer_all(
    LabelingWorld& world,
    std::int64_t user,
    const std::function<labeling::Answer(const std::string& key)>& choose
) {
    auto now = world.now();
    world.db->call([&](base::Tx& tx) {
        for (const auto& task : labeling::claim(tx, world.project.id, user, 100, now, 60s)) {
            auto answer = choose(task.key);
            answer.task = task.task;
            answer.user_id = user;
            answer.token = task.token;
            answer.attempt = task.attempt;
            CHECK(labeling::submit(tx, answer, now) == labeling::Submitted::accepted);
        }
    });
}

labeling::Answer of_class(int id) {
    labeling::Answer answer;
    answer.class_id = id;
    return answer;
}

void infer(LabelingWorld& world) {
    auto now = world.now();
    labeling::resolve_truth(*world.db, "p", labeling::Method::mv, true, now);
}

// "r0=a r1=b": what is held true, by record.
std::string labels(LabelingWorld& world) {
    std::string text;
    auto project = present(world);
    labeling::each_label(*world.db, project, [&](const labeling::ExportRow& row) {
        text += row.key + "=" + (row.label.empty() ? row.value : row.label) + " ";
    });
    return text;
}
std::multiset<std::string> sorted_labels(LabelingWorld& world) {
    std::multiset<std::string> all;
    auto text = labels(world);
    for (std::size_t from = 0; from < text.size();) {
        auto to = text.find(' ', from);
        all.insert(text.substr(from, to - from));
        from = to + 1;
    }
    return all;
}

using Labels = std::multiset<std::string>;

// Six records, answered a, b, c, a, b, c by one person.
struct Answered : LabelingWorld {
    std::int64_t ann = 0;

    explicit Answered(const std::string& tail = "overlap = 1\n") {
        add_records(6, {"x"});
        add_project(tail);
        ann = add_user("ann");
        enqueue_all();
    }
    void by_number() {
        answer_all(*this, ann, [](const std::string& key) { return of_class((key[1] - '0') % 3); });
        infer(*this);
    }
};

}  // namespace

TEST_CASE("a renamed class keeps its answers under the new name", "[labeling][schema]") {
    Answered world;
    world.by_number();
    auto line =
        change(world, {.action = Action::rename, .question = {}, .from = {"a"}, .to = {"ant"}});
    CHECK(line.version == 2);
    CHECK(offered(world) == std::vector<std::string>{"ant", "b", "c"});
    CHECK(sorted_labels(world) == Labels{"r0=ant", "r1=b", "r2=c", "r3=ant", "r4=b", "r5=c"});
    auto back = change(world, {.action = Action::undo, .question = {}, .from = {}, .to = {}});
    CHECK(back.version == 3);
    CHECK(offered(world) == std::vector<std::string>{"a", "b", "c"});
    CHECK(sorted_labels(world) == Labels{"r0=a", "r1=b", "r2=c", "r3=a", "r4=b", "r5=c"});
    CHECK_THROWS_AS(
        change(world, {.action = Action::undo, .question = {}, .from = {}, .to = {}}), base::Error
    );
    CHECK(present(world).schema_version == 3);
}

TEST_CASE(
    "merged classes are one, and are several again when that is undone",
    "[labeling][schema]"
) {
    Answered world;
    world.by_number();
    SchemaChange merge{.action = Action::merge, .question = {}, .from = {"a", "b"}, .to = {"ab"}};
    auto line = change(world, merge);
    CHECK(line.answers == 4);
    CHECK(line.labels == 4);
    CHECK(offered(world) == std::vector<std::string>{"c", "ab"});
    infer(world);
    CHECK(sorted_labels(world) == Labels{"r0=ab", "r1=ab", "r2=c", "r3=ab", "r4=ab", "r5=c"});
    change(world, {.action = Action::undo, .question = {}, .from = {}, .to = {}});
    CHECK(offered(world) == std::vector<std::string>{"a", "b", "c"});
    CHECK(sorted_labels(world) == Labels{"r0=a", "r1=b", "r2=c", "r3=a", "r4=b", "r5=c"});
    infer(world);
    CHECK(sorted_labels(world) == Labels{"r0=a", "r1=b", "r2=c", "r3=a", "r4=b", "r5=c"});
    world.check_sums();
    // The number of the class that went is not given to another.
    change(world, {.action = Action::add, .question = {}, .from = {}, .to = {"d"}});
    CHECK(present(world).project.question.classes.back().id == 4);
}

TEST_CASE("what a split class was said of is asked again", "[labeling][schema]") {
    Answered world;
    world.by_number();
    SchemaChange split{.action = Action::split, .question = {}, .from = {"a"}, .to = {"a1", "a2"}};
    auto line = change(world, split);
    CHECK(line.queued == 2);
    CHECK(line.answers == 2);
    CHECK(offered(world) == std::vector<std::string>{"b", "c", "a1", "a2"});
    CHECK(sorted_labels(world) == Labels{"r1=b", "r2=c", "r4=b", "r5=c"});
    world.check_sums();

    SECTION("of the same person, too") {
        answer_all(world, world.ann, [](const std::string& key) {
            return of_class(key == "r0" ? 3 : 4);
        });
        infer(world);
        CHECK(sorted_labels(world) == Labels{"r0=a1", "r1=b", "r2=c", "r3=a2", "r4=b", "r5=c"});
        world.check_sums();
        CHECK(world.check("SELECT count(*) FROM annotation WHERE schema_version = 2") == 2);
        CHECK(world.check("SELECT count(*) FROM annotation WHERE schema_version = 1") == 6);
    }
    SECTION("until that is undone") {
        change(world, {.action = Action::undo, .question = {}, .from = {}, .to = {}});
        CHECK(offered(world) == std::vector<std::string>{"a", "b", "c"});
        CHECK(sorted_labels(world) == Labels{"r0=a", "r1=b", "r2=c", "r3=a", "r4=b", "r5=c"});
        CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'open'") == 0);
        world.check_sums();
    }
}

TEST_CASE("a retired class is not offered, and its answers stay", "[labeling][schema]") {
    Answered world;
    world.by_number();
    change(world, {.action = Action::retire, .question = {}, .from = {"a"}, .to = {}});
    CHECK(offered(world) == std::vector<std::string>{"b", "c"});
    infer(world);
    CHECK(sorted_labels(world) == Labels{"r0=a", "r1=b", "r2=c", "r3=a", "r4=b", "r5=c"});
    CHECK_THROWS_AS(
        change(world, {.action = Action::rename, .question = {}, .from = {"b"}, .to = {"a"}}),
        base::Error
    );
    change(world, {.action = Action::add, .question = {}, .from = {}, .to = {"a"}});
    CHECK(offered(world) == std::vector<std::string>{"a", "b", "c"});
    CHECK(present(world).project.question.classes.front().id == 0);
}

TEST_CASE("classes change within marks and within a form", "[labeling][schema]") {
    SECTION("in sets of classes") {
        Answered world("kind = \"multilabel\"\n");
        answer_all(world, world.ann, [](const std::string& key) {
            labeling::Answer answer;
            answer.value = key == "r0" ? R"(["a","b"])" : R"(["c"])";
            return answer;
        });
        auto line = change(
            world, {.action = Action::merge, .question = {}, .from = {"a", "b"}, .to = {"a"}}
        );
        CHECK(line.answers == 1);
        CHECK(world.check(R"(SELECT count(*) FROM annotation WHERE value = '["a"]')") == 1);
        change(world, {.action = Action::undo, .question = {}, .from = {}, .to = {}});
        CHECK(world.check(R"(SELECT count(*) FROM annotation WHERE value = '["a","b"]')") == 1);
    }
    SECTION("of the question that is named") {
        Answered world(R"(kind = "form"
[[question]]
name = "spam"
class = [{name = "yes"}, {name = "no"}]
[[question]]
name = "ham"
class = [{name = "yes"}, {name = "no"}]
when = { question = "spam", is = "no" }
)");
        answer_all(world, world.ann, [](const std::string&) {
            labeling::Answer answer;
            answer.value = R"({"spam":"no","ham":"no"})";
            return answer;
        });
        change(
            world, {.action = Action::rename, .question = "spam", .from = {"no"}, .to = {"never"}}
        );
        CHECK(
            world.check(
                R"(SELECT count(*) FROM annotation WHERE value = '{"spam":"never","ham":"no"}')"
            ) == 6
        );
        auto when = present(world).project.question.parts[1].when;
        REQUIRE(when);
        CHECK(when->is == std::vector<std::string>{"never"});
        change(world, {.action = Action::undo, .question = {}, .from = {}, .to = {}});
        CHECK(
            world.check(
                R"(SELECT count(*) FROM annotation WHERE value = '{"spam":"no","ham":"no"}')"
            ) == 6
        );
        CHECK(present(world).project.question.parts[1].when->is == std::vector<std::string>{"no"});
    }
}

TEST_CASE("names of a change are tidied before anything is changed by them", "[labeling][schema]") {
    Answered world("kind = \"multilabel\"\n");
    answer_all(world, world.ann, [](const std::string&) {
        labeling::Answer answer;
        answer.value = R"(["a","b"])";
        return answer;
    });
    auto line = change(
        world, {.action = Action::rename, .question = {}, .from = {"a "}, .to = {" cafe\u0301 "}}
    );
    CHECK(line.from.text == R"(["a"])");
    CHECK(line.to.text == "[\"caf\u00e9\"]");
    CHECK(
        world.check("SELECT count(*) FROM annotation WHERE value = '[\"caf\u00e9\",\"b\"]'") == 6
    );
    change(world, {.action = Action::undo, .question = {}, .from = {}, .to = {}});
    CHECK(world.check(R"(SELECT count(*) FROM annotation WHERE value = '["a","b"]')") == 6);
    CHECK_THROWS_AS(
        change(world, {.action = Action::split, .question = {}, .from = {"a"}, .to = {"x", "x "}}),
        base::UsageError
    );
    CHECK(offered(world) == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("imported labels of a split class are asked about, and come back", "[labeling][schema]") {
    LabelingWorld world;
    world.add_records(2, {"x"});
    world.add_project();
    world.db->call([&](base::Tx& tx) {
        tx.exec(
            "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
            "method, set_at) SELECT rk, source_id, key, $1, 0, 1, 'import', now() FROM record",
            world.project.id
        );
    });
    change(world, {.action = Action::split, .question = {}, .from = {"a"}, .to = {"a1", "a2"}});
    CHECK(sorted_labels(world).empty());
    CHECK(world.check("SELECT count(*) FROM label_task WHERE state = 'open'") == 2);
    change(world, {.action = Action::undo, .question = {}, .from = {}, .to = {}});
    CHECK(sorted_labels(world) == Labels{"r0=a", "r1=a"});
    CHECK(world.check("SELECT count(*) FROM label_task") == 0);
}

TEST_CASE("an answer under way is renamed too", "[labeling][schema]") {
    Answered world("kind = \"multilabel\"\n");
    auto now = world.now();
    auto task = world.db->call([&](base::Tx& tx) {
        return labeling::claim(tx, world.project.id, world.ann, 1, now, 60s).at(0);
    });
    std::jthread renaming;
    world.db->call([&](base::Tx& tx) {
        labeling::project_to_answer(tx, world.project.id);
        renaming = std::jthread([&] {
            change(world, {.action = Action::rename, .question = {}, .from = {"a"}, .to = {"ant"}});
        });
        auto waits = [&] {
            return world.check(
                       "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT "
                       "granted AND database = (SELECT oid FROM pg_database WHERE datname "
                       "= current_database())"
                   ) > 0;
        };
        auto end = std::chrono::steady_clock::now() + 30s;
        while (!waits() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        labeling::Answer answer{
            .task = task.task, .user_id = world.ann, .token = task.token, .attempt = task.attempt};
        answer.value = R"(["a", "b"])";
        labeling::submit(tx, answer, now);
    });
    renaming.join();
    CHECK(world.check("SELECT count(*) FROM annotation WHERE value = '[\"ant\", \"b\"]'") == 1);
}

TEST_CASE("every wording of the guidelines is kept with its time", "[labeling][project]") {
    LabelingWorld world;
    world.add_records(1, {"x"});
    world.add_project("instructions = \"first\"\n");
    auto edit = [&](labeling::ProjectEdit wanted) {
        auto now = world.now();
        world.db->call([&](base::Tx& tx) {
            auto stored = labeling::load_project(tx, "p");
            REQUIRE(labeling::edit_project(tx, "p", stored.version, wanted, now));
        });
    };
    labeling::ProjectEdit words, title;
    words.instructions = "second";
    title.title = "another title";
    edit(words);
    edit(title);
    edit(words);
    auto kept =
        world.db->call([&](base::Tx& tx) { return labeling::guidelines(tx, world.project.id); });
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].version == 2);
    CHECK(kept[0].text == "second");
    CHECK(kept[1].text == "first");
    CHECK(kept[0].since > kept[1].since);
}
