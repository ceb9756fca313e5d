// Runs of models that need no labels, and records without a label, on a real database.
#include <set>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/training/snapshot_world.hpp"
#include "training/candidates/unlabelled.hpp"
#include "training/report/run_report.hpp"

using namespace training;
using namespace snapshot_world;

namespace {

TrainOutcome trained(World& world, const TrainSettings& settings) {
    return train(*world.db, world.blobs, {}, settings, "test", {}, {});
}

double metric(const TrainOutcome& outcome, int split, std::string_view name) {
    for (const auto& one : outcome.metrics)
        if (one.split == split && one.name == name) return one.estimate.value;
    return -1;
}

// Labels of half of the topics are taken away.
void take_labels(World& world) {
    world.db->call([&](base::Tx& tx) { tx.exec("DELETE FROM ground_truth WHERE key ~ '^k[34]'"); });
}

}  // namespace

TEST_CASE("clusters of records are found, kept and shown without labels", "[training][db]") {
    World world;
    auto spec = named("all-1");
    spec.source = "s";
    world.create(spec);
    TrainSettings settings;
    settings.snapshot = "all-1";
    settings.model = "kmeans";
    settings.params = {{"k", 5}};
    settings.features.text.max_documents = 1;
    const auto outcome = trained(world, settings);
    CHECK(outcome.model_name == "all-1-kmeans");
    CHECK(metric(outcome, 0, "inertia") > 0);
    CHECK(metric(outcome, 0, "silhouette") > -1);
    CHECK(metric(outcome, 0, "nmi") == -1);
    CHECK(outcome.leakage.findings.empty());

    const auto found =
        world.db->call([&](base::Tx& tx) { return predictions_of(tx, outcome.run.id, 0); });
    CHECK(found.size() == outcome.training_rows);
    std::set<int> clusters;
    for (const auto& one : found) {
        REQUIRE(one.cluster_id);
        REQUIRE(one.distance);
        CHECK(!one.class_id);
        CHECK(!one.value);
        clusters.insert(*one.cluster_id);
    }
    CHECK(clusters.size() == 5);

    const auto report = report_of(*world.db, world.blobs, {}, outcome.run.id);
    REQUIRE(report.groups.size() == 5);
    std::size_t rows = 0;
    for (const auto& group : report.groups) {
        rows += group.rows.value();
        CHECK(!group.features.empty());
        CHECK(!group.nearest.empty());
        CHECK(!group.nearest.front().snippet.empty());
    }
    CHECK(rows == outcome.training_rows);
    CHECK(report.odd.size() == 24);
    const auto page = render_html(report);
    CHECK(page.find("Most unusual") != page.npos);
    CHECK(page.find("silhouette") != page.npos);

    for (const char* kind : {"isolation_forest", "svd", "nmf", "lda", "dbscan", "hdbscan"}) {
        INFO(kind);
        settings.model = kind;
        settings.params.clear();
        const auto other = trained(world, settings);
        CHECK(other.run.state == "done");
        CHECK(render_html(report_of(*world.db, world.blobs, {}, other.run.id)).size() > 1000);
    }
    settings.model = "softmax";
    CHECK_THROWS_WITH(trained(world, settings), Catch::Contains("no labels"));
}

TEST_CASE("classes are held against clusters that never saw them", "[training][db]") {
    World world;
    world.create(named("p-1"));
    TrainSettings settings;
    settings.snapshot = "p-1";
    settings.model = "kmeans";
    settings.params = {{"k", 2}};
    const auto outcome = trained(world, settings);
    CHECK(metric(outcome, 0, "nmi") >= 0);
    CHECK(metric(outcome, 0, "ari") >= -1);
    CHECK(metric(outcome, 2, "homogeneity") >= 0);
}

TEST_CASE(
    "records without a label are those of the condition that hang together with no held-out one",
    "[training][db]"
) {
    World world;
    take_labels(world);
    auto spec = named("p-1");
    spec.where = "topic < 45 and class in ('even', 'odd')";
    world.create(spec);
    const auto snapshot = require_snapshot(*world.db, "p-1");
    const auto found = unlabelled_records(*world.db, snapshot, 1000, 1);
    const auto sides = world.sides("p-1");
    CHECK(found.found == 68);  // four variants of topics 3, 4 and 30 to 44
    CHECK(found.items.size() + found.held_out == found.found);
    const auto group_of = [](const std::string& key) { return std::stoi(key.substr(1)) / 2; };
    std::set<int> held_out;
    for (const auto& [key, side] : sides)
        if (side > 0) held_out.insert(group_of(key));
    for (const auto& item : found.items) {
        CHECK(!sides.contains(item.id.key));
        CHECK(!item.class_id);
        CHECK(!held_out.contains(group_of(item.id.key)));
    }
    CHECK(unlabelled_records(*world.db, snapshot, 10, 1).items.size() == 10);

    TrainSettings settings;
    settings.snapshot = "p-1";
    settings.model = "multinomial_nb";
    settings.unlabelled.method = Unlabelled::em;
    settings.allow_leak = "texts are made";
    const auto outcome = trained(world, settings);
    REQUIRE(outcome.notes.size() == 1);
    CHECK(outcome.notes.front().starts_with("68 records without a label"));
    const auto analysis = boost::json::parse(outcome.run.analysis);
    CHECK(analysis.at("unlabelled").at("found").to_number<int>() == 68);
    // What the folds say of it is told, and held to.
    const auto& guard = analysis.at("unlabelled").at("guard");
    CHECK(guard.at("folds").to_number<int>() > 0);
    CHECK(guard.at("costs").as_array().size() >= 2);
    const bool allowed = guard.at("best").to_number<int>() > 0;
    CHECK((analysis.at("unlabelled").at("rounds").as_array().size() > 1) == allowed);
    CHECK(outcome.notes.front().find("folds of the labelled ones") != std::string::npos);
}
