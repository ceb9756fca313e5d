#include "training/semi_supervised/semi_supervised.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/change_texts.hpp"
#include "tests/training/made_data.hpp"
#include "training/candidates/unlabelled.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/semi_supervised/neighbour_graph.hpp"

using namespace training;

namespace {

// Few labelled rows of two topics, many without, and others to judge by.
struct FewLabels {
    Examples known, rest, judged;
};

FewLabels few_labels(std::size_t known) {
    const auto all = made::topics(1400, 17);
    FewLabels out;
    std::vector<std::size_t> first(known), rest(800 - known), judged(600);
    std::iota(first.begin(), first.end(), std::size_t{0});
    std::iota(rest.begin(), rest.end(), known);
    std::iota(judged.begin(), judged.end(), std::size_t{800});
    out.known = take(all, first);
    out.rest = take(all, rest);
    out.rest.classes.clear();
    out.judged = take(all, judged);
    return out;
}

double share_right(const TrainResult& fitted, const Examples& judged) {
    const auto said = Predictor::load(fitted.artefact).predict(judged, 1);
    return judge_classes(said, judged.classes, 2).accuracy.value;
}

TrainSpec spec_for(const std::string& kind) {
    TrainSpec spec;
    spec.model = kind;
    spec.threads = 2;
    spec.features.text.bits = 10;
    spec.features.text.ngrams = 1;
    return spec;
}

}  // namespace

TEST_CASE("labels spread to where the equation of Zhou et al. has them", "[training][semi]") {
    // 0 - 1 - 2 - 3 and 3 - 4, of different weights.
    const double edges[][3] = {{0, 1, 1}, {1, 2, 0.5}, {2, 3, 0.25}, {3, 4, 2}};
    Eigen::MatrixXd w = Eigen::MatrixXd::Zero(5, 5);
    for (const auto& e : edges)
        w(static_cast<int>(e[0]), static_cast<int>(e[1])) =
            w(static_cast<int>(e[1]), static_cast<int>(e[0])) = e[2];
    Design graph;
    graph.rows = graph.columns = 5;
    graph.sparse = true;
    graph.starts.push_back(0);
    for (int i = 0; i < 5; ++i) {
        for (int j = 0; j < 5; ++j)
            if (w(i, j) != 0) {
                graph.where.push_back(static_cast<std::uint32_t>(j));
                graph.values.push_back(static_cast<float>(w(i, j)));
            }
        graph.starts.push_back(graph.where.size());
    }
    const Eigen::VectorXd root = w.rowwise().sum().cwiseSqrt().cwiseInverse();
    const Eigen::MatrixXd s = root.asDiagonal() * w * root.asDiagonal();
    Eigen::MatrixXd y = Eigen::MatrixXd::Zero(5, 2);
    y(0, 0) = 1;
    y(4, 1) = 1;
    constexpr double alpha = 0.8;
    const Eigen::MatrixXd f =
        (1 - alpha) * (Eigen::MatrixXd::Identity(5, 5) - alpha * s).fullPivLu().solve(y);
    const std::vector<float> known{1, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    Team team(2);
    const auto found = spread_labels(graph, known, 2, alpha, team);
    for (int i = 0; i < 5; ++i)
        for (int c = 0; c < 2; ++c)
            CHECK(
                static_cast<double>(found[static_cast<std::size_t>(i * 2 + c)]) ==
                Approx(f(i, c) / f.row(i).sum()).margin(1e-5)
            );
}

TEST_CASE("a neighbour graph is symmetric and knows the nearest", "[training][semi]") {
    Design line;
    line.rows = 6;
    line.columns = 1;
    line.values = {0, 1, 2, 10, 11, 13};
    Team team(2);
    const auto graph = neighbour_graph(line, 1, team);
    const auto weight = [&](std::size_t i, std::uint32_t j) {
        for (std::size_t e = 0; e < graph.count(i); ++e)
            if (graph.row_where(i)[e] == j) return graph.row_values(i)[e];
        return 0.0F;
    };
    for (std::size_t i = 0; i < 6; ++i)
        for (std::uint32_t j = 0; j < 6; ++j)
            CHECK(weight(i, j) == weight(j, static_cast<std::uint32_t>(i)));
    CHECK(weight(0, 1) == Approx(std::exp(-1.0)));
    CHECK(weight(4, 5) == Approx(std::exp(-4.0 / 2)));
    CHECK(weight(2, 3) == 0);
    CHECK(neighbour_graph(Design{}, 3, team).rows == 0);
}

TEST_CASE("masses of classes are brought to their shares", "[training][semi]") {
    // The first class has three quarters of the mass, and is to have half.
    std::vector<float> soft{0.9F, 0.1F, 0.8F, 0.2F, 0.55F, 0.45F, 0, 0};
    normalise_masses(soft, std::vector<double>{0.5, 0.5});
    CHECK(static_cast<double>(soft[0]) == Approx(0.9 / 2.25 / (0.9 / 2.25 + 0.1 / 0.75)));
    CHECK(soft[4] < 0.5F);
    CHECK(soft[4] + soft[5] == Approx(1));
    CHECK(soft[6] == 0);  // what no label reached stays so
    std::vector<float> none{0, 0};
    normalise_masses(none, std::vector<double>{0.5, 0.5});
    CHECK(none == std::vector<float>{0, 0});
}

TEST_CASE("a graph of texts is of angles, and has none without words", "[training][semi]") {
    Design texts;
    texts.rows = 4;
    texts.columns = 2;
    texts.sparse = true;
    texts.starts = {0, 2, 3, 3, 4};
    texts.where = {0, 1, 0, 1};
    texts.values = {3, 4, 10, 2};  // the third has nothing
    Team team(2);
    const auto graph = neighbour_graph(texts, 3, team);
    const auto weight = [&](std::size_t i, std::uint32_t j) {
        for (std::size_t e = 0; e < graph.count(i); ++e)
            if (graph.row_where(i)[e] == j) return graph.row_values(i)[e];
        return 0.0F;
    };
    CHECK(weight(0, 1) == Approx(0.36));
    CHECK(weight(3, 0) == Approx(0.64));
    CHECK(weight(1, 3) == Approx(0).margin(1e-6));
    for (std::uint32_t j = 0; j < 4; ++j) CHECK(weight(2, j) == 0);
}

TEST_CASE("records without a label teach what a few labels do not", "[training][semi]") {
    auto data = few_labels(12);
    for (auto* part : {&data.known, &data.rest})
        part->sizes.resize(part->rows);  // as pictures have
    const auto alone = share_right(fit(data.known, {}, spec_for("multinomial_nb")), data.judged);
    CHECK(alone < 0.9);
    for (auto method : {Unlabelled::self_training, Unlabelled::em, Unlabelled::label_spreading}) {
        INFO(base::name_of(method));
        UnlabelledSpec how;
        how.method = method;
        how.confidence = 0.6;
        const auto learnt =
            fit_with_unlabelled(data.known, data.rest, {}, spec_for("multinomial_nb"), how);
        CHECK(share_right(learnt.fitted, data.judged) > alone + 0.03);
        CHECK(learnt.guard.folds == 5);
        CHECK(learnt.guard.rows == 12);
        CHECK(learnt.guard.best > 0);
        CHECK(learnt.guard.costs[learnt.guard.best] < learnt.guard.costs[0]);
        CHECK(learnt.guard.errors[learnt.guard.best] <= learnt.guard.errors[0]);
        CHECK(learnt.rounds.front().used == 0);
        CHECK(learnt.rounds.back().used > 100);
        // As many rounds as the folds found worth it, and the last is kept.
        CHECK(learnt.kept + 1 == learnt.rounds.size());
        CHECK(learnt.kept <= learnt.guard.best);
        auto alike = spec_for("multinomial_nb");
        alike.threads = 1;
        CHECK(
            fit_with_unlabelled(data.known, data.rest, {}, alike, how).fitted.artefact ==
            learnt.fitted.artefact
        );
    }
}

TEST_CASE("folds keep the labels alone where guesses do harm", "[training][semi]") {
    auto data = few_labels(100);
    // Words of one topic in records of the other: what is guessed of them is wrong.
    made::change_texts(data.rest.text, [](auto& text, auto) {
        text.body = "sea1 sea2 sea3 field9 field8 word1 word2 note";
    });
    const auto alone = fit(data.known, {}, spec_for("multinomial_nb"));
    for (auto method : {Unlabelled::self_training, Unlabelled::em}) {
        INFO(base::name_of(method));
        UnlabelledSpec how;
        how.method = method;
        how.confidence = 0;
        const auto learnt =
            fit_with_unlabelled(data.known, data.rest, {}, spec_for("multinomial_nb"), how);
        CHECK(learnt.guard.folds == 5);
        CHECK(learnt.guard.best == 0);
        REQUIRE(learnt.guard.costs.size() > 1);
        for (std::size_t round = 1; round < learnt.guard.costs.size(); ++round)
            CHECK(
                (learnt.guard.costs[round] >= learnt.guard.costs[0] ||
                 learnt.guard.errors[round] > learnt.guard.errors[0])
            );
        CHECK(learnt.kept == 0);
        CHECK(learnt.rounds.size() == 1);
        CHECK(learnt.fitted.artefact == alone.artefact);
    }
}

TEST_CASE("labels too few for folds are kept alone, or validation decides", "[training][semi]") {
    const auto data = few_labels(4);
    UnlabelledSpec how;
    how.method = Unlabelled::em;
    const auto spec = spec_for("multinomial_nb");
    const auto learnt = fit_with_unlabelled(data.known, data.rest, {}, spec, how);
    CHECK(learnt.guard.folds == 0);
    CHECK(learnt.rounds.size() == 1);
    const auto judged = fit_with_unlabelled(data.known, data.rest, data.judged, spec, how);
    CHECK(judged.guard.folds == 0);
    CHECK(judged.rounds.size() > 1);
}

TEST_CASE("validation keeps the labels alone where guesses do harm", "[training][semi]") {
    auto data = few_labels(100);
    // The unlabelled rows are of another world: every one has the words of both topics.
    made::change_texts(data.rest.text, [](auto& text, auto) {
        text.body += " sea1 sea2 sea3 sea4 field1 word1 word2";
    });
    UnlabelledSpec how;
    how.method = Unlabelled::self_training;
    how.confidence = 0;
    const auto learnt =
        fit_with_unlabelled(data.known, data.rest, data.judged, spec_for("softmax"), how);
    double least = learnt.rounds.front().cost;
    for (const auto& round : learnt.rounds) least = std::min(least, round.cost);
    CHECK(learnt.rounds[learnt.kept].cost == least);
    const auto alone = fit(data.known, data.judged, spec_for("softmax"));
    CHECK(share_right(learnt.fitted, data.judged) >= share_right(alone, data.judged) - 0.02);
}

TEST_CASE("what cannot be learnt from unlabelled rows is refused", "[training][semi]") {
    const auto data = few_labels(50);
    UnlabelledSpec how;
    how.method = Unlabelled::em;
    const auto values = made::plane(50, 1);
    CHECK_THROWS_WITH(
        fit_with_unlabelled(values, {}, {}, spec_for("ridge"), how), Catch::Contains("classes only")
    );
    Examples none;
    const auto learnt = fit_with_unlabelled(data.known, none, {}, spec_for("softmax"), how);
    CHECK(learnt.rounds.size() == 1);
    std::stop_source source;
    source.request_stop();
    CHECK_THROWS_AS(
        fit_with_unlabelled(
            data.known, data.rest, {}, spec_for("softmax"), how, {}, source.get_token()
        ),
        base::Interrupted
    );
}

TEST_CASE("a condition on records is what is left of one on labels", "[training][semi]") {
    CHECK(record_part("") == "");
    CHECK(record_part("words > 20") == "words > 20");
    CHECK(record_part("probability >= 0.8") == "");
    CHECK(
        record_part("words > 20 AND probability >= 0.8 and not (title like '% and %')") ==
        "words > 20 and not (title like '% and %')"
    );
    CHECK(record_part("class in ('a', 'b or c') and x = 'class and'") == "x = 'class and'");
    CHECK(record_part("class = 'a' or probability > 0.5") == "");
    CHECK_THROWS_WITH(
        record_part("probability > 0.8 or words > 20"), Catch::Contains("joined by 'and'")
    );
    CHECK_THROWS_AS(record_part("(class = 'a' or words > 3) and x > 1"), base::UsageError);
}
