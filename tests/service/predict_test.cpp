// What a model sees of a record, from the file to the prediction: trained, predicted in the
// database and sent by somebody, it must be the same to the bit.
#include "service/models/predict.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "base/settings/settings.hpp"
#include "base/text/utf8.hpp"
#include "ingest/mapping/rules.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/sources/source_store.hpp"
#include "service/config.hpp"
#include "service/learn/errors.hpp"
#include "service/models/card.hpp"
#include "tests/support/program.hpp"
#include "tests/support/test_database.hpp"
#include "training/analysis/analysis.hpp"
#include "training/experiment.hpp"
#include "training/preparation/preparation_store.hpp"
#include "training/snapshots/snapshot_store.hpp"

namespace {

namespace json = boost::json;

const auto predict_now = std::chrono::system_clock::time_point{std::chrono::seconds(1767225600)};

struct PredictWorld {
    test::TestDatabase database;
    test::Folder folder;
    schema::Blobs blobs{(folder.path / "blobs").string()};
    std::int64_t source = 0;

    PredictWorld() {
        database->call([&](base::Tx& tx) {
            source = schema::add_source(tx, {0, "t", "files", "{}", "", "active"}, predict_now)->id;
            tx.exec(
                "INSERT INTO label_project (id, name, source_id, kind, spec, created_at) VALUES "
                "(1, 'p', $1, 'classification', '{}', now())",
                source
            );
            tx.exec(
                "INSERT INTO label_class (project_id, class_id, name) VALUES (1, 0, 'no'), (1, "
                "1, 'yes')"
            );
        });
    }
    void read(const std::string& name, const std::string& content, const std::string& rules = {}) {
        ingest::RunRequest request;
        request.source = "t";
        request.inputs = {folder.write(name, content).string()};
        request.key = "id";
        if (!rules.empty()) request.rules = ingest::parse_rules(rules, "rules");
        CHECK(ingest::run(*database, blobs, request).counts.rejected == 0);
    }
    // Every record is labelled by what the condition says of its payload.
    void label(const std::string& condition) {
        database->call([&](base::Tx& tx) {
            tx.exec(
                "INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, probability, "
                "method, set_at) SELECT rk, source_id, key, 1, (" +
                condition +
                ")::int, 1, 'import', now() FROM record JOIN record_version USING (rk, source_id, "
                "key, version) ON CONFLICT DO NOTHING"
            );
        });
    }
    training::TrainOutcome train(const std::string& prepare = {}) {
        training::SnapshotSpec spec;
        spec.name = "s";
        spec.project = "p";
        training::create_snapshot(*database, spec, predict_now);
        training::TrainSettings settings;
        settings.snapshot = "s";
        settings.name = "m";
        settings.threads = 1;
        if (!prepare.empty())
            database->call([&](base::Tx& tx) {
                training::add_preparation(tx, source, prepare, "", "me", predict_now);
            });
        return training::train(*database, blobs, {}, settings, "test", {}, {});
    }
    service::LoadedModel model() {
        return database->call([&](base::Tx& tx) { return service::load_model(tx, blobs, "m"); });
    }
    json::array batch(const service::LoadedModel& model) {
        service::RecordPredictions records(*database, blobs, model, "");
        return records.of(0, records.size());
    }
    json::object payload(const std::string& key) {
        return database->call([&](base::Tx& tx) {
            return json::parse(*tx.value<std::string>(
                                   "SELECT payload::text FROM record JOIN record_version USING "
                                   "(rk, source_id, key, version) WHERE key = $1",
                                   key
                               ))
                .as_object();
        });
    }
};

std::string ages(const std::string& prefix, bool income_first, bool height) {
    std::string text = income_first ? "id,income,age" : "id,age,income";
    text += height ? ",height\n" : "\n";
    for (int i = 0; i < 60; ++i) {
        const int age = 20 + i % 50, income = 1000 + i * 131 % 7000;
        text += income_first ? fmt::format("{}{},{},{}", prefix, i, income, age)
                             : fmt::format("{}{},{},{}", prefix, i, age, income);
        text += height ? fmt::format(",{}\n", 150 + i) : "\n";
    }
    return text;
}

json::object without_key(json::value answer) {
    answer.as_object().erase("key");
    return answer.as_object();
}

// The batch's answer for each record is that for its payload, sent with its members in any order.
void check_online_is_batch(PredictWorld& world, const service::LoadedModel& model) {
    const auto answers = world.batch(model);
    REQUIRE(answers.size() > 50);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const std::string key(answers[i].at("key").as_string());
        auto given = world.payload(key);
        json::array members;
        for (const auto& [name, value] : given) members.push_back(json::array{name, value});
        base::CounterRandom(i, 1).shuffle(std::span(members.data(), members.size()));
        json::object permuted;
        for (const auto& member : members) permuted[member.at(0).as_string()] = member.at(1);
        auto online = service::predictions_for(model, {permuted}).at(0).as_object();
        online.erase("unknown");
        online.erase("unknown_values");
        INFO(key);
        CHECK(online == without_key(answers[i]));
    }
}

}  // namespace

TEST_CASE("two files with their columns in another order mean the same", "[service][predict]") {
    PredictWorld world;
    world.read("1.csv", ages("o", false, false));
    world.read("2.csv", ages("p", true, false));
    world.label("(payload->>'age')::int > 45");
    const auto outcome = world.train();
    training::ExampleStore store(*world.database, world.blobs);
    std::size_t rows = 0;
    for (int split : {0, 1, 2}) {
        const auto items = store.split_items(outcome.run.snapshot_id, split);
        const auto examples = store.load(items, {"no", "yes"});
        REQUIRE(examples.columns.size() == 2);
        const std::size_t age = examples.columns[0].name == "age" ? 0 : 1;
        for (std::size_t row = 0; row < examples.rows; ++row, ++rows) {
            const auto number = std::stoi(items[row].id.key.substr(1));
            CHECK(examples.numeric[row * 2 + age] == 20 + number % 50);
            CHECK(examples.numeric[row * 2 + 1 - age] == 1000 + number * 131 % 7000);
        }
    }
    CHECK(rows == 120);
    const auto model = world.model();
    const auto before = world.batch(model);
    check_online_is_batch(world, model);

    // One column more in a later file, one less in another: the model in use goes on.
    world.read("3.csv", ages("x", false, true));
    world.read("4.csv", "id,height\ny1,150\ny2,160\n");
    const auto after = world.batch(world.model());
    REQUIRE(after.size() == 182);
    std::map<std::string, json::object> known;
    for (const auto& answer : after)
        known[std::string(answer.at("key").as_string())] = answer.as_object();
    for (const auto& answer : before)
        CHECK(known.at(std::string(answer.at("key").as_string())) == answer.as_object());
    for (int i = 0; i < 60; ++i)
        CHECK(
            without_key(known.at("x" + std::to_string(i))) ==
            without_key(known.at("o" + std::to_string(i)))
        );
    CHECK(without_key(known.at("y1")) == without_key(known.at("y2")));
}

TEST_CASE("raw fields of a mapped source are mapped, and categories are names", "[service]") {
    PredictWorld world;
    const std::string rules =
        "key = [\"id\"]\nbody = [\"Text\"]\n"
        "[[column]]\nname = \"size\"\nfield = \"Size-kB\"\nfactor = 1024\nunit = \"By\"\n"
        "[[column]]\nname = \"colour\"\nfield = \"colour\"\nop = \"category\"\n"
        "[[column]]\nname = \"tags\"\nfield = \"tags\"\nop = \"count\"\n"
        "[[column]]\nname = \"at\"\nfield = \"at\"\nop = \"time\"\n";
    std::string text = "id,Text,Size-kB,colour,tags,at\n";
    const char* colours[] = {"red", "green", "", "blue"};
    for (int i = 0; i < 80; ++i)
        text += fmt::format(
            "k{},word{} and word{},{},{},\"{}\",2024-0{}-11\n",
            i,
            i % 5,
            i % 3,
            i % 7 == 6 ? "" : std::to_string(i % 11),
            colours[i % 4],
            i % 3 == 0 ? "a,b,c" : "a",
            1 + i % 9
        );
    world.read("1.csv", text, rules);
    world.label("payload->>'colour' = 'red' OR right(record.key, 1) < '4'");
    const auto prepare = GENERATE("", R"([{"op":"fill","columns":["size"],"with":"median"}])");
    world.train(prepare);
    const auto model = world.model();
    check_online_is_batch(world, model);

    const auto ask = [&](const json::object& input, bool strict = false) {
        return service::predictions_for(model, {input}, strict).at(0).as_object();
    };
    // By the names of the columns: in the column's unit, a category by its value.
    const json::object direct{
        {"body", "word1 and word1"}, {"size", 2048}, {"at", "2024-03-11T00:00:00Z"}};
    const json::object raw{
        {"Text", "word1 and word1"}, {"Size-kB", "2"}, {"at", "2024-03-11"}, {"tags", ""}};
    CHECK(ask(raw, true).at("probability").as_double() > 0);
    CHECK(
        ask({{"size", 2048}, {"tags", "a"}, {"colour", "red"}}) ==
        ask({{"Size-kB", 2}, {"tags", "a"}, {"colour", "red"}})
    );
    CHECK(ask({{"size", 1}, {"colour", "red"}}) != ask({{"size", 1}, {"colour", "green"}}));
    CHECK_FALSE(ask(direct).contains("unknown"));
    const auto odd = ask({{"size", 1}, {"colour", "mauve"}, {"colur", "red"}});
    CHECK(odd.at("unknown") == json::array{"colur"});
    CHECK(odd.at("unknown_values") == json::array{"colour"});

    CHECK_THROWS_WITH(
        ask({{"size", 1}, {"colur", "red"}}, true),
        Catch::StartsWith("input 1: 'colur' is not known; did you mean 'colour'?")
    );
    CHECK_THROWS_WITH(
        ask({{"colur", "red"}}),
        "input 1: has no member that the model knows; known: Size-kB, Text, at, body, colour, "
        "size, tags, text, title"
    );
    CHECK_THROWS_AS(ask({}), base::UsageError);
    CHECK_THROWS_WITH(
        ask({{"size", "large"}}), "input 1: 'size' is no number; give a number or null"
    );
    CHECK_THROWS_WITH(
        ask({{"Size-kB", "large"}}),
        "input 1: 'Size-kB': 'large' is not a number; give it as the source's records have it, or "
        "null"
    );
    // The key is the source's own field, though no model uses it.
    CHECK_FALSE(ask({{"id", "k1"}, {"Text", "word1"}}, true).contains("unknown"));
}

TEST_CASE("a condition on a field that no record has is refused", "[service][predict]") {
    PredictWorld world;
    world.read("1.csv", ages("a", false, false));
    world.label("(payload->>'age')::int >= 45");
    world.train();
    const auto model = world.model();
    const auto records = [&](const std::string& where) {
        return service::RecordPredictions(*world.database, world.blobs, model, where).size();
    };
    CHECK(records("age > 40") > 10);
    CHECK(records("age > 400") == 0);
    CHECK_THROWS_WITH(
        records("agee > 40"), Catch::Contains("condition: none of 60 records has the field 'agee'")
    );
}

TEST_CASE("values that no model could learn are refused", "[service][train]") {
    PredictWorld world;
    std::string table = "id,x,same,huge,gap\n";
    for (int i = 0; i < 60; ++i)
        table += fmt::format(
            "r{},{},7,{}e200,{}\n", i, i * 37 % 61, i % 5, i % 6 ? std::to_string(i * 11) : "nan"
        );
    world.read("1.csv", table);
    training::SnapshotSpec spec;
    spec.name = "s";
    spec.source = "t";
    training::create_snapshot(*world.database, spec, predict_now);
    spec.name = "known";
    spec.where = R"("gap" > -1e300)";
    training::create_snapshot(*world.database, spec, predict_now);
    training::TrainSettings settings;
    settings.snapshot = "s";
    settings.model = "ridge";
    settings.threads = 1;
    settings.allow_leak = "made data";
    const auto train = [&](const std::string& target) {
        settings.target = target;
        training::train(*world.database, world.blobs, {}, settings, "test", {}, {});
    };
    CHECK_THROWS_WITH(train("same"), "training: all rows have the value 7; learn another column");
    CHECK_THROWS_WITH(train("huge"), Catch::Contains("a value to be learnt is 4e+200"));
    CHECK_THROWS_WITH(
        train("gap"),
        Catch::StartsWith("target 'gap': ") &&
            Catch::Contains("records have no number there; make the snapshot with --where") &&
            Catch::Contains(R"('"gap" > -1e300')")
    );
    CHECK_NOTHROW(train("x"));
    settings.snapshot = "known";
    CHECK_NOTHROW(train("gap"));
}

TEST_CASE("a column says how much each training row counts", "[service][train]") {
    PredictWorld world;
    std::string table = "id,x,y,w,below\n";
    for (int i = 0; i < 60; ++i)  // two thirds are 1 and do not count
        table +=
            fmt::format("r{},{},{},{},{}\n", i, i * 37 % 61, i % 3 ? 1 : 5, i % 3 ? 0 : 2, i - 30);
    world.read("1.csv", table);
    training::SnapshotSpec spec;
    spec.name = "s";
    spec.source = "t";
    training::create_snapshot(*world.database, spec, predict_now);
    training::TrainSettings settings;
    settings.snapshot = "s";
    settings.name = "m";
    settings.target = "y";
    settings.allow_leak = "made data";
    const auto train = [&](const std::string& model, const std::string& weight) {
        settings.model = model;
        settings.weight = weight;
        training::train(*world.database, world.blobs, {}, settings, "test", {}, {});
    };
    const service::Config config;
    for (const auto* model : {"majority", "ridge", "boosting"}) {
        train(model, "w");
        const auto said = world.batch(world.model()).at(1).at("value").to_number<double>();
        CHECK(said == Approx(5).margin(0.05));
        CHECK_THAT(world.model().predictor.inputs()->json(), !Catch::Contains("\"w\""));
    }
    service::run_locally({*world.database, world.blobs, config, {}}, [](service::Work& work) {
        const auto card = service::card_of_model(work, {"m", 0});
        CHECK(
            fmt::to_string(fmt::join(card.learnt, ", ")) ==
            "the column 'y' is learnt, training rows count as their 'w' says"
        );
    });
    CHECK_THROWS_WITH(train("ridge", "no"), Catch::StartsWith("weight 'no': the source has no"));
    CHECK_THROWS_WITH(train("ridge", "below"), Catch::Contains("weights lie between 0 and"));
    const auto refused = [](const std::string& text) {
        return training::TrainSettings::settings.read(base::Document::json(text)).weight;
    };
    CHECK_THROWS(refused(R"({"snapshot": "s", "target": "y", "weight": "y"})"));
    CHECK_THROWS(refused(R"({"snapshot": "s", "model": "kmeans", "weight": "w"})"));
}

TEST_CASE("a loss of values is refused where classes are learnt", "[service][train]") {
    PredictWorld world;
    world.read("1.csv", ages("a", false, false));
    world.label("(payload->>'age')::int >= 45");
    world.train();
    training::TrainSettings settings;
    settings.snapshot = "s";
    settings.loss = training::Loss::huber;
    CHECK_THROWS_WITH(
        training::train(*world.database, world.blobs, {}, settings, "test", {}, {}),
        Catch::Contains("loss 'huber': it is of values, and classes are learnt")
    );
}

TEST_CASE("one fold judges nothing and is refused", "[service][errors]") {
    const auto read = [](const std::string& text) {
        return service::AnalyseErrors::settings.read(base::Document::json(text)).folds;
    };
    CHECK(read(R"({"run": 1, "folds": 2})") == 2);
    CHECK_THROWS_WITH(
        read(R"({"run": 1, "folds": 1})"), Catch::Contains("'folds': one model judges no row")
    );
}

TEST_CASE("what is shown of a text ends between characters", "[service][errors]") {
    PredictWorld world;
    std::string text = "id,body\n";
    for (int i = 0; i < 60; ++i) {
        text += fmt::format("k{},{}", i, std::string(static_cast<std::size_t>(i % 4), 'x'));
        for (int word = 0; word < 40; ++word) text += i % 2 == 0 ? "åäö " : "日本語 ";
        text += "\n";
    }
    world.read("1.csv", text, "key = [\"id\"]\nbody = [\"body\"]\n");
    world.label("right(record.key, 1) < '5' AND length(record.key) = 3");
    world.database->call([](base::Tx& tx) {
        tx.exec("DELETE FROM ground_truth WHERE key LIKE 'k_'");  // not labelled: to label next
    });
    training::AnalysisRequest request;
    request.run_id = world.train().run.id;
    request.next.count = 10;
    const auto analysis = training::analyse(*world.database, world.blobs, {}, request);
    REQUIRE(analysis.next.size() >= 2);  // of texts that are nearly the same one is enough
    for (const auto& next : analysis.next) {
        CHECK(base::is_utf8(next.snippet));
        CHECK(next.snippet.size() > 100);
    }
}
