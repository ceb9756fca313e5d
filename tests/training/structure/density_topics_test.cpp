// HDBSCAN and topics: held against what their definitions say, and on rows in which it was planted.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"
#include "tests/training/structure/made_structure.hpp"
#include "training/trainer.hpp"

using namespace training;
using namespace structure;

TEST_CASE("HDBSCAN has the clusters and noise of its definition", "[training][clusters]") {
    // Sizes by scipy 1.10's single linkage of mutual reachabilities, and the excess of mass on it,
    // where they do not hang on the order of equal distances.
    struct Case {
        double rows, neighbours;
        std::size_t clusters, noise, sum;  // of the numbers of the rows that are in a cluster
    };
    const auto check = [](const Design& rows, const Case& one) {
        INFO(one.rows << " rows, " << one.neighbours << " neighbours, sparse " << rows.sparse);
        const Params params{{"rows", one.rows}, {"neighbours", one.neighbours}};
        const auto model = found("hdbscan", rows, params);
        CHECK(finder(model).groups() == one.clusters);
        CHECK(figure(model, rows, "noise") == static_cast<double>(one.noise));
        Team team(2);
        const auto said = first_of_pairs(model->predict(rows, team));
        std::size_t sum = 0;
        for (std::size_t row = 0; row < said.size(); ++row) sum += said[row] >= 0 ? row : 0;
        CHECK(sum == one.sum);
    };
    const auto lumped = lumps();
    for (const auto& form : {lumped, sparse_of(lumped)})
        for (const auto& one :
             {Case{5, 0, 35, 6, 27948},
              {10, 0, 3, 0, 28680},
              {5, 10, 3, 0, 28680},
              {20, 3, 3, 0, 28680}})
            check(form, one);
    const auto uneven = of_two_densities();
    for (const auto& one : {Case{5, 0, 3, 23, 9368}, {15, 5, 2, 31, 8752}}) check(uneven, one);
}

TEST_CASE("HDBSCAN of odd rows", "[training][clusters]") {
    Design one;
    one.rows = 1;
    one.columns = 2;
    one.values = {1, 2};
    CHECK(figure(found("hdbscan", one), one, "noise") == 1);
    Design alike;
    alike.rows = 40;
    alike.columns = 2;
    alike.values.assign(80, 3);
    // All rows are one cluster, which is none unless it may be.
    CHECK(figure(found("hdbscan", alike), alike, "noise") == 40);
    CHECK(figure(found("hdbscan", alike, {{"single", 1}}), alike, "noise") == 0);
    const auto rows = lumps();
    CHECK(figure(found("hdbscan", rows, {{"rows", 300}}), rows, "noise") == 240);
    CHECK(
        figure(
            found("hdbscan", rows, {{"rows", 200}, {"neighbours", 5}, {"single", 1}}), rows, "noise"
        ) == 0
    );
    auto broken = rows;
    broken.values[5] = std::nanf("");
    CHECK_THROWS_WITH(found("hdbscan", broken), Catch::Contains("not finite"));
    // Far from all it is in none.
    Team team(1);
    Design far = one;
    far.columns = 4;
    far.values = {500, 500, 500, 500};
    CHECK(found("hdbscan", rows, {{"rows", 10}})->predict(far, team)[0] == -1);
}

TEST_CASE("topics that were planted are found again", "[training][clusters]") {
    const auto planted = planted_topics(600);
    Team team(2);
    for (const auto& rows : {planted.rows, dense_of(planted.rows)}) {
        const auto model = found("lda", rows, {{"topics", 4}, {"passes", 20}, {"batch", 100}});
        // The ten words of each topic are the ten most likely of one that was found.
        std::vector<int> owner(4, -1);
        for (std::size_t t = 0; t < 4; ++t) {
            const auto words = finder(model).profile(t);
            CHECK(std::accumulate(words.begin(), words.end(), 0.0) == Approx(1).margin(1e-4));
            std::vector<int> order(40);
            std::iota(order.begin(), order.end(), 0);
            std::sort(order.begin(), order.end(), [&](int a, int b) {
                return words[static_cast<std::size_t>(a)] > words[static_cast<std::size_t>(b)];
            });
            const int topic = order[0] / 10;
            for (int i = 0; i < 10; ++i) CHECK(order[static_cast<std::size_t>(i)] / 10 == topic);
            owner[t] = topic;
        }
        auto all = owner;
        std::sort(all.begin(), all.end());
        CHECK(all == std::vector<int>{0, 1, 2, 3});
        const auto shares = model->predict(rows, team);
        std::size_t right = 0;
        for (std::size_t row = 0; row < rows.rows; ++row) {
            const auto* line = shares.data() + row * 4;
            const auto most = static_cast<std::size_t>(std::max_element(line, line + 4) - line);
            right += owner[most] == planted.mainly[row] ? 1 : 0;
        }
        CHECK(right > 580);
        // Below that of one topic, which is nearly that of even words, and the best of these.
        const double four = figure(model, rows, "perplexity");
        CHECK(four < figure(found("lda", rows, {{"topics", 1}}), rows, "perplexity") * 0.75);
        CHECK(finder(model).cost(rows, 1, team).value() == four);
    }
}

TEST_CASE("perplexity falls from pass to pass", "[training][clusters]") {
    const auto rows = planted_topics(600).rows;
    std::vector<double> seen;
    Team team(2);
    auto model = make_model("lda", {{"topics", 4}, {"passes", 8}, {"batch", 600}});
    model->fit(
        {&rows}, {}, 0, {1, {}, [&](const Progress& now) { seen.push_back(now.loss); }, &team}
    );
    REQUIRE(seen.size() == 8);
    CHECK(seen.back() < seen.front() * 0.8);
    for (std::size_t i = 1; i < seen.size(); ++i) CHECK(seen[i] < seen[i - 1] * 1.01);
}

TEST_CASE("topics of odd rows", "[training][clusters]") {
    CHECK_THROWS_WITH(found("lda", lumps(), {{"topics", 2}}), Catch::Contains("below 0"));
    Design one;
    one.rows = 2;
    one.columns = 3;
    one.values = {1, 2, 0, 0, 0, 0};  // the second has no word
    const auto model = found("lda", one, {{"topics", 5}});
    Team team(1);
    const auto said = model->predict(one, team);
    CHECK(std::accumulate(said.begin(), said.begin() + 5, 0.0) == Approx(1));
    CHECK(std::accumulate(said.begin() + 5, said.end(), 0.0) == 0);
    Design wide;
    wide.rows = 1;
    wide.columns = 10'000'000;
    wide.sparse = true;
    wide.starts = {0, 0};
    CHECK_THROWS_WITH(found("lda", wide, {{"topics", 1000}}), Catch::Contains("too many"));
}

TEST_CASE("a model of topics counts the words of texts", "[training][clusters]") {
    const auto texts = made::topics(300, 5);
    TrainSpec spec;
    spec.model = "lda";
    spec.params = {{"topics", 2}};
    const auto model = Predictor::load(fit(texts, {}, spec).artefact);
    Team team(1);
    const auto rows = model.rows_of(texts, team);
    for (float value : rows.values) CHECK(value == std::floor(value));
    CHECK(*std::max_element(rows.values.begin(), rows.values.end()) > 1);
}
