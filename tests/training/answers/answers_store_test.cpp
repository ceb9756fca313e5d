// Answers of several parts from the database on: snapshot, training, what is stored of it, report,
// errors, and the golden predictions.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "tests/training/answers/answered_world.hpp"
#include "training/analysis/analysis.hpp"
#include "training/answers/asked_question.hpp"
#include "training/evaluation/run_comparison.hpp"
#include "training/registry/golden.hpp"
#include "training/report/run_report.hpp"

namespace {

namespace json = boost::json;
using test::AnsweredRecord;
using test::AnsweredWorld;
using test::ringed_pictures;

// Report, errors, what to label next, and golden predictions of a run.
void look(AnsweredWorld& world, const training::TrainOutcome& outcome) {
    CHECK(!training::report_of(*world.db, world.blobs, {}, outcome.run.id, {}).models.empty());
    training::AnalysisRequest request;
    request.run_id = outcome.run.id;
    request.curves = true;
    request.folds = 3;
    request.next = {.run_id = outcome.run.id, .count = 3};
    const auto found = training::analyse(*world.db, world.blobs, {}, request);
    CHECK(found.judged > 20);
    CHECK(found.next.size() == 3);
    CHECK(!found.by_class.empty());
    std::size_t faults = 0;
    for (const auto& one : found.by_class)
        faults += one.missed + one.spurious + one.wrong_label + one.wrong_boundary;
    CHECK((faults > 0) == (found.wrong > 0));
    // A curve has three sizes of 20 records and more.
    CHECK(found.forecasts.empty() == (outcome.training_rows < 80));
    for (const auto& next : found.next) CHECK(!next.suggested.empty());
    const auto [golden, artefact] = world.db->call([&](base::Tx& tx) {
        return std::pair(
            training::golden_predictions(tx, outcome.run.id),
            training::artefact_of_run(tx, world.blobs, outcome.run.id)
        );
    });
    const auto model = training::Predictor::load(artefact);
    training::ExampleStore store(*world.db, world.blobs);
    store.choose_fields(model.inputs()->fields());
    store.choose_pictures(model.inputs()->pictures());
    std::vector<training::Item> items;
    for (const auto& one : golden) items.push_back({one.id, one.version, {}, {}, ""});
    const auto again = training::replay(model, store.load(items, {}), golden);
    CHECK(again.records == 8);
    CHECK(again.holds());
}

double stored_figure(const training::TrainOutcome& outcome, std::string_view name) {
    for (const auto& metric : outcome.metrics)
        if (metric.split == 2 && metric.name == name) return metric.estimate.value;
    std::string known;
    for (const auto& metric : outcome.metrics)
        known += fmt::format(" {} {}", metric.split, metric.name);
    FAIL("no metric " << name << " among" << known);
    return 0;
}

// Stored answers say of two runs what their figures do.
void compare_with(
    AnsweredWorld& world,
    const training::TrainOutcome& better,
    const char* baseline
) {
    const auto worse = world.train(baseline);
    const auto compared = [&] {
        return world.db->call([&](base::Tx& tx) {
            return training::compare_runs(tx, std::array{worse.run.id, better.run.id});
        });
    };
    const auto found = compared();
    REQUIRE(found.differences.size() == 1);
    const auto& one = found.differences.front();
    const std::string name(base::name_of(one.metric));
    CHECK(
        one.difference ==
        Approx(stored_figure(better, name) - stored_figure(worse, name)).margin(1e-9)
    );
    CHECK(one.low > 0);
    CHECK(one.better == better.run.id);
    CHECK(found.rows > 40);
    CHECK(found.unanswered.empty());
    // What a run says nothing of it has wrong.
    world.db->call([&](base::Tx& tx) {
        tx.exec(
            "DELETE FROM prediction WHERE run_id = $1 AND split = 2 AND key IN (SELECT key FROM "
            "prediction WHERE run_id = $1 AND split = 2 ORDER BY key LIMIT 10)",
            better.run.id
        );
    });
    const auto fewer = compared();
    CHECK(fewer.rows == found.rows);
    REQUIRE(fewer.unanswered.size() == 1);
    CHECK(fewer.unanswered[0].run == better.run.id);
    CHECK(fewer.unanswered[0].records == 10);
    CHECK(fewer.differences.at(0).difference < one.difference);
}

std::string made_words(const base::CounterRandom& random, std::uint64_t from, double kind) {
    std::string out;
    for (std::uint64_t w = 0; w < 12; ++w) {
        const auto own = random.unit(from + 2 * w) < kind;
        out += fmt::format("{}{} ", own ? "kindly" : "word", random.below(from + 2 * w + 1, 40));
    }
    return out;
}

}  // namespace

TEST_CASE("preferences and rankings are learnt from the database", "[training][db][answers]") {
    const bool ranking = GENERATE(false, true);
    const base::CounterRandom random(3, 1);
    std::vector<AnsweredRecord> records;
    for (std::uint64_t i = 0; i < 300; ++i) {
        AnsweredRecord one{made_words(random, i * 1000, 0), {}, ""};
        std::vector<std::pair<double, std::string>> order;
        for (const std::string name : {"a", "b", "c"}) {
            const auto at = i * 1000 + 100 * static_cast<std::uint64_t>(name[0] - 'a' + 1);
            const double kind = random.unit(at);
            one.payload[name] = made_words(random, at + 1, kind);
            if (name != "c" || ranking) order.emplace_back(-kind, name);
        }
        std::sort(order.begin(), order.end());
        json::array names;
        for (const auto& [worth, name] : order) names.emplace_back(name);
        if (i % 10 != 9) one.label = json::serialize(ranking ? json::value(names) : names[0]);
        records.push_back(std::move(one));
    }
    AnsweredWorld world(
        ranking ? "ranking" : "pairwise",
        ranking ? R"({"candidates":["a","b","c"]})" : R"({"candidates":["a","b"],"ties":true})",
        {},
        records
    );
    const auto outcome = world.train("bradley_terry");
    CHECK(stored_figure(outcome, "pair_accuracy") > 0.75);
    CHECK(stored_figure(outcome, "by_length_pair_accuracy") < 0.72);
    CHECK(stored_figure(outcome, "by_field_pair_accuracy") < 0.72);
    look(world, outcome);
    compare_with(world, outcome, "by_length");
    // The same question, data and seed are the same run; another question is another.
    CHECK(world.train("bradley_terry", 2).run.id == outcome.run.id);
    world.db->call([](base::Tx& tx) {
        tx.exec("UPDATE label_project SET spec = jsonb_set(spec, '{ties}', 'false')");
    });
    if (!ranking) CHECK(world.train("bradley_terry").run.id != outcome.run.id);
    CHECK_THROWS_WITH(world.train("softmax"), Catch::Contains("not order; use bradley_terry"));
}

TEST_CASE("labels of table rows are learnt from the database", "[training][db][answers]") {
    const base::CounterRandom random(4, 1);
    std::vector<AnsweredRecord> records;
    for (std::uint64_t i = 0; i < 300; ++i) {
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
        records.push_back({"", {{"lines", lines}}, i % 10 == 9 ? "" : json::serialize(label)});
    }
    AnsweredWorld world("rows", R"({"table":"lines"})", {"header", "item", "total"}, records);
    const auto outcome = world.train("softmax");
    CHECK(stored_figure(outcome, "row_macro_f1") > 0.95);
    CHECK(stored_figure(outcome, "majority_row_macro_f1") < 0.4);
    look(world, outcome);
    compare_with(world, outcome, "majority");
    // A label that does not fit its table any more teaches nothing, and is told of.
    CHECK(json::parse(outcome.run.analysis).at("summary").at("features").at("unfit") == 0);
}

TEST_CASE("boxes in pictures are learnt from the database", "[training][db][answers]") {
    AnsweredWorld world("boxes", "{}", {"ring"}, ringed_pictures(120));
    const auto outcome = world.train("logistic");
    CHECK(stored_figure(outcome, "map_50") > 0.7);
    CHECK(stored_figure(outcome, "majority_map_50") < 0.3);
    look(world, outcome);
}

TEST_CASE("boxes that were set wrongly are suspected", "[training][db][answers]") {
    auto records = ringed_pictures(200);
    std::set<std::string> forgotten, invented;
    for (std::size_t i = 0; i < records.size(); i += 10) {
        const auto key = fmt::format("k{}", 10'000 + i);
        const bool none = records[i].label == "[]";
        records[i].label =
            none ? R"([{"x":11,"y":12,"width":10,"height":10,"label":"ring"}])" : "[]";
        (none ? invented : forgotten).insert(key);
    }
    AnsweredWorld world("boxes", "{}", {"ring"}, records);
    const auto outcome = world.train("logistic");
    training::AnalysisRequest request;
    request.run_id = outcome.run.id;
    request.folds = 3;
    request.top = 20;
    const auto found = training::analyse(*world.db, world.blobs, {}, request);
    CHECK(found.label_errors_judged == 180);
    CHECK(found.label_errors_confident >= 10);
    CHECK(found.label_errors_confident <= found.label_errors_found);
    std::size_t right = 0;
    double before = 0;
    for (const auto& one : found.label_errors) {
        CHECK(one.score >= before);
        CHECK(one.score < 0.5);
        before = one.score;
        const bool missed = forgotten.contains(one.item.id.key);
        right += missed || invented.contains(one.item.id.key) ? 1 : 0;
        if (missed) CHECK(one.given == "none");
        if (missed) CHECK_THAT(one.suggested, Catch::StartsWith("ring at "));
        if (invented.contains(one.item.id.key))
            CHECK_THAT(one.given, Catch::Contains("ring at 11,12 10x10"));
    }
    CHECK(right >= 14);  // of 20 that are wrong
    CHECK(found.by_class.at(0).suspects >= right);
    // What was fitted is kept.
    CHECK(
        training::analyse(*world.db, world.blobs, {}, request).label_errors.size() ==
        found.label_errors.size()
    );
}

TEST_CASE("relations of spans are learnt from the database", "[training][db][answers]") {
    const base::CounterRandom random(6, 1);
    static constexpr const char* people[] = {"Ann", "Bob", "Cid", "Dora", "Eve"};
    static constexpr const char* firms[] = {"Acme", "Bolt", "Core", "Dyne"};
    std::vector<AnsweredRecord> records;
    for (std::uint64_t i = 0; i < 200; ++i) {
        AnsweredRecord one{
            fmt::format("note {} {} ", i, made_words(random, i * 100, 0)), {{"n", i}}, ""};
        json::array spans, relations;
        const auto mark = [&](const char* word, const char* label) {
            const auto start = one.text.size();
            one.text += word;
            spans.push_back({{"start", start}, {"end", one.text.size()}, {"label", label}});
        };
        mark(people[random.below(i * 100 + 50, 5)], "person");
        const bool works = random.unit(i * 100 + 51) < 0.5;
        one.text += works ? " is paid by " : " writes about ";
        mark(firms[random.below(i * 100 + 52, 4)], "firm");
        if (works) relations.push_back({{"from", 0}, {"to", 1}, {"label", "works for"}});
        if (i % 10 != 9)
            one.label = json::serialize(json::object{{"spans", spans}, {"relations", relations}});
        records.push_back(std::move(one));
    }
    AnsweredWorld world(
        "relations",
        R"({"relation":[{"name":"works for","from":["person"],"to":["firm"]}]})",
        {"person", "firm"},
        records
    );
    const auto asked =
        world.db->call([&](base::Tx& tx) { return training::asked_question(tx, world.project); });
    REQUIRE(asked.relations.size() == 1);
    CHECK(asked.relations[0].to == std::vector<std::string>{"firm"});
    const auto outcome = world.train("logistic");
    CHECK(stored_figure(outcome, "relation_f1") > 0.95);
    CHECK(stored_figure(outcome, "found_relation_f1") > 0.8);
    look(world, outcome);
}
