// Models that find structure, held against scikit-learn 1.2.1 on rows that are made by arithmetic
// alone: three lumps of 80 rows in four dimensions, from a Weyl sequence.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "tests/training/made_data.hpp"
#include "tests/training/structure/made_structure.hpp"
#include "training/evaluation/clustering.hpp"
#include "training/features/features.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/models/unsupervised/lloyd.hpp"
#include "training/trainer.hpp"

using namespace training;
using namespace structure;

namespace {

Design without_signs(Design rows) {
    for (float& value : rows.values) value = std::abs(value);
    return rows;
}

// The parameters with which a kind finds something in the lumps.
Params usual(std::string_view kind) {
    if (kind == "kmeans" || kind == "minibatch_kmeans" || kind == "gaussian_mixture")
        return {{"k", 3}};
    if (kind == "nmf" || kind == "lda") return {{"topics", 2}};
    return {};
}

std::vector<std::string> finders() {
    auto out = model_kinds();
    std::erase_if(out, [](const auto& name) { return !finds_structure(name); });
    return out;
}

}  // namespace

TEST_CASE("clusters and classes agree as scikit-learn says", "[training][clusters]") {
    const std::vector<int> classes{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2};
    const std::vector<int> clusters{0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, -1};
    const auto found = agreement_of(classes, clusters);
    CHECK(found.nmi == Approx(0.6069789999450607));
    CHECK(found.ari == Approx(0.3956043956043956));
    CHECK(found.homogeneity == Approx(0.6587603285713903));
    CHECK(found.completeness == Approx(0.5627448881979852));
    const auto same = agreement_of(classes, std::vector<int>{5, 5, 5, 5, 9, 9, 9, 9, 1, 1, 1, 1});
    CHECK(same.nmi == Approx(1));
    CHECK(same.ari == Approx(1));
    const auto one = agreement_of(classes, std::vector<int>(12, 0));
    CHECK(one.nmi == Approx(0).margin(1e-12));
    CHECK(one.ari == Approx(0).margin(1e-12));
    CHECK(one.completeness == 1);
    CHECK_THROWS_AS(agreement_of(classes, std::vector<int>{1}), base::Error);
}

TEST_CASE("the silhouette is that of scikit-learn, dense and sparse", "[training][clusters]") {
    Design rows;
    rows.rows = 9;
    rows.columns = 2;
    rows.values = {0, 0, 0, 1, 1, 0, 5, 5, 5, 6, 6, 5, 0, 5, 1, 6, 10, 0};
    const std::vector<int> clusters{0, 0, 0, 1, 1, 1, 2, 2, 1};
    Team team(2);
    CHECK(*silhouette(rows, clusters, 100, 1, team) == Approx(0.5682844772705854).epsilon(1e-6));
    CHECK(
        *silhouette(sparse_of(rows), clusters, 100, 1, team) ==
        Approx(0.5682844772705854).epsilon(1e-6)
    );
    CHECK(!silhouette(rows, std::vector<int>(9, 0), 100, 1, team));
    CHECK(!silhouette(rows, std::vector<int>(9, -1), 100, 1, team));
}

TEST_CASE("k-means finds the least inertia, dense and sparse", "[training][clusters]") {
    const auto rows = lumps();
    for (const auto& form : {rows, sparse_of(rows)}) {
        const auto three = found("kmeans", form, {{"k", 3}});
        CHECK(figure(three, form, "inertia") == Approx(372.5093828708483).epsilon(1e-5));
        CHECK(figure(three, form, "silhouette") == Approx(0.7049827004151522).epsilon(1e-5));
        Team team(1);
        auto clusters = first_of_pairs(three->predict(form, team));
        for (int c : {0, 1, 2}) CHECK(std::count(clusters.begin(), clusters.end(), c) == 80);
        const auto five = found("kmeans", form, {{"k", 5}, {"starts", 20}});
        CHECK(figure(five, form, "inertia") == Approx(260.01986481085896).epsilon(1e-4));
        const auto batches = found("minibatch_kmeans", form, {{"k", 3}, {"batch", 64}});
        CHECK(figure(batches, form, "inertia") < 372.51 * 1.03);
    }
}

TEST_CASE(
    "mini-batches end alike at any number of threads, and near what all rows give",
    "[training][clusters]"
) {
    const auto planted = planted_topics(3000).rows;
    for (const auto& rows : {dense_of(planted), planted}) {
        INFO("sparse " << rows.sparse);
        Team one(1), three(3);
        LloydSpec spec{.k = 5, .starts = 1, .batch = 600};
        const auto found = lloyd(rows, spec, 3, three, {});
        CHECK(lloyd(rows, spec, 3, one, {}).centres == found.centres);
        Points centres(spec.k, rows.columns, found.centres);
        if (rows.sparse) centres.prepare_sparse();
        const auto nearest = nearest_of(rows, centres, one);
        CHECK(nearest.cluster == found.labels);
        double inertia = 0;
        for (float away : nearest.distance) inertia += static_cast<double>(away);
        CHECK(found.inertia == Approx(inertia));
        spec.batch = 0;
        CHECK(found.inertia < 1.05 * lloyd(rows, spec, 3, one, {}).inertia);
    }
}

TEST_CASE("a row's distance is its own square and what products say", "[training][clusters]") {
    Team one(1);
    Design rows;
    rows.rows = 3;
    rows.columns = 2;
    rows.values = {3, 4, 0, 1, 6, 8};
    const auto nearest = nearest_of(rows, Points(2, 2, {0, 0, 6, 9}), one);
    CHECK(nearest.cluster == std::vector<std::uint32_t>{0, 0, 1});
    CHECK(nearest.distance == std::vector<float>{25, 1, 1});
}

TEST_CASE("bounds leave no row at another than its nearest centre", "[training][clusters]") {
    const auto planted = planted_topics(2000).rows;
    for (const auto& rows : {dense_of(planted), planted})
        for (std::size_t k : {2, 7, 40}) {
            INFO(k << " clusters, sparse " << rows.sparse);
            Team one(1), two(2);
            const LloydSpec spec{.k = k, .starts = 1, .tolerance = 0};
            const auto found = lloyd(rows, spec, 3, two, {});
            CHECK(lloyd(rows, spec, 3, one, {}).labels == found.labels);
            Points centres(k, rows.columns, found.centres);
            if (rows.sparse) centres.prepare_sparse();
            const auto nearest = nearest_of(rows, centres, one);
            double inertia = 0;
            std::size_t other = 0;
            for (std::size_t row = 0; row < rows.rows; ++row) {
                inertia += static_cast<double>(nearest.distance[row]);
                other += nearest.cluster[row] != found.labels[row] ? 1 : 0;
            }
            CHECK(other == 0);
            CHECK(found.inertia == Approx(inertia).epsilon(1e-6));
            // Where nothing moves any more the centres are the means.
            std::vector<double> sums(k * rows.columns), counts(k);
            const auto dense = rows.sparse ? dense_of(rows) : rows;
            for (std::size_t row = 0; row < rows.rows; ++row) {
                ++counts[found.labels[row]];
                for (std::size_t c = 0; c < rows.columns; ++c)
                    sums[found.labels[row] * rows.columns + c] +=
                        static_cast<double>(dense.row_values(row)[c]);
            }
            double worst = 0;
            for (std::size_t i = 0; i < sums.size(); ++i)
                worst = std::max(
                    worst,
                    std::abs(
                        sums[i] / counts[i / rows.columns] - static_cast<double>(found.centres[i])
                    )
                );
            CHECK(worst < 1e-4);
        }
}

TEST_CASE("more clusters than different rows are no fault", "[training][clusters]") {
    Design rows;
    rows.rows = 6;
    rows.columns = 1;
    rows.values = {1, 1, 1, 7, 7, 7};
    const auto model = found("kmeans", rows, {{"k", 4}});
    CHECK(figure(model, rows, "inertia") == Approx(0).margin(1e-6));
    CHECK_THROWS_WITH(
        found("kmeans", rows, {{"k", 7}}), Catch::Contains("6 rows are fewer than 7 clusters")
    );
    rows.values.assign(6, 3);
    CHECK(figure(found("kmeans", rows, {{"k", 2}}), rows, "inertia") == Approx(0).margin(1e-6));
    Team team(1);
    CHECK(clusters_of(rows, 10, 1, team).size() == 6);
    CHECK(clusters_of({}, 10, 1, team).empty());
}

TEST_CASE("principal components and singular values are exact", "[training][clusters]") {
    const auto rows = lumps();
    constexpr double shares[] = {0.6136356503665601, 0.32850898293624037, 0.04077278867623259};
    constexpr double first[] = {
        0.8468834205221653, 0.3227368681391745, 0.03383834293344746, 0.4212889181261621};
    constexpr double singular[] = {48.070313022200835, 41.160683201983275, 11.529428407999765};
    double whole = 0;
    for (float value : rows.values)
        whole += static_cast<double>(value) * static_cast<double>(value);
    for (const auto& form : {rows, sparse_of(rows)}) {
        const auto pca = found("pca", form, {{"components", 3}});
        for (std::size_t k = 0; k < 3; ++k)
            CHECK(*finder(pca).explained(k) == Approx(shares[k]).epsilon(1e-4));
        const auto direction = finder(pca).profile(0);
        for (std::size_t c = 0; c < 4; ++c)
            CHECK(static_cast<double>(direction[c]) == Approx(first[c]).margin(1e-4));
        CHECK(
            figure(pca, form, "explained_variance") ==
            Approx(shares[0] + shares[1] + shares[2]).epsilon(1e-4)
        );
        const auto svd = found("svd", form, {{"components", 3}});
        for (std::size_t k = 0; k < 3; ++k)
            CHECK(
                std::sqrt(*finder(svd).explained(k) * whole) == Approx(singular[k]).epsilon(1e-4)
            );
    }
    CHECK_THROWS_WITH(
        found("pca", rows, {{"components", 5}}), Catch::Contains("ask for 4 at most")
    );
}

TEST_CASE("a mixture has the likelihood that scikit-learn finds", "[training][clusters]") {
    const auto rows = lumps();
    Params params{{"k", 3}, {"tolerance", 1e-6}, {"rounds", 500}};
    const auto full = found("gaussian_mixture", rows, params);
    CHECK(figure(full, rows, "log_likelihood") == Approx(-4.367912941801495).epsilon(1e-5));
    CHECK(figure(full, rows, "bic") == Approx(2337.7463246917655).epsilon(1e-5));
    CHECK(figure(full, rows, "aic") == Approx(2184.5982120647177).epsilon(1e-5));
    params["full"] = 0;
    const auto diagonal = found("gaussian_mixture", rows, params);
    CHECK(figure(diagonal, rows, "log_likelihood") == Approx(-4.550401308809203).epsilon(1e-5));
    CHECK(figure(diagonal, rows, "bic") == Approx(2326.689240235309).epsilon(1e-5));
    Team team(1);
    const auto shares = full->predict(rows, team);
    for (std::size_t row = 0; row < rows.rows; ++row)
        CHECK(shares[row * 3] + shares[row * 3 + 1] + shares[row * 3 + 2] == Approx(1));
}

TEST_CASE("DBSCAN has the cores, clusters and noise of scikit-learn", "[training][clusters]") {
    const auto rows = lumps();
    for (const auto& form : {rows, sparse_of(rows)}) {
        const auto one = found("dbscan", form, {{"reach", 1}});
        CHECK(finder(one).groups() == 20);
        CHECK(figure(one, form, "noise") == 8);
        const auto less = found("dbscan", form, {{"reach", 0.7}});
        CHECK(finder(less).groups() == 30);
        CHECK(figure(less, form, "noise") == 9);
    }
    // Without a reach: that of the bend. Two lines far apart are two clusters.
    Design lines;
    lines.rows = 60;
    lines.columns = 2;
    for (int i = 0; i < 60; ++i) {
        lines.values.push_back(static_cast<float>(i % 30) * 0.1F);
        lines.values.push_back(i < 30 ? 0.0F : 50.0F);
    }
    const auto two = found("dbscan", lines);
    CHECK(finder(two).groups() == 2);
    CHECK(figure(two, lines, "noise") < 3);
}

TEST_CASE("factors reach the error that scikit-learn reaches", "[training][clusters]") {
    const auto rows = without_signs(lumps());
    for (const auto& form : {rows, sparse_of(rows)}) {
        const Params params{{"topics", 2}, {"tolerance", 1e-6}, {"rounds", 2000}};
        const auto two = found("nmf", form, params);
        CHECK(figure(two, form, "reconstruction_error") == Approx(9.259560214506633).epsilon(1e-3));
    }
    CHECK_THROWS_WITH(found("nmf", lumps(), {{"topics", 2}}), Catch::Contains("below 0"));
}

TEST_CASE("what lies far off is odd, and equal rows are all alike", "[training][clusters]") {
    auto rows = lumps();
    for (std::size_t c = 0; c < 4; ++c) rows.values[40 * 4 + c] = 20;
    Team team(2);
    for (const auto& form : {rows, sparse_of(rows)}) {
        const auto scores = found("isolation_forest", form)->predict(form, team);
        CHECK(std::max_element(scores.begin(), scores.end()) - scores.begin() == 40);
        CHECK(scores[40] > 0.7);
        CHECK(std::accumulate(scores.begin(), scores.end(), 0.0) / 240 < 0.5);
    }
    Design same;
    same.rows = 50;
    same.columns = 2;
    same.values.assign(100, 4);
    for (double score : found("isolation_forest", same)->predict(same, team))
        CHECK(score == Approx(0.5));
}

TEST_CASE(
    "what finds structure gives the same bits on two threads and after a load, and stops",
    "[training][clusters]"
) {
    const auto plain = lumps();
    Team alone(1), pair(2);
    for (const auto& kind : finders()) {
        const auto dense = kind == "nmf" || kind == "lda" ? without_signs(plain) : plain;
        for (const auto& rows : {dense, sparse_of(dense)}) {
            if (rows.sparse && model_kind(kind).takes == Takes::numbers) continue;
            INFO(kind);
            const auto one = found(kind, rows, usual(kind), 1);
            const auto two = found(kind, rows, usual(kind), 2);
            const auto said = one->predict(rows, alone);
            CHECK(said.size() == rows.rows * finder(one).width());
            CHECK(said == two->predict(rows, pair));
            Writer a, b;
            one->save(a);
            two->save(b);
            const auto bytes = a.take();
            CHECK(bytes == b.take());
            Reader in(bytes);
            auto loaded = make_model(kind, {});
            loaded->load(in);
            CHECK(in.done());
            CHECK(loaded->predict(rows, pair) == said);
            for (auto size : {bytes.size() / 2, bytes.size() - 1, std::size_t{3}}) {
                Reader cut(std::string_view(bytes).substr(0, size));
                CHECK_THROWS_AS(make_model(kind, {})->load(cut), base::Error);
            }
            std::stop_source source;
            source.request_stop();
            CHECK_THROWS_AS(
                make_model(kind, usual(kind))
                    ->fit({&rows}, {}, 0, {1, source.get_token(), {}, &pair}),
                base::Interrupted
            );
        }
    }
}

TEST_CASE("a model without labels goes through an artefact", "[training][clusters]") {
    auto texts = made::topics(300, 5);
    TrainSpec spec;
    spec.model = "nmf";
    spec.params = {{"topics", 2}};
    const auto artefact = fit(texts, {}, spec).artefact;
    const auto model = Predictor::load(artefact);
    CHECK(!model.predicts_classes());
    CHECK(model.finds() == Finds::memberships);
    REQUIRE(model.finder());
    const auto shares = model.predict(texts);
    REQUIRE(shares.size() == 600);
    std::vector<int> clusters;
    for (std::size_t row = 0; row < 300; ++row)
        clusters.push_back(shares[row * 2] > shares[row * 2 + 1] ? 0 : 1);
    CHECK(agreement_of(texts.classes, clusters).nmi > 0.2);
    // Topics are told by words.
    const auto weights = model.finder()->profile(0);
    const auto top = std::max_element(weights.begin(), weights.end()) - weights.begin();
    const auto name = model.feature_name(static_cast<std::size_t>(top));
    CHECK((name.starts_with("sea") || name.starts_with("field") || name.starts_with("word")));

    texts.classes.clear();
    texts.class_names.clear();
    spec.model = "kmeans";
    spec.params = {};
    spec.tune = "grid";
    const auto chosen = fit(made::clouds(300, 3), {}, spec);
    CHECK(chosen.params.at("k") >= 2);
    CHECK(chosen.params.at("k") <= 6);
    CHECK(chosen.trials.size() == 11);
    CHECK(fit(texts, {}, {.model = "svd"}).features > 50);
    CHECK_THROWS_WITH(fit(texts, {}, {.model = "softmax"}), Catch::Contains("no labels"));
}
