// What several processes learn together is what one learns. The members of these companies are
// threads; tests/e2e/mpi_test.cpp has processes.
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <thread>

#include <catch2/catch.hpp>

#include "base/numbers/random.hpp"
#include "tests/training/change_texts.hpp"
#include "tests/training/company/threads_company.hpp"
#include "tests/training/made_data.hpp"
#include "training/company/shared_fit.hpp"
#include "training/features/features.hpp"
#include "training/models/model.hpp"

using namespace training;

namespace {

// Examples as a model sees them.
struct Rows {
    explicit Rows(const Examples& examples) : data(examples) {
        Team team(1);
        TextSpec text;
        text.bits = 9;
        Featurizer::fit(data, {true, true, true, text}, team, rows);
    }

    std::size_t outputs() const { return data.classes.empty() ? 0 : data.class_names.size(); }
    View view() const { return {&rows, data.classes, data.targets, weights}; }

    Examples data;
    Design rows;
    std::vector<float> weights;
};

// Texts of nine topics.
Examples nine_topics(std::size_t rows) {
    auto out = made::topics(rows, 8);
    out.class_names.clear();
    for (int c = 0; c < 9; ++c) out.class_names.push_back("topic" + std::to_string(c));
    const base::CounterRandom random(5, 1);
    for (std::size_t row = 0; row < rows; ++row) {
        out.classes[row] = static_cast<int>(random.below(row, 9));
    }
    made::change_texts(out.text, [&](auto& text, auto row) {
        for (int w = 0; w < 4; ++w) text.body += " own" + std::to_string(out.classes[row] * 10 + w);
    });
    return out;
}

struct Case {
    std::string kind;
    const Rows* train;
    const Rows* validation = nullptr;
    Params params = {};
    OnProgress progress = {};  // of the first member
};

struct Learnt {
    std::string saved;
    std::vector<double> said;
};

Learnt fit_as(const Case& fit, Company* company) {
    Team team(1);
    FitContext context{3, {}, fit.progress, &team};
    context.company = company;
    auto model = make_model(fit.kind, fit.params);
    model->fit(
        fit.train->view(),
        fit.validation ? fit.validation->view() : View{},
        fit.train->outputs(),
        context
    );
    Writer out;
    model->save(out);
    return {out.take(), model->predict(fit.train->rows, team)};
}

// Closes the place where the first member met others, when it has gone home or was thrown out.
struct Closing {
    test::MeetingPlace& place;
    ~Closing() { place.close(); }
};

Learnt fit_by(const Case& fit, std::size_t members) {
    test::MeetingPlace place(members);
    std::vector<std::jthread> others;
    const Closing closing{place};
    for (std::size_t rank = 1; rank < members; ++rank)
        others.emplace_back([&place, rank] {
            test::ThreadsCompany company(place, rank);
            try {
                serve(company);
            } catch (const test::Deserted&) {
            }
        });
    test::ThreadsCompany first(place, 0);
    auto out = fit_as(fit, &first);
    CHECK_FALSE(first.broken());
    send_home(first);
    return out;
}

double farthest(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double out = 0;
    for (std::size_t i = 0; i < a.size(); ++i) out = std::max(out, std::abs(a[i] - b[i]));
    return out;
}

}  // namespace

TEST_CASE("stretches hold each row once, and as many as others", "[training][company]") {
    for (std::size_t all : {std::size_t{0}, std::size_t{7}, std::size_t{256}, std::size_t{1000003}})
        for (std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{16}}) {
            INFO(all << " rows, " << size << " members");
            CHECK(stretch_begin(all, 0, size) == 0);
            CHECK(stretch_begin(all, size, size) == all);
            for (std::size_t member = 0; member < size; ++member) {
                const auto own =
                    stretch_begin(all, member + 1, size) - stretch_begin(all, member, size);
                CHECK(own >= all / size);
                CHECK(own <= all / size + 1);
            }
        }
}

TEST_CASE("a fit whose rows are shared comes to that of one process", "[training][company]") {
    const Rows plane(made::plane(5000, 4)), clouds(made::clouds(2000, 5)),
        topics(made::topics(900, 6));
    auto thirty = made::clouds(30, 2);  // rows that there are, each twenty times
    const auto numbers = thirty.numeric;
    const auto classes = thirty.classes;
    for (int i = 1; i < 20; ++i) {
        thirty.numeric.insert(thirty.numeric.end(), numbers.begin(), numbers.end());
        thirty.classes.insert(thirty.classes.end(), classes.begin(), classes.end());
    }
    thirty.rows = thirty.classes.size();
    const Rows repeated(thirty);
    Rows weighed(made::clouds(1500, 7));
    const base::CounterRandom random(1, 1);
    for (std::size_t row = 0; row < 1500; ++row)
        weighed.weights.push_back(static_cast<float>(random.unit(row)));
    for (const auto& fit : std::vector<Case>{
             {"ridge", &plane},
             {"ridge", &clouds, nullptr, {{"balance", 1}}},
             {"ridge", &clouds, &weighed},
             {"ridge", &weighed},
             {"lasso", &plane},
             {"elastic_net", &plane},
             {"kmeans", &clouds},
             {"kmeans", &topics, nullptr, {{"k", 3}}},
             {"kmeans", &clouds, nullptr, {{"k", 40}}},
             {"kmeans", &repeated, nullptr, {{"k", 50}}}}) {
        const auto alone = fit_as(fit, nullptr);
        for (std::size_t members : {2U, 3U}) {
            INFO(fit.kind << " by " << members);
            CHECK(farthest(alone.said, fit_by(fit, members).said) < 1e-6);
        }
    }
}

TEST_CASE("a fit whose work is shared comes to the bits of one process", "[training][company]") {
    const Rows plane(made::plane(600, 4)), clouds(made::clouds(600, 5)), more(made::clouds(300, 9)),
        texts(nine_topics(900)), held_out(nine_topics(300)), pictures(made::pictures(256, 3));
    for (const auto& fit : std::vector<Case>{
             {"logistic", &clouds},
             {"logistic", &clouds, &more},
             {"logistic", &texts},
             {"svm", &clouds},
             {"svm", &texts},
             {"svm", &texts, &held_out},
             {"nbsvm", &texts, &held_out},
             {"ridge", &texts},
             {"ridge", &texts, &held_out},
             {"softmax", &clouds, &more},
             {"mlp", &clouds, &more, {{"hidden", 16}, {"epochs", 6}}},
             {"mlp", &plane, nullptr, {{"hidden", 16}, {"epochs", 6}}},
             {"cnn", &pictures, nullptr, {{"channels", 8}, {"epochs", 2}}}}) {
        const auto alone = fit_as(fit, nullptr);
        for (std::size_t members : {2U, 3U}) {
            INFO(fit.kind << " by " << members);
            CHECK(fit_by(fit, members).saved == alone.saved);
        }
    }
}

TEST_CASE("what cannot be shared one process learns, and says so", "[training][company]") {
    const Rows topics(made::topics(600, 6)), few(made::plane(100, 4)), many(made::plane(600, 4));
    test::MeetingPlace place(1);
    test::ThreadsCompany company(place, 0);
    const auto words = [&](const char* kind, const Rows& rows) {
        return words_of_sharing(&company, model_kind(kind), rows.view(), rows.outputs());
    };
    CHECK(words_of_sharing(nullptr, model_kind("ridge"), many.view(), 0).empty());
    CHECK_THAT(words("ridge", many), Catch::Contains("a share of the rows"));
    CHECK_THAT(words("mlp", many), Catch::Contains("all rows"));
    for (const auto& [kind, rows] : std::vector<std::pair<const char*, const Rows*>>{
             {"ridge", &few}, {"softmax", &topics}, {"logistic", &topics}, {"boosting", &many}}) {
        CHECK_THAT(words(kind, *rows), Catch::Contains("by one of the"));
        // Nobody serves: were anything sent, this would wait for ever.
        const Case fit{kind, rows, nullptr, {}};
        test::MeetingPlace of_two(2);
        test::ThreadsCompany first(of_two, 0);
        CHECK(fit_as(fit, &first).saved == fit_as(fit, nullptr).saved);
    }
}

TEST_CASE("a fit that throws in the first member leaves no other waiting", "[training][company]") {
    const Rows clouds(made::clouds(600, 5));
    const Case fit{"mlp", &clouds, nullptr, {{"hidden", 16}, {"epochs", 6}}, [](const Progress&) {
                       throw std::runtime_error("enough");
                   }};
    CHECK_THROWS_WITH(fit_by(fit, 3), "enough");
}
