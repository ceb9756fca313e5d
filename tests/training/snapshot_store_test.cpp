#include "training/snapshots/snapshot_store.hpp"
#include "training/snapshots/snapshot_export.hpp"

#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/support/test_database.hpp"
#include "training/experiment.hpp"
#include "training/preparation/preparation_store.hpp"
#include "training/preparation/prepare.hpp"
#include "training/snapshots/example_store.hpp"

using test::TestDatabase;
using training::SnapshotSpec;

namespace {

const schema::Time now{std::chrono::seconds(1767225600)};

std::string long_text(int topic, int variant) {
    std::string text;
    for (int i = 0; i < 120; ++i)
        text += "t" + std::to_string(topic) + "w" + std::to_string(i * 31 % 97) + " ";
    return text + "variant " + std::to_string(variant);
}

// A labelled source: texts of 60 topics, each in four nearly equal variants, one group for two
// topics.
struct World {
    TestDatabase db;
    schema::Blobs blobs{"/nonexistent"};
    std::int64_t source = 0;
    std::int64_t project = 0;
    schema::BatchTarget target;

    World() {
        db->call([&](base::Tx& tx) {
            source = schema::add_source(tx, {0, "s", "files", "{}", "", ""}, now)->id;
            target = {source, "s", schema::begin_run(tx, source, "{}", now), 0, {}, now};
            project = *tx.value<std::int64_t>(
                "INSERT INTO label_project (name, source_id, kind, spec, created_at) VALUES ('p', "
                "$1, 'classification', '{}', now()) RETURNING id",
                source
            );
            tx.exec(
                "INSERT INTO label_class (project_id, class_id, name) VALUES ($1, 0, 'even'), ($1, "
                "1, 'odd')",
                project
            );
        });
        std::vector<schema::Draft> drafts;
        for (int topic = 0; topic < 60; ++topic)
            for (int variant = 0; variant < 4; ++variant) drafts.push_back(draft(topic, variant));
        write(std::move(drafts));
        label();
    }

    static schema::Draft draft(int topic, int variant) {
        schema::Draft made;
        made.key = "k" + std::to_string(topic) + "-" + std::to_string(variant);
        made.payload = "{\"topic\":" + std::to_string(topic) + ",\"half\":\"" +
                       (topic % 2 ? "test" : "train") + "\"}";
        made.text = schema::Text{"", long_text(topic, variant), ""};
        if (variant == 0) made.group = "g" + std::to_string(topic / 2);
        return made;
    }

    void write(std::vector<schema::Draft> drafts) {
        std::vector<schema::Sealed> sealed;
        for (auto& one : drafts) sealed.push_back(schema::seal("s", std::move(one), blobs));
        db->call([&](base::Tx& tx) { schema::write_batch(tx, target, sealed, {}); });
    }

    void label() {
        db->call([&](base::Tx& tx) {
            tx.exec(
                "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
                "method, set_at) "
                "SELECT rk, source_id, key, $1, length(key) % 2, 1, 'import', now() FROM record ON "
                "CONFLICT DO NOTHING",
                project
            );
        });
    }

    training::CreateResult create(SnapshotSpec spec) {
        spec.project = "p";
        return training::create_snapshot(*db, spec, now);
    }

    // The side of each record.
    std::map<std::string, int> sides(const std::string& snapshot) {
        return db->call([&](base::Tx& tx) {
            std::map<std::string, int> all;
            for (const auto& row : tx.exec(
                     "SELECT i.key, i.split FROM snapshot_item i JOIN snapshot s ON s.id = "
                     "i.snapshot_id WHERE s.name = $1",
                     snapshot
                 ))
                all[row[0].as<std::string>()] = row[1].as<int>();
            return all;
        });
    }
};

SnapshotSpec named(const std::string& name) {
    SnapshotSpec spec;
    spec.name = name;
    return spec;
}

}  // namespace

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
            "INSERT INTO snapshot (name, project_id, spec, state, created_at) VALUES ('a', $1, "
            "'{}', 'open', now())",
            world.project
        );
    });
    CHECK(world.create(named("a")).created);
}

TEST_CASE("members are written with their label and side", "[training][snapshot]") {
    World world;
    auto snapshot = world.create(named("a")).snapshot;
    std::ostringstream csv, lines;
    CHECK(
        training::export_snapshot(*world.db, snapshot, training::SnapshotFormat::csv, csv) == 240
    );
    CHECK(
        training::export_snapshot(*world.db, snapshot, training::SnapshotFormat::jsonl, lines) ==
        240
    );
    CHECK_THAT(
        csv.str(), Catch::StartsWith("key,split,label,title,body\r\n") && Catch::Contains("k0-0,")
    );
    CHECK_THAT(lines.str(), Catch::Contains("\"label\":\"odd\""));
    CHECK_FALSE(base::parse<training::SnapshotFormat>("papyrus"));
    CHECK_THAT(lines.str(), !Catch::Contains("markdown"));
}

TEST_CASE("members that are pages carry their kind and Markdown", "[training][snapshot]") {
    World world;
    auto snapshot = world.create(named("a")).snapshot;
    world.db->call([&](base::Tx& tx) {
        tx.exec(
            "UPDATE record_version SET payload = payload || "
            "'{\"page_type\": \"forum\", \"markdown\": \"# A *b*\"}' WHERE key = 'k0-0'"
        );
    });
    std::ostringstream lines;
    training::export_snapshot(*world.db, snapshot, training::SnapshotFormat::jsonl, lines);
    auto text = lines.str();
    auto line = text.substr(text.find("{\"key\":\"k0-0\""));
    CHECK_THAT(
        line.substr(0, line.find('\n')),
        Catch::Contains("\"page_type\":\"forum\"") && Catch::Contains("\"markdown\":\"# A *b*\"")
    );
    CHECK(text.find("page_type") == text.rfind("page_type"));
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
    "a preparation's versions are kept, fitted on the training side alone, and undone by another",
    "[training][prepare]"
) {
    World world;
    auto created = world.create({"a", "", "", "0.6,0.2,0.2", "", "", 1});
    // A column whose values differ between the sides: the mean must be that of training.
    world.db->call([&](base::Tx& tx) {
        schema::ensure_columns(tx, world.source, {{"size", schema::Column::Type::number, ""}}, now);
        tx.exec(
            "INSERT INTO content_numeric SELECT rk, source_id, key, version, 1, ARRAY[CASE WHEN "
            "split = 0 THEN 10 ELSE 5000 END "
            "+ abs(rk % 3)]::float8[] FROM snapshot_item"
        );
    });
    auto add = [&](const std::string& operations) {
        return world.db->call([&](base::Tx& tx) {
            return training::add_preparation(tx, world.source, operations, "n", "me", now).version;
        });
    };
    CHECK(add(R"([{"op":"upper"},{"op":"clip","quantiles":[0,1]}])") == 1);
    CHECK_THROWS_AS(add(R"([{"op":"magic"}])"), base::UsageError);
    training::ExampleStore store(*world.db, world.blobs);
    auto prepared = training::prepare(*world.db, store, created.snapshot, std::nullopt, now);
    CHECK(prepared.version == 1);
    auto test_side =
        prepared.fitted.apply(store.load(store.split_items(created.snapshot.id, 2), {}));
    REQUIRE(test_side.rows > 0);
    for (double value : test_side.numeric) CHECK(value <= 12);  // nothing beyond what training has
    CHECK(test_side.text[0].body.find('t') == std::string::npos);
    CHECK(world.db.number("SELECT count(*) FROM preparation_fit") == 1);
    CHECK(
        world.db.number("SELECT rows FROM preparation_fit") ==
        world.db.number("SELECT count(*) FROM snapshot_item WHERE split = 0")
    );
    CHECK(
        training::prepare(*world.db, store, created.snapshot, 1, now).fitted.json() ==
        prepared.fitted.json()
    );
    std::ostringstream out;
    training::export_snapshot(
        *world.db, created.snapshot, training::SnapshotFormat::csv, out, prepared.fitted
    );
    CHECK_THAT(
        out.str(),
        Catch::Contains("key,split,label,title,body,size") && Catch::Contains("T1W") &&
            !Catch::Contains("5000")
    );
    CHECK(
        world.db.number("SELECT count(*) FROM content_text WHERE body LIKE 'T%'") == 0
    );  // records are as they were

    CHECK(add("[]") == 2);  // an undo
    CHECK(training::prepare(*world.db, store, created.snapshot, std::nullopt, now).fitted.empty());
    CHECK_FALSE(training::prepare(*world.db, store, created.snapshot, 1, now).fitted.empty());
    CHECK_THROWS_AS(training::prepare(*world.db, store, created.snapshot, 9, now), base::Error);
}

TEST_CASE(
    "accepted fixes are read in the place of wrong values where a preparation asks for them",
    "[training][prepare]"
) {
    World world;
    auto created = world.create({"a", "", "", "0.6,0.2,0.2", "", "", 1});
    world.db->call([&](base::Tx& tx) {
        schema::ensure_columns(tx, world.source, {{"size", schema::Column::Type::number, ""}}, now);
        tx.exec(
            "INSERT INTO content_numeric SELECT rk, source_id, key, version, 1, ARRAY[7]::float8[] "
            "FROM record"
        );
        tx.exec(
            "INSERT INTO cell_issue (rk, source_id, key, column_name, version, code, value, "
            "proposal, probability, reason, state, found_at) "
            "SELECT rk, source_id, key, 'size', version, 'typo', '7', '8', 1, '', CASE WHEN key "
            "LIKE 'k1-%' THEN 'accepted' ELSE 'open' "
            "END, now() FROM record"
        );
    });
    training::ExampleStore store(*world.db, world.blobs);
    auto sum = [&] {
        double all = 0;
        for (int split : {0, 1, 2})
            for (double value :
                 store.load(store.split_items(created.snapshot.id, split), {}).numeric)
                all += value;
        return all;
    };
    auto members = static_cast<double>(world.db.number("SELECT count(*) FROM snapshot_item"));
    auto accepted = static_cast<double>(
        world.db.number("SELECT count(*) FROM snapshot_item WHERE key LIKE 'k1-%'")
    );
    REQUIRE(accepted > 0);
    CHECK(sum() == 7 * members);
    store.use_fixes(training::Preparation::parse(R"([{"op":"accepted_fixes"}])").uses_fixes());
    CHECK(sum() == 7 * members + accepted);
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

TEST_CASE("a run that a killed program left is closed when the next begins", "[training][run]") {
    World world;
    auto snapshot = world.create(named("s")).snapshot;
    auto begin = [&] {
        return world.db->call([&](base::Tx& tx) {
            return training::begin_run(tx, snapshot.id, "ridge", "{}", 1, "test", now);
        });
    };
    auto run = [&](std::int64_t id) {
        return world.db->call([&](base::Tx& tx) { return training::require_run(tx, id); });
    };
    auto left = begin();
    training::TrainSettings settings;
    settings.snapshot = "s";
    settings.threads = 1;
    std::int64_t seen = 0;
    auto outcome = training::train(
        *world.db,
        world.blobs,
        {},
        settings,
        "test",
        [&](const training::Progress&) {
            if (seen != 0) return;
            seen = begin();
            CHECK(run(left).state == "interrupted");
            CHECK(run(left).error == "the program ended before the run did");
            CHECK(world.db.number("SELECT count(*) FROM model_run WHERE state = 'running'") == 2);
        },
        {}
    );
    CHECK(seen != 0);
    CHECK(outcome.run.state == "done");
    begin();
    CHECK(run(seen).state == "interrupted");
    CHECK(run(outcome.run.id).state == "done");
}

TEST_CASE("pictures of one size are read as pixels, of several sizes not at all", "[training]") {
    World world;
    constexpr int count = 700;  // more than are read at once
    auto picture = [](int number, int width) {
        schema::Draft made;
        made.key = "i" + std::to_string(number);
        made.payload = "{}";
        made.blob = std::string(static_cast<std::size_t>(2 * width), static_cast<char>(number));
        made.image = formats::Image{};
        made.image->format = "raw";
        made.image->width = width;
        made.image->height = 2;
        made.image->channels = 1;
        return made;
    };
    std::vector<schema::Draft> drafts;
    for (int i = 0; i < count; ++i) drafts.push_back(picture(i, 3));
    world.write(std::move(drafts));
    auto load = [&] {
        training::ExampleStore store(*world.db, world.blobs);
        std::vector<training::Item> items;
        for (auto& item : store.unlabeled_items(world.project, world.source, 1'000))
            if (item.id.key[0] == 'i') items.push_back(std::move(item));
        return std::pair(store.load(items, {}), std::move(items));
    };
    auto [examples, items] = load();
    REQUIRE(items.size() == count);
    REQUIRE(examples.pixel_count == 6);
    REQUIRE(examples.pixels.size() == 6 * count);
    bool right = true;
    for (std::size_t row = 0; row < items.size(); ++row) {
        auto number = static_cast<std::uint8_t>(std::stoi(items[row].id.key.substr(1)));
        for (std::size_t i = 0; i < 6; ++i) right = right && examples.pixels[row * 6 + i] == number;
    }
    CHECK(right);

    std::vector<schema::Draft> other;
    other.push_back(picture(count, 4));
    world.write(std::move(other));
    auto mixed = load().first;
    CHECK(mixed.rows == count + 1);
    CHECK(mixed.pixels.empty());
}
