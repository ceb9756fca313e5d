#include "training/models/model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "tests/training/made_data.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/features/features.hpp"
#include "training/numeric/network/network.hpp"

using namespace training;

namespace {

struct Fitted {
    Design rows;
    std::unique_ptr<Model> model;
};

Fitted
fitted(std::string_view kind, const Examples& train, Params params = {}, std::size_t threads = 1) {
    Team team(threads);
    Fitted out;
    TextSpec text;
    text.bits = 9;
    Featurizer::fit(train, {true, true, true, text}, team, out.rows);
    out.model = make_model(kind, params);
    out.model->fit(
        {&out.rows, train.classes, train.targets}, {}, train.class_names.size(), {1, {}, {}, &team}
    );
    return out;
}

// Whether the kind takes such rows and learns what they say.
bool takes(const std::string& name, const Examples& data) {
    const auto& kind = model_kind(name);
    const auto wanted = data.has_classes() ? Learns::classes : Learns::values;
    const auto other = data.text.empty() ? Takes::texts : Takes::numbers;
    return learns(kind, wanted) && kind.takes != other &&
           (kind.takes != Takes::pictures || data.pixel_count > 0);
}

double accuracy(const Fitted& f, const Examples& examples) {
    Team team(1);
    const auto said = decide(f.model->predict(f.rows, team), examples.class_names.size());
    std::size_t right = 0;
    for (std::size_t i = 0; i < said.size(); ++i) right += said[i] == examples.classes[i] ? 1 : 0;
    return static_cast<double>(right) / static_cast<double>(said.size());
}

// The gradient against central differences, for some of the parameters.
double worst_gradient_miss(Network& net, const View& data) {
    std::vector<std::uint32_t> chosen(data.size());
    std::iota(chosen.begin(), chosen.end(), 0U);
    std::vector<float> gradient;
    std::vector<float> ignored;
    net.gradient(data, chosen, gradient);
    double worst = 0;
    for (std::size_t i = 0; i < gradient.size(); i += 3) {
        constexpr float step = 1e-2F;
        const float before = net.parameters()[i];
        net.parameters()[i] = before + step;
        const double above = net.gradient(data, chosen, ignored);
        net.parameters()[i] = before - step;
        const double below = net.gradient(data, chosen, ignored);
        net.parameters()[i] = before;
        worst = std::max(
            worst,
            std::abs(
                (above - below) / (2 * static_cast<double>(step)) - static_cast<double>(gradient[i])
            )
        );
    }
    return worst;
}

}  // namespace

TEST_CASE(
    "the gradient of softmax and of a hidden layer matches finite differences",
    "[training][models]"
) {
    const auto data = made::clouds(40, 3);
    Team team(1);
    Design rows;
    Featurizer::fit(data, {}, team, rows);
    const View view{&rows, data.classes, {}};
    Network softmax;
    softmax.start({4, 3}, false, 1);
    for (std::size_t i = 0; i < softmax.parameters().size(); ++i)
        softmax.parameters()[i] = static_cast<float>(std::sin(static_cast<double>(i)));
    CHECK(worst_gradient_miss(softmax, view) < 1e-3);

    Network hidden;
    hidden.start({4, 5, 3}, false, 1);
    for (std::size_t i = 0; i < hidden.parameters().size(); ++i)
        hidden.parameters()[i] = static_cast<float>(std::sin(1 + 3 * static_cast<double>(i)));
    CHECK(worst_gradient_miss(hidden, view) < 3e-3);
}

TEST_CASE(
    "a hidden layer sees sparse rows as it sees the same rows made dense",
    "[training][models]"
) {
    const auto data = made::topics(50, 13);
    Team team(1);
    Design sparse;
    TextSpec text;
    text.bits = 8;
    Featurizer::fit(data, {true, true, true, text}, team, sparse);
    std::vector<std::uint32_t> all(sparse.rows);
    std::iota(all.begin(), all.end(), 0U);
    Design dense;
    dense.rows = sparse.rows;
    dense.columns = sparse.columns;
    dense.values.resize(dense.rows * dense.columns);
    copy_rows(sparse, all, dense.values.data());
    Network net;
    net.start({sparse.columns, 16, 2}, false, 1);
    for (std::size_t i = 0; i < 34; ++i)
        net.parameters()[net.parameters().size() - 1 - i] =
            static_cast<float>(std::sin(static_cast<double>(i)));
    std::vector<float> a;
    std::vector<float> b;
    const double loss = net.gradient({&sparse, data.classes, {}}, all, a);
    CHECK(loss == Approx(net.gradient({&dense, data.classes, {}}, all, b)).epsilon(1e-5));
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        worst = std::max(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    CHECK(worst < 1e-6);
    CHECK(*std::max_element(a.begin(), a.end()) > 1e-3F);
}

TEST_CASE("ridge solves the normal equations", "[training][models]") {
    const auto data = made::plane(300, 4);
    const auto f = fitted("ridge", data, {{"l2", 10.0}}, 2);
    const auto n = static_cast<Eigen::Index>(data.rows);
    Eigen::MatrixXd x(n, 4);
    Eigen::VectorXd y(n);
    for (Eigen::Index i = 0; i < n; ++i) {
        for (Eigen::Index j = 0; j < 4; ++j)
            x(i, j) = static_cast<double>(f.rows.values[static_cast<std::size_t>(i * 4 + j)]);
        y(i) = data.targets[static_cast<std::size_t>(i)];
    }
    const Eigen::RowVectorXd mean = x.colwise().mean();
    const Eigen::MatrixXd centred = x.rowwise() - mean;
    const Eigen::MatrixXd left =
        centred.transpose() * centred + 10 * Eigen::MatrixXd::Identity(4, 4);
    const Eigen::VectorXd w =
        left.fullPivLu().solve(centred.transpose() * (y.array() - y.mean()).matrix());
    Team team(2);
    const auto predicted = f.model->predict(f.rows, team);
    for (Eigen::Index i = 0; i < n; ++i)
        CHECK(
            predicted[static_cast<std::size_t>(i)] ==
            Approx(y.mean() + centred.row(i).dot(w)).epsilon(1e-6)
        );
}

TEST_CASE(
    "conjugate gradients on sparse rows find what Cholesky finds on the same rows made dense",
    "[training][models]"
) {
    const auto data = made::topics(200, 5);
    const auto sparse = fitted("ridge", data, {{"l2", 1.0}});
    Team team(1);
    Design dense;
    dense.rows = sparse.rows.rows;
    dense.columns = sparse.rows.columns;
    dense.values.resize(dense.rows * dense.columns);
    std::vector<std::uint32_t> all(dense.rows);
    std::iota(all.begin(), all.end(), 0U);
    copy_rows(sparse.rows, all, dense.values.data());
    auto model = make_model("ridge", {{"l2", 1.0}});
    model->fit({&dense, data.classes, {}}, {}, 2, {1, {}, {}, &team});
    const auto a = sparse.model->predict(sparse.rows, team);
    const auto b = model->predict(dense, team);
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).margin(2e-3));
}

TEST_CASE("each model learns what can be learnt", "[training][models]") {
    const auto clouds = made::clouds(600, 6);
    const auto topics = made::topics(600, 7);
    const double base = accuracy(fitted("majority", clouds), clouds);
    CHECK(base < 0.42);
    // One column tells one cloud from the two others.
    CHECK(accuracy(fitted("rule", clouds), clouds) > 0.6);
    CHECK(accuracy(fitted("rule", topics), topics) > 0.55);
    for (const auto& name : model_kinds()) {
        const auto& kind = model_kind(name);
        if (kind.baseline || !learns(kind, Learns::classes) ||
            kind.takes == Takes::pictures)  // see models/cnn_test.cpp
            continue;
        INFO(name);
        if (kind.takes != Takes::texts) CHECK(accuracy(fitted(name, clouds), clouds) > 0.88);
        if (kind.takes != Takes::numbers) CHECK(accuracy(fitted(name, topics), topics) > 0.94);
    }
}

TEST_CASE(
    "values are learnt by every kind that says so, and majority answers their mean",
    "[training][models]"
) {
    const auto data = made::plane(800, 8);
    Team team(1);
    const auto r2 = [&](std::string_view kind) {
        const auto f = fitted(kind, data);
        return judge_values(f.model->predict(f.rows, team), data.targets).r2.value;
    };
    CHECK(r2("ridge") > 0.99);
    CHECK(r2("mlp") > 0.98);
    CHECK(r2("lasso") > 0.98);
    CHECK(r2("elastic_net") > 0.97);
    CHECK(r2("boosting") > 0.97);
    CHECK(r2("forest") > 0.9);
    CHECK(r2("knn") > 0.9);
    CHECK(r2("rule") > 0.5);
    CHECK(r2("majority") == Approx(0).margin(1e-9));
}

TEST_CASE(
    "each kind gives the same bits with one thread and with two, and after a save and a load",
    "[training][models]"
) {
    const auto clouds = made::clouds(500, 9);
    const auto topics = made::topics(300, 9);
    const auto plane = made::plane(500, 9);
    const auto pictures = made::pictures(100, 9);
    Team alone(1);
    Team pair(2);
    for (const auto& name : model_kinds()) {
        for (const auto* data : {&clouds, &topics, &plane, &pictures}) {
            if (!takes(name, *data)) continue;
            INFO(name);
            const auto one = fitted(name, *data, {}, 1);
            const auto two = fitted(name, *data, {}, 2);
            const auto said = one.model->predict(one.rows, alone);
            CHECK(said == two.model->predict(two.rows, pair));
            Writer out;
            one.model->save(out);
            Writer again;
            two.model->save(again);
            const auto bytes = out.take();
            CHECK(bytes == again.take());
            Reader in(bytes);
            auto loaded = make_model(name, {});
            loaded->load(in);
            CHECK(in.done());
            CHECK(loaded->predict(one.rows, pair) == said);
        }
    }
}

TEST_CASE("probabilities are not negative and sum to one", "[training][models]") {
    const auto data = made::clouds(100, 10);
    Team team(1);
    for (const auto& kind : model_kinds()) {
        if (!takes(kind, data)) continue;
        const auto f = fitted(kind, data);
        const auto p = f.model->predict(f.rows, team);
        for (std::size_t row = 0; row < data.rows; ++row) {
            CHECK(p[row * 3] + p[row * 3 + 1] + p[row * 3 + 2] == Approx(1));
            CHECK(
                *std::min_element(
                    p.begin() + static_cast<std::ptrdiff_t>(row * 3),
                    p.begin() + static_cast<std::ptrdiff_t>(row * 3 + 3)
                ) >= 0
            );
        }
    }
}

TEST_CASE("balance raises the recall of a rare class", "[training][models]") {
    auto data = made::clouds(900, 11);
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < data.rows; ++i) {
        if (data.classes[i] != 2 || i % 15 == 0) chosen.push_back(i);
    }
    data = take(data, chosen);
    const auto recall = [&](double balance) {
        const auto f = fitted("softmax", data, {{"balance", balance}});
        Team team(1);
        return judge_classes(f.model->predict(f.rows, team), data.classes, 3).classes[2].recall;
    };
    CHECK(recall(1) > recall(0));
}

TEST_CASE(
    "an unknown model or parameter is refused in one line that says what there is",
    "[training][models]"
) {
    CHECK_THROWS_WITH(make_model("woods", {}), Catch::Contains("use majority, rule, by_length"));
    CHECK_THROWS_WITH(make_model("ridge", {{"depth", 3.0}}), Catch::Contains("use l2, balance"));
    CHECK_THROWS_AS(make_model("ridge", {{"l2", std::nan("")}}), base::UsageError);
}

TEST_CASE("a stop ends a fit at once", "[training][models]") {
    std::stop_source source;
    source.request_stop();
    for (const auto& data : {made::clouds(100, 12), made::pictures(40, 12)}) {
        Team team(1);
        Design rows;
        Featurizer::fit(data, {}, team, rows);
        for (const auto& kind : model_kinds()) {
            if (kind == "majority" || !takes(kind, data)) continue;
            INFO(kind);
            auto model = make_model(kind, {});
            const auto classes = data.class_names.size();
            CHECK_THROWS_AS(
                model->fit(
                    {&rows, data.classes, {}}, {}, classes, {1, source.get_token(), {}, &team}
                ),
                base::Interrupted
            );
        }
    }
}
