// What a run takes for what, by the names of the classes that it learnt.
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "service/context.hpp"
#include "service/learn/runs.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"

TEST_CASE(
    "the confusion of a form's question names the classes of that question",
    "[service][runs]"
) {
    test::TestDatabase db{4};
    test::Folder home;
    base::StopOnSignal stop;
    service::Context context{stop};
    context.config.database.url = db.url();
    context.config.home = home.path;
    db->call([](base::Tx& tx) {
        for (const auto* sql :
             {"INSERT INTO source (id, name, kind, created_at) VALUES (1, 's', 'files', now())",
              "INSERT INTO label_project (id, name, source_id, kind, spec, created_at) VALUES (7, "
              "'p', 1, 'form', '{\"question\":[{\"name\":\"where\"},{\"name\":\"spam\"}]}', now())",
              "INSERT INTO label_class (project_id, class_id, question, name) VALUES (7, 0, "
              "'where', "
              "'sea'), (7, 1, 'where', 'land'), (7, 2, 'spam', 'no'), (7, 3, 'spam', 'yes')",
              "INSERT INTO snapshot (id, name, project_id, source_id, spec, state, content_sha256, "
              "created_at, closed_at) VALUES (3, 'n', 7, 1, '{\"question\":\"spam\"}', 'closed', "
              "'x', "
              "now(), now())",
              "INSERT INTO snapshot_item (rk, source_id, key, snapshot_id, version, split, "
              "class_id, "
              "cluster) VALUES (1, 1, 'a', 3, 1, 2, 0, 1)",
              "INSERT INTO model_run (id, snapshot_id, kind, spec, seed, code_version, state, "
              "started_at) VALUES (5, 3, 'softmax', '{}', 1, 'test', 'done', now())",
              "INSERT INTO prediction (rk, source_id, key, run_id, version, split, class_id) "
              "VALUES "
              "(1, 1, 'a', 5, 1, 2, 1)"})
            tx.exec(sql);
    });
    service::run_locally(context.environment(), [](service::Work& work) {
        const auto found = service::show_confusion(work, {.run = 5});
        REQUIRE(found.cells.size() == 1);
        CHECK(found.cells[0].truth == "no");
        CHECK(found.cells[0].predicted == "yes");
        CHECK(found.note.empty());
        work.tx.exec("DELETE FROM prediction");
        const auto none = service::show_confusion(work, {.run = 5});
        CHECK(none.cells.empty());
        CHECK(none.note == "there is no test record of which it says one class");
        const auto note_of = [&](const std::string& what) {
            work.tx.exec("UPDATE model_run SET " + what);
            return service::show_confusion(work, {.run = 5}).note;
        };
        CHECK_THAT(note_of("state = 'running'"), Catch::Contains("still runs"));
        CHECK(note_of("state = 'failed'") == "it is failed, and said nothing");
        CHECK_THAT(note_of("state = 'done', kind = 'kmeans'"), Catch::Contains("structure"));
        const std::string of_a_column = "kind = 'ridge', spec = '{\"target\": \"price\"}'";
        CHECK_THAT(note_of(of_a_column), Catch::Contains("values"));
        CHECK_THAT(note_of("spec = '{\"target\": \"\"}'"), Catch::Contains("no test record"));
        work.tx.exec("UPDATE label_project SET kind = 'multilabel', spec = '{}'");
        work.tx.exec("UPDATE snapshot SET spec = '{}'");
        CHECK_THAT(note_of("kind = 'softmax'"), Catch::Contains("not one class each"));
        work.tx.exec("UPDATE snapshot SET project_id = NULL");
        CHECK_THAT(note_of("kind = 'ridge'"), Catch::Contains("values"));
    });
}
