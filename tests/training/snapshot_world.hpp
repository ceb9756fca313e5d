#pragma once

#include "training/snapshots/snapshot_diff.hpp"
#include "training/snapshots/snapshot_export.hpp"
#include "training/snapshots/snapshot_store.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/run/temporary_folder.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/support/test_database.hpp"
#include "training/experiment.hpp"
#include "training/preparation/preparation_store.hpp"
#include "training/preparation/prepare.hpp"
#include "training/snapshots/example_store.hpp"

namespace snapshot_world {

using test::TestDatabase;
using training::SnapshotSpec;

inline const schema::Time now{std::chrono::seconds(1767225600)};

inline std::string long_text(int topic, int variant) {
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
        if (spec.source.empty()) spec.project = "p";
        return training::create_snapshot(*db, spec, now);
    }

    // The rows of a snapshot as they are exported.
    std::string exported(
        const training::SnapshotInfo& snapshot,
        const training::ExportOptions& options,
        const training::FittedPreparation& prepared = {}
    ) {
        const base::TemporaryFolder folder;
        auto written =
            training::export_snapshot(*db, blobs, snapshot, folder.path(), options, prepared);
        CHECK(written.members == snapshot.members);
        std::ifstream in(folder.path() / written.files.front(), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
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

inline SnapshotSpec named(const std::string& name) {
    SnapshotSpec spec;
    spec.name = name;
    return spec;
}

}  // namespace snapshot_world
