#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/numbers/random.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"
#include "tests/training/labelled_project.hpp"
#include "training/experiment.hpp"
#include "training/snapshots/snapshot_store.hpp"

// Records with labels of several parts in a database, to train on, and pictures to mark things in.
namespace test {

namespace json = boost::json;

inline const schema::Time answers_now{std::chrono::seconds(1767225600)};

struct AnsweredRecord {
    std::string text;
    json::object payload;
    std::string label;     // JSON; empty: none
    std::string pixels{};  // grey, raw
    int side = 0;
};

struct AnsweredWorld {
    TestDatabase db;
    Folder folder;
    schema::Blobs blobs{(folder.path / "blobs").string()};
    std::int64_t project = 0;

    AnsweredWorld(
        const std::string& kind,
        const std::string& spec,
        const std::vector<std::string>& classes,
        const std::vector<AnsweredRecord>& records
    ) {
        std::vector<schema::Sealed> sealed;
        for (std::size_t i = 0; i < records.size(); ++i) {
            schema::Draft draft;
            draft.key = fmt::format("k{}", 10'000 + i);
            draft.payload = json::serialize(records[i].payload);
            if (!records[i].text.empty()) draft.text = schema::Text{"", records[i].text, "en"};
            if (records[i].side > 0) {
                draft.image = formats::Image{records[i].side, records[i].side, 1, "raw"};
                draft.blob = records[i].pixels;
            }
            sealed.push_back(schema::seal("s", std::move(draft), blobs));
        }
        db->call([&](base::Tx& tx) {
            auto source = schema::add_source(tx, {0, "s", "files", "{}", "", ""}, answers_now)->id;
            schema::BatchTarget target{
                source, "s", schema::begin_run(tx, source, "{}", answers_now), 0, {}, answers_now};
            project = test::add_project(tx, source, kind, spec, classes);
            schema::write_batch(tx, target, sealed, {});
            for (std::size_t i = 0; i < records.size(); ++i)
                if (!records[i].label.empty())
                    tx.exec(
                        "INSERT INTO ground_truth (rk, source_id, key, project_id, value, "
                        "probability, method, set_at) SELECT rk, source_id, key, $1, $3::jsonb, 1, "
                        "'import', now() FROM record WHERE key = $2",
                        project,
                        fmt::format("k{}", 10'000 + i),
                        records[i].label
                    );
        });
    }

    training::TrainOutcome train(const std::string& model, std::size_t threads = 1) {
        training::SnapshotSpec spec;
        spec.name = "s1";
        spec.project = "p";
        spec.split = "0.6,0.2,0.2";
        training::create_snapshot(*db, spec, answers_now);
        training::TrainSettings settings;
        settings.snapshot = "s1";
        settings.model = model;
        settings.threads = threads;
        settings.features.text.bits = 14;
        settings.features.pictures.size = 32;
        return training::train(*db, blobs, {}, settings, "test", {}, {});
    }
};

// Pictures with a ring, but for every fourth; every tenth has no label.
inline std::vector<AnsweredRecord> ringed_pictures(std::uint64_t count) {
    constexpr int side = 32;
    const base::CounterRandom random(5, 1);
    std::vector<AnsweredRecord> records;
    for (std::uint64_t i = 0; i < count; ++i) {
        AnsweredRecord one{"", {{"n", i}}, "", std::string(side * side, '\0'), side};
        auto at = i * 10'000;
        for (auto& pixel : one.pixels) pixel = static_cast<char>(60 + random.below(at++, 40));
        json::array marks;
        if (i % 4 != 3) {
            const auto x = static_cast<int>(random.below(at++, 20));
            const auto y = static_cast<int>(random.below(at++, 20));
            for (int dy = 0; dy < 10; ++dy)
                for (int dx = 0; dx < 10; ++dx)
                    if (dx < 3 || dx > 6 || dy < 3 || dy > 6)
                        one.pixels[static_cast<std::size_t>((y + dy) * side + x + dx)] = '\x7f';
            marks.push_back({{"x", x}, {"y", y}, {"width", 10}, {"height", 10}, {"label", "ring"}});
        }
        if (i % 10 != 9) one.label = json::serialize(marks);
        records.push_back(std::move(one));
    }
    return records;
}

}  // namespace test
