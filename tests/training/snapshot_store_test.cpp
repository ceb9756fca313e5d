#include "tests/training/snapshot_world.hpp"

using namespace snapshot_world;

TEST_CASE("near-duplicates and groups stay on one side of a snapshot", "[training][snapshot]") {
    World world;
    auto spec = named("a");
    spec.split = "0.5,0.25,0.25";
    auto result = world.create(spec);
    CHECK(result.created);
    CHECK(result.snapshot.members == 240);
    auto sides = world.sides("a");
    std::map<int, int> seen;
    for (int topic = 0; topic < 60; ++topic) {
        int side = sides.at(
            "k" + std::to_string(topic / 2 * 2) + "-0"
        );  // through the group, then the near-duplicates
        for (int variant = 0; variant < 4; ++variant)
            CHECK(sides.at("k" + std::to_string(topic) + "-" + std::to_string(variant)) == side);
        ++seen[side];
    }
    CHECK(seen.size() == 3);
}

TEST_CASE(
    "the same members give the same hash in another database, and another seed another one",
    "[training][snapshot]"
) {
    World one, other;
    auto first = one.create(named("a")).snapshot;
    CHECK(first.hash == other.create(named("b")).snapshot.hash);
    auto spec = named("c");
    spec.seed = 2;
    CHECK(first.hash != one.create(spec).snapshot.hash);
}

TEST_CASE(
    "a snapshot made again is the one that is there, unless its members would differ",
    "[training][snapshot]"
) {
    World world;
    world.create(named("a"));
    CHECK_FALSE(world.create(named("a")).created);
    world.write({World::draft(99, 0)});
    world.label();
    CHECK_THROWS_WITH(world.create(named("a")), Catch::Contains("never changes"));
    CHECK(world.create(named("b")).snapshot.members == 241);
}

TEST_CASE("no snapshot is stored once a stop is asked for", "[training][snapshot]") {
    World world;
    std::stop_source stopped;
    stopped.request_stop();
    auto spec = named("a");
    spec.project = "p";
    CHECK_THROWS_AS(
        training::create_snapshot(*world.db, spec, now, {}, stopped.get_token()), base::Interrupted
    );
    CHECK(world.db.number("SELECT count(*) FROM snapshot") == 0);
}

TEST_CASE(
    "a snapshot keeps the content of its day when records change later",
    "[training][snapshot]"
) {
    World world;
    auto before = world.create(named("a")).snapshot;
    auto changed = World::draft(0, 0);
    changed.payload = "{\"topic\":0,\"more\":true}";
    world.write({changed});
    CHECK(training::verify_snapshot(*world.db, before));
    auto diff = training::diff_snapshots(*world.db, before, world.create(named("b")).snapshot);
    CHECK(diff.changed == 1);
    CHECK(diff.same == 239);
    CHECK(diff.added + diff.removed + diff.relabeled + diff.moved == 0);
}

TEST_CASE("a snapshot stays whole when classes are renamed, or added", "[training][snapshot]") {
    World world;
    auto snapshot = world.create(named("a")).snapshot;
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE label_class SET name = name || ' (was)'");
        tx.exec(
            "INSERT INTO label_class (project_id, class_id, name) SELECT DISTINCT project_id, "
            "7, 'new' FROM label_class"
        );
    });
    CHECK(training::verify_snapshot(*world.db, snapshot));
}

TEST_CASE("a member that was tampered with is found by verify", "[training][snapshot]") {
    World world;
    auto snapshot = world.create(named("a")).snapshot;
    CHECK(training::verify_snapshot(*world.db, snapshot));
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE snapshot_item SET class_id = 1 - class_id WHERE key = 'k7-1'");
    });
    CHECK_FALSE(training::verify_snapshot(*world.db, snapshot));
}

TEST_CASE(
    "a condition chooses the members, and one that nothing matches is one line",
    "[training][snapshot]"
) {
    World world;
    auto spec = named("a");
    spec.where = "topic < 10 and class = 'even'";
    auto snapshot = world.create(spec).snapshot;
    CHECK(
        static_cast<long long>(snapshot.members) ==
        world.db.number("SELECT count(*) FROM record WHERE key LIKE 'k_-%' AND length(key) % 2 = 0")
    );
    spec = named("b");
    spec.where = "topic > 1000";
    CHECK_THROWS_WITH(world.create(spec), Catch::Contains("no labelled record"));
}

TEST_CASE("a field can say the sides", "[training][snapshot]") {
    World world;
    auto spec = named("a");
    spec.split = "field=half";
    spec.where =
        "topic in (10, 11, 30, 31)";  // of different groups by tens, so that fields do not clash
    spec.group = "topic";
    world.create(spec);
    auto sides = world.sides("a");
    CHECK(sides.at("k11-1") == 2);
    CHECK(sides.at("k31-0") == 2);
    CHECK(sides.at("k10-1") != 2);
    CHECK(sides.at("k30-2") != 2);
}

TEST_CASE("what a killed program left of a snapshot is no obstacle", "[training][snapshot]") {
    World world;
    world.db->call([&](base::Tx& tx) {
        tx.exec(
            "INSERT INTO snapshot (name, project_id, source_id, spec, state, created_at) VALUES "
            "('a', $1, $2, '{}', 'open', now())",
            world.project,
            world.source
        );
    });
    CHECK(world.create(named("a")).created);
}

TEST_CASE(
    "records whose sites forbid training are left out, unless the source only records that",
    "[training][snapshot]"
) {
    World world;
    world.db->call([&](base::Tx& tx) {
        tx.exec(
            "UPDATE record_version SET consent = '{\"decision\":\"deny\",\"rule\":\"x\"}' WHERE "
            "key LIKE 'k1-%'"
        );
        tx.exec(
            "UPDATE record_version SET consent = '{\"decision\":\"allow\"}' WHERE key LIKE 'k3-%'"
        );
        tx.exec(
            "INSERT INTO consent_denial (rk, source_id, key, rule, at) SELECT rk, source_id, key, "
            "'ai.txt', now() FROM record "
            "WHERE key IN ('k1-0', 'k2-0')"
        );
    });
    auto honoured = world.create(named("honoured"));
    CHECK(honoured.snapshot.members == 240 - 5);
    CHECK_THAT(
        honoured.snapshot.counts,
        Catch::Contains("\"consent_denied\": 5") || Catch::Contains("\"consent_denied\":5")
    );
    CHECK(world.sides("honoured").contains("k3-0"));
    CHECK_FALSE(world.sides("honoured").contains("k2-0"));
    world.db->call([&](base::Tx& tx) {
        tx.exec("UPDATE source SET spec = '{\"consent\":\"record\"}' WHERE id = $1", world.source);
    });
    CHECK(world.create(named("recorded")).snapshot.members == 240);
}

TEST_CASE(
    "the field that labels were imported from, and its copies, are never features",
    "[training][snapshot]"
) {
    World world;
    world.db->call([&](base::Tx& tx) {
        schema::ensure_columns(
            tx,
            world.source,
            {{"kind", schema::Column::Type::category, ""},
             {"size", schema::Column::Type::number, ""},
             {"copy", schema::Column::Type::number, ""}},
            now
        );
        tx.exec(
            "INSERT INTO content_numeric SELECT rk, source_id, key, version, 1, ARRAY[length(key) "
            "% 2, abs(rk % 50), 9 - length(key) % 2]::float8[] FROM record"
        );
    });
    auto snapshot = world.create(named("imported")).snapshot;
    CHECK(training::label_columns(snapshot) == std::vector<std::string>{"kind", "copy"});

    training::TrainSettings settings;
    settings.snapshot = "imported";
    settings.model = "majority";
    settings.threads = 1;
    auto outcome = training::train(*world.db, world.blobs, {}, settings, "test", {}, {});
    CHECK(outcome.label_columns == std::vector<std::string>{"kind", "copy"});
    CHECK(
        outcome.run.analysis.find("\"label_columns\": [\"kind\", \"copy\"]") != std::string::npos
    );

    // What people answered may well agree with a column.
    world.db->call([](base::Tx& tx) { tx.exec("UPDATE ground_truth SET method = 'majority'"); });
    CHECK(training::label_columns(world.create(named("answered")).snapshot).empty());
}
