// Error analysis of stored runs whose labels are sets of classes, or spans: by class, with slices,
// suspects, forecasts and what to label next; and what is kept of a look.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"
#include "schema/records/record_store.hpp"
#include "schema/sources/source_store.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"
#include "tests/training/labelled_project.hpp"
#include "training/analysis/analysis.hpp"
#include "training/experiment.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace {

const schema::Time parts_now{std::chrono::seconds(1767225600)};

// Records with a label in JSON, of a project of a kind. No two texts are alike.
struct PartsWorld {
    test::TestDatabase db;
    test::Folder folder;
    schema::Blobs blobs{(folder.path / "blobs").string()};
    std::int64_t source = 0, project = 0;
    schema::BatchTarget target;
    base::CounterRandom random{17, 1};
    std::set<std::string> wrong;

    PartsWorld(const std::string& kind, const std::vector<std::string>& classes) {
        db->call([&](base::Tx& tx) {
            source = schema::add_source(tx, {0, "s", "files", "{}", "", ""}, parts_now)->id;
            target = {
                source, "s", schema::begin_run(tx, source, "{}", parts_now), 0, {}, parts_now};
            project = test::add_project(tx, source, kind, "{}", classes);
        });
    }

    static std::string key_of(std::size_t i) { return "k" + std::to_string(10'000 + i); }

    // A word that nearly no other text has.
    std::string word(std::uint64_t at) const {
        std::string out;
        for (std::uint64_t i = 0; i < 6; ++i)
            out += static_cast<char>('a' + random.below(at * 8 + i, 26));
        return out;
    }

    void write(const std::vector<std::pair<std::string, std::string>>& texts_and_labels) {
        std::vector<schema::Sealed> sealed;
        for (std::size_t i = 0; i < texts_and_labels.size(); ++i) {
            schema::Draft draft;
            draft.key = key_of(i);
            draft.payload = "{\"id\":" + std::to_string(i) + "}";
            draft.text = schema::Text{"", texts_and_labels[i].first, i % 3 == 0 ? "de" : "en"};
            sealed.push_back(schema::seal("s", std::move(draft), blobs));
        }
        db->call([&](base::Tx& tx) {
            schema::write_batch(tx, target, sealed, {});
            for (std::size_t i = 0; i < texts_and_labels.size(); ++i)
                if (!texts_and_labels[i].second.empty())
                    tx.exec(
                        "INSERT INTO ground_truth (rk, source_id, key, project_id, value, "
                        "probability, method, set_at) SELECT rk, source_id, key, $1, $3::jsonb, 1, "
                        "'import', now() FROM record WHERE key = $2",
                        project,
                        key_of(i),
                        texts_and_labels[i].second
                    );
        });
    }

    std::int64_t train(const std::string& model) {
        training::SnapshotSpec spec;
        spec.name = "s1";
        spec.project = "p";
        spec.split = "0.6,0.2,0.2";
        training::create_snapshot(*db, spec, parts_now);
        training::TrainSettings settings;
        settings.snapshot = "s1";
        settings.model = model;
        settings.threads = 2;
        return training::train(*db, blobs, {}, settings, "test", {}, {}).run.id;
    }

    training::Analysis analyse(
        std::int64_t run,
        std::stop_token stop = {},
        const training::LabelsNow& labels = {"one", 0}
    ) {
        training::AnalysisRequest request;
        request.labels_now = labels;
        request.run_id = run;
        request.curves = true;
        request.folds = 3;
        request.next = {.run_id = run, .count = 5};
        request.stop = stop;
        return training::analyse(*db, blobs, {}, request);
    }

    void keep(const training::Analysis& found, const training::LabelsNow& labels = {"one", 0}) {
        db->call([&](base::Tx& tx) {
            training::keep_fits(tx, found.run.id, labels, found.fits, parts_now);
        });
    }
};

// Topics by words of their own; in German texts of the sea one of five has lost its mark.
void fill_sets(PartsWorld& world, std::size_t rows) {
    const std::vector<std::vector<std::string>> own{
        {"corn", "plough", "barn", "harvest"},
        {"wave", "ship", "harbour", "tide"},
        {"cloud", "wing", "pilot", "storm"}};
    const std::vector<std::string> names{"field", "sea", "sky"};
    std::vector<std::pair<std::string, std::string>> made;
    for (std::size_t i = 0; i < rows; ++i) {
        std::string body, label;
        for (std::size_t c = 0; c < 3; ++c) {
            const bool has = world.random.unit(i * 10 + c) < 0.4;
            if (has)
                for (std::uint64_t w = 0; w < 3; ++w)
                    body += own[c][world.random.below(i * 100 + c * 10 + w, 4)] + " ";
            bool marked = has;
            if (c == 1 && has && i % 3 == 0 && world.random.unit(900'000 + i) < 0.4) {
                marked = false;
                world.wrong.insert(PartsWorld::key_of(i));
            }
            if (marked) label += (label.empty() ? "\"" : ",\"") + names[c] + "\"";
        }
        for (std::uint64_t w = 0; w < 12; ++w) body += world.word(i * 20 + w) + " ";
        const bool unlabelled = i % 12 == 11;
        made.emplace_back(body, unlabelled ? "" : "[" + label + "]");
    }
    world.write(made);
}

}  // namespace

TEST_CASE("errors of sets are told class by class", "[training][db][parts]") {
    PartsWorld world("multilabel", {"field", "sea", "sky"});
    fill_sets(world, 720);
    const auto run = world.train("logistic");
    const auto found = world.analyse(run);
    CHECK(found.judged > 200);
    CHECK_FALSE(found.rmse);
    REQUIRE(found.by_class.size() == 3);
    CHECK(found.by_class[1].name == "sea");
    CHECK(found.by_class[1].support > 40);
    CHECK(found.by_class[1].spurious > found.by_class[0].spurious);
    CHECK(!found.by_class[1].spurious_examples.empty());
    CHECK(found.by_class[1].suspects > found.by_class[0].suspects);

    REQUIRE(!found.class_slices.empty());
    CHECK(found.class_slices[0].name == "sea");
    CHECK(found.class_slices[0].slice.description == "language = de");
    CHECK(found.class_slices[0].slice.where == "\"language\" = 'de'");
    CHECK(std::any_of(found.advice.begin(), found.advice.end(), [](const auto& one) {
        return one.finding.starts_with("class 'sea' where language = de");
    }));

    CHECK(found.label_errors_judged == 660);
    REQUIRE(found.label_errors.size() >= 30);
    std::size_t right = 0;
    for (std::size_t i = 0; i < 30; ++i) {
        right += world.wrong.contains(found.label_errors[i].item.id.key) ? 1 : 0;
        CHECK(found.label_errors[i].given != found.label_errors[i].suggested);
    }
    CHECK(right >= 25);
    CHECK(found.label_errors[0].suggested.find("sea") != std::string::npos);
    REQUIRE(!found.forecasts.empty());
    CHECK(found.forecasts[0].error < 0.3);
    REQUIRE(found.next.size() == 5);
    CHECK(found.pool == 60);
}

TEST_CASE("what a look fitted is kept until labels change", "[training][db][parts]") {
    PartsWorld world("multilabel", {"field", "sea", "sky"});
    fill_sets(world, 360);
    const auto run = world.train("logistic");
    std::stop_source stopped;
    stopped.request_stop();
    CHECK_THROWS_AS(world.analyse(run, stopped.get_token()), base::Interrupted);
    const auto first = world.analyse(run);
    CHECK(first.fits_used == 0);
    CHECK(first.fits.size() >= 4);
    CHECK(world.analyse(run).fits_used == 0);  // nobody kept them
    world.keep(first);

    const auto second = world.analyse(run);
    CHECK(second.fits_used == first.fits.size());
    CHECK(second.fits.empty());
    REQUIRE(second.label_errors.size() == first.label_errors.size());
    for (std::size_t i = 0; i < first.label_errors.size(); ++i) {
        CHECK(second.label_errors[i].item.id.key == first.label_errors[i].item.id.key);
        CHECK(second.label_errors[i].score == first.label_errors[i].score);
    }
    CHECK(second.forecasts[0].gain.error == first.forecasts[0].gain.error);

    const training::LabelsNow others{"two", 2};
    const auto third = world.analyse(run, {}, others);
    CHECK(third.fits_used == 0);
    const auto told = [&](const char* what) {
        return std::any_of(third.notes.begin(), third.notes.end(), [&](const auto& note) {
            return note.find(what) != std::string::npos;
        });
    };
    CHECK(told("labels have changed since the last look"));
    CHECK(told("2 labels have changed since the snapshot"));
    world.keep(third, others);
    CHECK(world.analyse(run, {}, others).fits_used == third.fits.size());
    CHECK(world.analyse(run, {}, {}).fits_used == 0);  // nobody knows of the labels
    CHECK(*world.db->call([&](base::Tx& tx) {
        return tx.value<std::int64_t>("SELECT count(DISTINCT labels) FROM run_fit");
    }) == 1);
}

TEST_CASE("errors of spans have names, places and suspects", "[training][db][parts]") {
    PartsWorld world("spans", {"person", "place"});
    const std::vector<std::string> people{"Ada", "Bob", "Cleo", "Dan", "Eve", "Fay", "Gus", "Hal"};
    const std::vector<std::string> towns{"Rome", "Oslo", "Kiev", "Bonn", "Lima", "Bern", "Riga"};
    std::vector<std::pair<std::string, std::string>> made;
    for (std::size_t i = 0; i < 400; ++i) {
        std::string body, label;
        const auto add = [&](const std::string& word, const char* name) {
            if (!body.empty()) body += ' ';
            if (name)
                label += (label.empty() ? "" : ",") + std::string("{\"start\":") +
                         std::to_string(body.size()) +
                         ",\"end\":" + std::to_string(body.size() + word.size()) + ",\"label\":\"" +
                         name + "\"}";
            body += word;
        };
        for (std::uint64_t w = 0; w < 14; ++w) {
            const auto at = i * 20 + w;
            if (w == 4) {
                add(i % 2 == 0 ? "Mister" : "Madam", nullptr);
                const bool forgotten = i % 20 == 3;  // a person that nobody marked
                if (forgotten) world.wrong.insert(PartsWorld::key_of(i));
                add(people[world.random.below(at, people.size())], forgotten ? nullptr : "person");
            } else if (w == 9) {
                add("in", nullptr);
                add(towns[world.random.below(at, towns.size())], "place");
            } else {
                add(world.word(at), nullptr);
            }
        }
        made.emplace_back(body, i % 10 == 9 ? "" : "[" + label + "]");
    }
    world.write(made);
    const auto found = world.analyse(world.train("crf"));
    REQUIRE(found.by_class.size() == 2);
    CHECK(found.by_class[0].name == "person");
    CHECK(found.by_class[0].support > 80);
    CHECK(found.by_class[0].spurious >= 3);
    REQUIRE(!found.by_class[0].spurious_examples.empty());
    const auto& example = found.by_class[0].spurious_examples[0];
    CHECK(std::any_of(people.begin(), people.end(), [&](const auto& name) {
        return example.ends_with(": " + name);
    }));
    CHECK(world.wrong.contains(example.substr(0, example.find(':'))));

    CHECK(found.label_errors_judged == 360);
    std::size_t right = 0;
    const auto looked = std::min<std::size_t>(15, found.label_errors.size());
    REQUIRE(looked >= 12);
    for (std::size_t i = 0; i < looked; ++i) {
        const auto& one = found.label_errors[i];
        right += world.wrong.contains(one.item.id.key) ? 1 : 0;
        if (world.wrong.contains(one.item.id.key)) {
            CHECK(one.given == "none");
            CHECK_THAT(one.suggested, Catch::StartsWith("person '"));
        }
    }
    CHECK(right + 3 >= looked);
    CHECK(!found.forecasts.empty());
    CHECK(found.next.size() == 5);
    CHECK(found.pool == 40);
}
