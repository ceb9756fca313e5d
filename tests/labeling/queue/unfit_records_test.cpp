#include <catch2/catch.hpp>

#include "tests/labeling/store_fixture.hpp"

// Records r0 and r2 have the field `other`; r1 and r3 lack it.
static void half_fit(LabelingWorld& world) {
    world.add_records(4, {"a"});
    world.db->call([](base::Tx& tx) {
        tx.exec(
            "UPDATE record_version SET payload = payload || '{\"other\": 1}' WHERE key IN ('r0', "
            "'r2')"
        );
    });
}

TEST_CASE("records without a field that is compared are not queued, and counted", "[labeling]") {
    LabelingWorld world;
    half_fit(world);
    auto project = world.add_project("kind = \"pairwise\"\ncandidates = [\"kind\", \"other\"]\n");
    std::vector<labeling::QueueRequest> requests;
    for (int i = 0; i < 5; ++i) requests.push_back({.key = record_name(i), .reason = "added"});
    auto put = world.db->call([&](base::Tx& tx) {
        return labeling::enqueue(tx, project, requests, false, world.now());
    });
    CHECK(put.added == 2);
    CHECK(put.unfit == 2);
    CHECK(put.unknown == 1);
    CHECK(put.waiting == 0);
    put = world.db->call([&](base::Tx& tx) {
        return labeling::enqueue_unlabeled(tx, project, 100, 0, "added", world.now());
    });
    CHECK(put.added == 0);
    CHECK(put.unfit == 2);
    CHECK(world.check("SELECT count(*) FROM label_task WHERE key IN ('r1', 'r3')") == 0);
}

TEST_CASE("of a form only what is always asked keeps a record out", "[labeling]") {
    LabelingWorld world;
    half_fit(world);
    auto part = [](const std::string& name, const std::string& more) {
        return "[[question]]\nname = \"" + name + "\"\nkind = \"pairwise\"\n" + more;
    };
    auto project = world.add_project(
        "kind = \"form\"\n[[question]]\nname = \"useful\"\nkind = \"text\"\n" +
        part("better", "required = false\ncandidates = [\"kind\", \"other\"]\n")
    );
    CHECK(labeling::asked_fields(project.project.question).size() == 2);
    CHECK(labeling::needed_fields(project.project.question).empty());
    world.enqueue_all();
    CHECK(world.check("SELECT count(*) FROM label_task") == 4);
}
