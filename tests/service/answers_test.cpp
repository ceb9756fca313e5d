// Models of answers of several parts, from the records that were read to what is served: snapshot,
// training, report, card, errors, and the same answer stored and sent.
#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "ingest/mapping/rules.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/sources/source_store.hpp"
#include "service/config.hpp"
#include "service/labels/machine/machine.hpp"
#include "service/models/card.hpp"
#include "service/models/predict.hpp"
#include "service/models/serving.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"
#include "training/analysis/analysis.hpp"
#include "training/experiment.hpp"
#include "training/report/run_report.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace {

namespace json = boost::json;

const auto answers_now = std::chrono::system_clock::time_point{std::chrono::seconds(1767225600)};

// Records of a file, each with its label in the field "label", of a project of a kind.
struct AnswersWorld {
    test::TestDatabase database;
    test::Folder folder;
    schema::Blobs blobs{(folder.path / "blobs").string()};
    service::Config config;
    std::int64_t source = 0;

    AnswersWorld(const std::string& kind, const std::string& spec, const std::string& classes) {
        database->call([&](base::Tx& tx) {
            source = schema::add_source(tx, {0, "t", "files", "{}", "", "active"}, answers_now)->id;
            tx.exec(
                "INSERT INTO label_project (id, name, source_id, kind, spec, created_at) VALUES "
                "(1, 'p', $1, $2::text, $3::jsonb || jsonb_build_object('kind', $2::text), now())",
                source,
                kind,
                spec
            );
            tx.exec(
                "INSERT INTO label_class (project_id, class_id, name, spec) SELECT 1, n - 1, name, "
                "jsonb_build_object('name', name) FROM jsonb_array_elements_text($1::jsonb) WITH "
                "ORDINALITY AS c (name, n)",
                classes
            );
        });
    }
    void read(const json::array& records, const std::string& rules) {
        std::string text;
        for (const auto& one : records) text += json::serialize(one) + "\n";
        ingest::RunRequest request;
        request.source = "t";
        request.inputs = {folder.write("1.jsonl", text).string()};
        request.key = "id";
        request.rules = ingest::parse_rules(rules, "rules");
        CHECK(ingest::run(*database, blobs, request).counts.rejected == 0);
        database->call([&](base::Tx& tx) {
            tx.exec(
                "INSERT INTO ground_truth (rk, source_id, key, project_id, value, probability, "
                "method, set_at) SELECT rk, source_id, key, 1, payload->'label', 1, 'mv', now() "
                "FROM record JOIN record_version USING (rk, source_id, key, version) "
                "WHERE payload ? 'label'"
            );
        });
    }
    training::TrainOutcome train(const std::string& model, std::size_t threads = 1) {
        training::SnapshotSpec spec;
        spec.name = "s";
        spec.project = "p";
        spec.split = "0.6,0.2,0.2";
        training::create_snapshot(*database, spec, answers_now);
        training::TrainSettings settings;
        settings.snapshot = "s";
        settings.name = "m";
        settings.model = model;
        settings.threads = threads;
        settings.features.text.bits = 14;
        return training::train(*database, blobs, {}, settings, "test", {}, {});
    }
    service::LoadedModel model() {
        return database->call([&](base::Tx& tx) { return service::load_model(tx, blobs, "m"); });
    }
    template <typename Do>
    auto work(Do does) {
        const service::Environment here{*database, blobs, config, {}};
        decltype(does(std::declval<service::Work&>())) answer{};
        service::run_locally(here, [&](service::Work& at) { answer = does(at); });
        return answer;
    }
    // What is stored is predicted as what is sent; gives the answers by key.
    std::map<std::string, json::object> served(const json::array& records) {
        const auto loaded = model();
        service::RecordPredictions stored(*database, blobs, loaded, "");
        std::map<std::string, json::object> found;
        for (const auto& answer : stored.of(0, stored.size()))
            found[std::string(answer.at("key").as_string())] = answer.as_object();
        for (const auto& record : records) {
            auto sent = record.as_object();
            sent.erase("label");
            auto online = service::predictions_for(loaded, {sent}, true).at(0).as_object();
            const auto key = std::string(record.at("id").as_string());
            INFO(key);
            auto same = found.at(key);
            same.erase("key");
            CHECK(online == same);
        }
        return found;
    }
    // Suggests to people what the model says of records that it has not learnt from.
    void suggest(std::int64_t run) {
        service::SuggestByModel request;
        request.project = "p";
        request.run = run;
        request.records.all = true;
        const auto taken =
            work([&](service::Work& at) { return service::suggest_by_model(at, request); });
        CHECK(taken.added > 50);
        CHECK(taken.rejects == 0);
        CHECK(taken.learnt_from > 200);
    }
    // The card, report and errors of the model.
    service::ModelCard judged(std::int64_t run) {
        const auto card = work([](service::Work& at) {
            return service::card_of_model(at, {"m", 0});
        });
        CHECK(card.golden.holds);
        CHECK(card.golden.records == 8);
        const auto report = training::report_of(*database, blobs, {}, run, {});
        CHECK(!report.models.empty());
        training::AnalysisRequest request;
        request.run_id = run;
        request.curves = true;
        request.folds = 3;
        request.next = {.run_id = run, .count = 3};
        const auto found = training::analyse(*database, blobs, {}, request);
        CHECK(found.judged > 50);
        CHECK(found.next.size() == 3);
        CHECK(!found.forecasts.empty());
        for (const auto& next : found.next) CHECK(!next.suggested.empty());
        return card;
    }
};

double test_figure(const training::TrainOutcome& outcome, std::string_view name) {
    for (const auto& metric : outcome.metrics)
        if (metric.split == 2 && metric.name == name) return metric.estimate.value;
    FAIL("no metric " << name);
    return 0;
}

std::string sentence(const base::CounterRandom& random, std::uint64_t from, double kind) {
    std::string out;
    for (std::uint64_t w = 0; w < 12; ++w) {
        const auto own = random.unit(from + 2 * w) < kind;
        out += fmt::format("{}{} ", own ? "kindly" : "word", random.below(from + 2 * w + 1, 40));
    }
    return out;
}

// The kinder of two answers is better; of some records nobody said.
json::array chat_records(std::size_t count, bool ranking) {
    const base::CounterRandom random(3, 1);
    json::array out;
    for (std::size_t i = 0; i < count; ++i) {
        json::object record{
            {"id", "k" + std::to_string(i)}, {"prompt", sentence(random, i * 1000, 0)}};
        std::vector<std::pair<double, std::string>> order;
        for (const char* name : {"a", "b", "c"}) {
            if (!ranking && *name == 'c') continue;
            const auto at = i * 1000 + 100 * static_cast<std::uint64_t>(*name - 'a' + 1);
            const double kind = random.unit(at);
            record[name] = sentence(random, at + 1, kind);
            order.emplace_back(-kind, name);
        }
        std::sort(order.begin(), order.end());
        json::array names;
        for (const auto& one : order) names.emplace_back(one.second);
        if (i % 10 != 9) record["label"] = ranking ? json::value(names) : names[0];
        out.push_back(std::move(record));
    }
    return out;
}

}  // namespace

TEST_CASE("preferences are learnt, judged and served", "[service][answers]") {
    const bool ranking = GENERATE(false, true);
    AnswersWorld world(
        ranking ? "ranking" : "pairwise",
        ranking ? R"({"candidates":["a","b","c"]})" : R"({"candidates":["a","b"],"ties":true})",
        "[]"
    );
    const auto records = chat_records(400, ranking);
    world.read(records, "key = [\"id\"]\nbody = [\"prompt\"]\n");
    const auto outcome = world.train("bradley_terry");
    CHECK(test_figure(outcome, "pair_accuracy") > 0.75);
    CHECK(test_figure(outcome, "by_length_pair_accuracy") < 0.7);
    CHECK(test_figure(outcome, "by_field_pair_accuracy") < 0.7);
    const auto found = world.served(records);
    CHECK(found.at("k9").at("scores").as_object().size() == (ranking ? 3 : 2));
    world.suggest(outcome.run.id);
    const auto card = world.judged(outcome.run.id);
    CHECK(std::any_of(card.limits.begin(), card.limits.end(), [](const auto& limit) {
        return limit.find("whether what they say is true") != std::string::npos;
    }));
    // What lacks a candidate gets no answer; what has none is refused.
    const auto loaded = world.model();
    const auto half = service::predictions_for(loaded, {json::object{{"a", "word1"}}});
    CHECK(half.at(0).at("answer").is_null());
    CHECK(half.at(0).at("scores").as_object().size() == 1);
    CHECK_THROWS_WITH(
        service::predictions_for(loaded, {json::object{{"z", 1}}}),
        Catch::Contains("has no member that the model knows; known: a, b")
    );
    CHECK_THROWS_WITH(
        service::predictions_for(loaded, {json::object{{"a", "x"}, {"z", 1}}}, true),
        Catch::Contains("'z' is not known")
    );
    // The same question, the same data and seed: the same run.
    CHECK(world.train("bradley_terry", 2).run.id == outcome.run.id);
    world.database->call([](base::Tx& tx) {
        tx.exec(R"(UPDATE label_project SET spec = spec || '{"ties": false}')");
    });
    if (!ranking) CHECK(world.train("bradley_terry").run.id != outcome.run.id);
}

TEST_CASE("labels of table rows are learnt, judged and served", "[service][answers]") {
    AnswersWorld world("rows", R"({"table":"lines"})", R"(["header","item","total"])");
    const base::CounterRandom random(4, 1);
    json::array records;
    for (std::size_t i = 0; i < 400; ++i) {
        json::array lines, label;
        const auto add = [&](json::array cells, const char* name) {
            lines.push_back(std::move(cells));
            label.push_back(name ? json::value(name) : json::value());
        };
        add({"Article", "Price"}, "header");
        for (std::uint64_t n = 0; n < 1 + random.below(i * 50, 5); ++n) {
            add({fmt::format("thing{}", random.below(i * 50 + n + 1, 200)), n + 2}, "item");
            if (random.unit(i * 50 + n + 20) < 0.2) add({"agreed by phone", nullptr}, nullptr);
        }
        add({"Sum", 100 + i}, "total");
        json::object record{{"id", "k" + std::to_string(i)}, {"lines", lines}};
        if (i % 10 != 9) record["label"] = label;
        records.push_back(std::move(record));
    }
    world.read(records, "key = [\"id\"]\n");
    const auto outcome = world.train("softmax");
    CHECK(test_figure(outcome, "row_macro_f1") > 0.95);
    CHECK(test_figure(outcome, "majority_row_macro_f1") < 0.4);
    const auto found = world.served(records);
    const auto& line = found.at("k9");
    CHECK(line.at("answer").as_array().size() == line.at("sure").as_array().size());
    world.suggest(outcome.run.id);
    const auto card = world.judged(outcome.run.id);
    CHECK(card.classes.size() == 4);
    const auto loaded = world.model();
    CHECK(service::predictions_for(loaded, {json::object{{"lines", "no list"}}})
              .at(0)
              .at("answer")
              .is_null());
    CHECK(service::predictions_for(loaded, {json::object{{"lines", json::array{}}}})
              .at(0)
              .at("answer")
              .as_array()
              .empty());
}
