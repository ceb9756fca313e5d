// Snapshots of a source alone, by strata, time and folds, with labels that are old or unsure; and
// the gate on what a snapshot holds.
#include "tests/training/snapshot_world.hpp"

#include "training/leakage/part_leaks_store.hpp"
#include "training/snapshots/card_store.hpp"

using namespace snapshot_world;

namespace {

// Topics with a time a day each, in several spellings, and a few without.
void give_times(World& world) {
    std::vector<schema::Draft> drafts;
    for (int topic = 0; topic < 60; ++topic)
        for (int variant = 0; variant < 4; ++variant) {
            auto draft = World::draft(topic, variant);
            auto day = std::to_string(topic % 28 + 1);
            if (day.size() < 2) day = "0" + day;
            auto month = topic < 28 ? "01" : topic < 56 ? "02" : "03";
            auto at = "2024-" + std::string(month) + "-" + day +
                      (topic % 2 ? "T08:00:00" : "T08:00:00.000001");
            draft.group = "";
            draft.payload = draft.payload.substr(0, draft.payload.size() - 1) +
                            (topic == 7 ? "}" : ",\"at\":\"" + at + "\"}");
            drafts.push_back(std::move(draft));
        }
    world.write(std::move(drafts));
}

}  // namespace

TEST_CASE("a snapshot can be of a source alone", "[training][snapshot]") {
    World world;
    auto spec = named("plain");
    spec.source = "s";
    spec.where = "topic < 30";
    const auto made = world.create(spec).snapshot;
    CHECK(made.members == 120);
    CHECK(made.project.empty());
    CHECK(made.source == "s");
    CHECK(training::verify_snapshot(*world.db, made));
    CHECK(world.db.number("SELECT count(*) FROM snapshot_item WHERE class_id IS NULL") == 120);
    spec = named("both");
    spec.source = "s";
    CHECK_THROWS_WITH(
        training::create_snapshot(*world.db, {.name = "b", .project = "p", .source = "t"}, now),
        Catch::Contains("is of source 's', not of 't'")
    );
}

TEST_CASE("a field that no record has is an error", "[training][snapshot]") {
    World world;
    auto spec = named("a");
    SECTION("group") {
        spec.group = "colur";
    }
    SECTION("time") {
        spec.time = "colur";
    }
    SECTION("side") {
        spec.split = "field=colur";
    }
    SECTION("strata") {
        spec.stratify = "colur";
    }
    SECTION("condition") {
        spec.where = "colur = 'red' or topic = 1";
    }
    CHECK_THROWS_WITH(
        world.create(spec), Catch::Contains("none of 240 records has the field 'colur'")
    );
    CHECK_THROWS_AS(world.create(spec), base::UsageError);
}

TEST_CASE("times are read, and records without one are told of", "[training][snapshot]") {
    World world;
    give_times(world);
    auto spec = named("a");
    spec.time = "at";
    const auto made = world.create(spec).snapshot;
    CHECK(made.members == 236);
    CHECK_THAT(made.counts, Catch::Contains("4 records have no time in 'at' and are left out"));
    const auto sides = world.sides("a");
    CHECK_FALSE(sides.contains("k7-0"));
    // By topic, as topics are in the order of time.
    int newest_training = -1, oldest_test = 100;
    for (const auto& [key, side] : sides) {
        const int topic = std::stoi(key.substr(1, key.find('-') - 1));
        if (side == 0) newest_training = std::max(newest_training, topic);
        if (side == 2) oldest_test = std::min(oldest_test, topic);
    }
    CHECK(newest_training < oldest_test);
    CHECK(oldest_test < 60);
    spec = named("b");
    spec.time = "half";
    CHECK_THROWS_WITH(
        world.create(spec), Catch::Contains("values are no times that are read here")
    );
}

TEST_CASE("each class is in each part, and keeps its sides", "[training][snapshot]") {
    World world;
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE record SET group_key = NULL");
        tx.exec("DELETE FROM ground_truth WHERE key > 'k4'");
        tx.exec("UPDATE content_text SET simhash = rk");  // every record is alone
        tx.exec("UPDATE ground_truth SET class_id = CASE WHEN key LIKE 'k1%-0' THEN 1 ELSE 0 END");
    });
    auto spec = named("a");
    spec.folds = 3;
    const auto made = world.create(spec).snapshot;
    const auto before = world.sides("a");
    std::map<int, int> rare;
    for (const auto& [key, side] : before)
        if (key.starts_with("k1") && key.ends_with("-0")) ++rare[side];
    CHECK(rare[1] >= 1);
    CHECK(rare[2] >= 1);
    CHECK(world.db.number("SELECT count(DISTINCT fold) FROM snapshot_item") == 3);
    CHECK(
        world.db.number("SELECT count(*) FROM snapshot_item WHERE fold IS NULL AND split < 2") == 0
    );
    CHECK(training::verify_snapshot(*world.db, made));
    world.label();
    spec.name = "b";
    world.create(spec);
    auto after = world.sides("b");
    CHECK(after.size() == 240);
    for (const auto& [key, side] : before) CHECK(after.at(key) == side);
    CHECK(
        world.db.number(
            "SELECT count(*) FROM snapshot_item a JOIN snapshot_item b USING (rk, source_id, key) "
            "WHERE a.snapshot_id < b.snapshot_id AND a.fold IS DISTINCT FROM b.fold"
        ) == 0
    );
}

TEST_CASE("a class that a part has not is told of", "[training][snapshot]") {
    World world;
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE ground_truth SET class_id = CASE WHEN key = 'k9-1' THEN 1 ELSE 0 END");
    });
    CHECK_THAT(
        world.create(named("a")).snapshot.counts,
        Catch::Contains("part has no record of class 'odd'")
    );
}

TEST_CASE(
    "labels of texts that changed are told of, and left out if asked",
    "[training][snapshot]"
) {
    World world;
    world.db->call([](base::Tx& tx) { tx.exec("UPDATE ground_truth SET labeled_version = 1"); });
    auto changed = World::draft(0, 0);
    changed.payload = "{\"topic\":0,\"half\":\"train\",\"more\":true}";
    world.write({changed});  // the text is the same
    CHECK_THAT(world.create(named("same")).snapshot.counts, Catch::Contains("\"stale\": 0"));
    changed.payload = "{\"topic\":0,\"half\":\"train\",\"more\":2}";
    changed.text->body = "another text " + long_text(99, 1);
    world.write({changed});
    const auto told = world.create(named("told")).snapshot;
    CHECK(told.members == 240);
    CHECK_THAT(
        told.counts,
        Catch::Contains("\"stale\": 1") &&
            Catch::Contains("1 records changed after they were labelled")
    );
    auto spec = named("without");
    spec.leave_out_stale = true;
    CHECK(world.create(spec).snapshot.members == 239);
    CHECK_FALSE(world.sides("without").contains("k0-0"));
    world.db->call([](base::Tx& tx) { tx.exec("UPDATE ground_truth SET labeled_version = 3"); });
    spec.name = "again";
    CHECK(world.create(spec).snapshot.members == 240);
}

TEST_CASE("how sure a label is stays with the member", "[training][snapshot]") {
    World world;
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE ground_truth SET probability = 0.75, method = 'ds' WHERE key = 'k3-0'");
    });
    const auto made = world.create(named("a")).snapshot;
    CHECK(world.db.number("SELECT count(*) FROM snapshot_item WHERE probability = 0.75") == 1);
    CHECK(training::verify_snapshot(*world.db, made));
    CHECK_THAT(made.counts, Catch::Contains("\"ds\": [") && Catch::Contains("\"unsure\": 1"));
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE snapshot_item SET probability = 0.9 WHERE key = 'k3-0'");
    });
    CHECK_FALSE(training::verify_snapshot(*world.db, made));
}

TEST_CASE(
    "a difference is told by record, class and source, a page at a time",
    "[training][snapshot]"
) {
    World world;
    auto spec = named("a");
    spec.where = "topic < 50";
    const auto a = world.create(spec).snapshot;
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE ground_truth SET class_id = 1 - class_id WHERE key = 'k3-2'");
    });
    spec = named("b");
    spec.where = "topic > 1";
    const auto b = world.create(spec).snapshot;
    const auto all = training::diff_snapshots(*world.db, a, b, {.at_most = 1000});
    CHECK(all.added == 40);
    CHECK(all.removed == 8);
    CHECK(all.relabeled == 1);
    CHECK(all.moved == 0);
    CHECK(all.items.size() == 49);
    CHECK_FALSE(all.next);
    REQUIRE(all.sources.size() == 1);
    CHECK(all.sources[0].added == 40);
    REQUIRE(all.classes.size() == 2);
    CHECK(all.classes[0].added + all.classes[1].added == 40);
    std::vector<training::DiffRecord> pages;
    for (std::optional<std::string> next = ""; next;) {
        auto page = training::diff_snapshots(*world.db, a, b, {.at_most = 7, .after = *next});
        for (auto& one : page.items) pages.push_back(std::move(one));
        next = page.next;
    }
    REQUIRE(pages.size() == 49);
    for (std::size_t i = 0; i < pages.size(); ++i) CHECK(pages[i].key == all.items[i].key);
    CHECK_THROWS_WITH(
        training::diff_snapshots(*world.db, a, b, {.after = "k3-2"}),
        Catch::Contains("'after': is no next of an earlier part")
    );
    const auto relabelled =
        training::diff_snapshots(*world.db, a, b, {.only = training::Difference::relabelled});
    REQUIRE(relabelled.items.size() == 1);
    CHECK(relabelled.items[0].key == "k3-2");
    CHECK(relabelled.items[0].label != relabelled.items[0].other_label);
}

TEST_CASE("a card says where members come from and what to mind", "[training][snapshot]") {
    World world;
    world.db->call([](base::Tx& tx) {
        tx.exec(
            "UPDATE record_version SET licence = 'CC-BY-4.0', url = 'https://a.example/x' "
            "WHERE key LIKE 'k1-%'"
        );
    });
    const auto made = world.create(named("a")).snapshot;
    world.db->call([&](base::Tx& tx) {
        training::note_read(tx, made.id, training::TestReader::run, 0, now);
    });
    const auto card = world.db->call([&](base::Tx& tx) { return training::card_of(tx, made); });
    CHECK(card.members == 240);
    REQUIRE(card.licences.size() == 2);
    CHECK(card.licences[0].members == 236);
    CHECK(card.licences[1].name == "CC-BY-4.0");
    CHECK(card.in_clusters == 240 - 30);
    REQUIRE(card.test_reads.size() == 1);
    const auto text = training::card_markdown(card);
    CHECK_THAT(
        text,
        Catch::StartsWith("# a\n") && Catch::Contains("| CC-BY-4.0 | 4 |") &&
            Catch::Contains("| a.example | 4 |") && Catch::Contains("read 1 times by run")
    );
    const auto rights = world.db->call([&](base::Tx& tx) { return training::rights_of(tx, made); });
    CHECK(rights.denied == 0);
    world.db->call([](base::Tx& tx) {
        tx.exec(
            "INSERT INTO consent_denial (rk, source_id, key, rule, at) SELECT rk, source_id, "
            "key, 'ai.txt', now() FROM record WHERE key = 'k1-0'"
        );
    });
    const auto now_denied =
        world.db->call([&](base::Tx& tx) { return training::rights_of(tx, made); });
    CHECK(now_denied.denied == 1);
    CHECK(now_denied.examples == std::vector<std::string>{"k1-0"});
}

TEST_CASE("what is found to belong together later stops a training", "[training][leak]") {
    World world;
    const auto made = world.create(named("a")).snapshot;
    CHECK(training::part_leaks(*world.db, made).empty());
    world.db->call([](base::Tx& tx) {
        tx.exec(
            "INSERT INTO duplicate (rk, source_id, key, kind, cluster, score, found_at) "
            "SELECT rk, source_id, key, 'text', 5, 1, now() FROM record WHERE key LIKE 'k%-2'"
        );
    });
    const auto found = training::part_leaks(*world.db, made);
    REQUIRE(found.size() == 1);
    CHECK(found[0].kind == training::LeakKind::duplicate);
    CHECK(found[0].gravity == training::Gravity::stop);

    training::TrainSettings settings;
    settings.snapshot = "a";
    settings.model = "majority";
    settings.threads = 1;
    CHECK_THROWS_AS(
        training::train(*world.db, world.blobs, {}, settings, "test", {}, {}), training::LeakFound
    );
    CHECK(world.db.number("SELECT count(*) FROM model") == 0);
    CHECK(world.db.number("SELECT count(*) FROM snapshot_read") == 0);
    CHECK(
        world.db.number("SELECT count(*) FROM model_run WHERE state = 'failed' AND analysis ->> "
                        "'leakage' LIKE '%duplicate%'") == 1
    );
    settings.allow_leak = "twins are wanted";
    const auto outcome = training::train(*world.db, world.blobs, {}, settings, "test", {}, {});
    CHECK(outcome.leakage.allowed == "twins are wanted");
    CHECK_THAT(outcome.run.analysis, Catch::Contains("twins are wanted"));
    CHECK(world.db.number("SELECT count(*) FROM snapshot_read WHERE reader = 'run'") == 1);
}

TEST_CASE("labels that follow time are not to be split at random", "[training][leak]") {
    World world;
    give_times(world);
    world.db->call([](base::Tx& tx) {
        tx.exec(
            "UPDATE ground_truth SET class_id = "
            "CASE WHEN split_part(substr(key, 2), '-', 1)::int < 30 THEN 0 ELSE 1 END"
        );
    });
    training::ExampleStore store(*world.db, world.blobs);
    const auto look = [&](const std::string& name, const std::string& time) {
        auto spec = named(name);
        spec.time = time;
        const auto made = world.create(spec).snapshot;
        const auto items = store.split_items(made.id, 0);
        return training::order_leaks(*world.db, made, items, store.load(items, {"even", "odd"}));
    };
    const auto found = look("random", "");
    REQUIRE(found.size() == 1);
    CHECK(found[0].columns == std::vector<std::string>{"at"});
    CHECK(found[0].gravity == training::Gravity::stop);
    CHECK(look("by_time", "at").empty());
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE ground_truth SET class_id = abs(rk) / 7 % 2");
    });
    CHECK(look("chance", "").empty());
}
