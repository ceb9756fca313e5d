// What a finding rests on: forecasts by curves that are known, odd rows that were planted, and the
// causes that advice names.
#include <algorithm>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "tests/training/made_data.hpp"
#include "training/analysis/advice.hpp"
#include "training/analysis/forecast.hpp"
#include "training/analysis/forecast_store.hpp"
#include "training/analysis/odd_items.hpp"

using namespace training;

namespace {

// Errors of rows that are wrong with the probability that a power law gives.
std::vector<SizeErrors> errors_by_law(const PowerLaw& law, std::size_t judged) {
    const base::CounterRandom random(6, 1);
    std::vector<SizeErrors> out;
    for (std::size_t rows : {100U, 200U, 400U, 800U, 1600U}) {
        SizeErrors size{rows, {}};
        // Each row is wrong while the law is above a threshold of its own, as of a test that some
        // rows of are harder than others.
        for (std::size_t i = 0; i < judged; ++i)
            size.errors.push_back(random.unit(i) < law.at(static_cast<double>(rows)) ? 1 : 0);
        out.push_back(std::move(size));
    }
    return out;
}

}  // namespace

TEST_CASE("a forecast holds what the law gives", "[training][forecast]") {
    const PowerLaw law{.floor = 0.1, .scale = 3, .exponent = 0.5};
    const auto sizes = errors_by_law(law, 4000);
    const auto curve = curve_laws(sizes);
    REQUIRE(curve);
    CHECK(curve->others.size() == 60);
    const auto then = error_at(*curve, 3200, 4000);
    CHECK(then.error == Approx(law.at(3200)).margin(0.01));
    CHECK(then.interval.low < law.at(3200));
    CHECK(then.interval.high > law.at(3200));
    CHECK(then.interval.high - then.interval.low < 0.06);
    const auto gain = gain_of(*curve, 1600, 1600);
    CHECK(gain.error == Approx(law.at(1600) - law.at(3200)).margin(0.006));
    CHECK(gain.interval.low > 0);
    // Fewer judged rows, wider; the same seed, the same.
    const auto few = curve_laws(errors_by_law(law, 200));
    REQUIRE(few);
    const auto wide = error_at(*few, 3200, 200);
    CHECK(wide.interval.high - wide.interval.low > then.interval.high - then.interval.low);
    CHECK(error_at(*curve_laws(sizes), 3200, 4000).interval.low == then.interval.low);
    CHECK_FALSE(curve_laws(errors_by_law(law, 5)));
    CHECK_FALSE(curve_laws(std::span(sizes).first(2)));

    Forecast forecast{.run_id = 3, .training_rows = 1600, .judged = 4000, .error = 0.17};
    forecast.curve = *curve;
    CHECK(score(forecast, 3200, law.at(3200), 4000, true).held);
    CHECK_FALSE(score(forecast, 3200, 0.3, 4000, true).held);
    CHECK(score(forecast, 3200, 0.3, 4000, true).rows_then == 1600);
}

TEST_CASE("errors fall with the rows that are learnt", "[training][forecast]") {
    TrainSpec spec;
    spec.model = "softmax";
    const auto sizes = errors_by_size(made::topics(640, 10), made::topics(300, 11), spec);
    REQUIRE(sizes.size() == 5);
    CHECK(sizes.front().rows == 40);
    CHECK(sizes.back().rows == 640);
    const auto sum = [](const SizeErrors& size) {
        double all = 0;
        for (double e : size.errors) all += e;
        return all;
    };
    CHECK(sum(sizes.front()) >= sum(sizes.back()));
    CHECK(sizes.front().errors.size() == 300);
}

TEST_CASE("rows far from training rows are found, dense or sparse", "[training][odd]") {
    const base::CounterRandom random(7, 1);
    Design train, rows;
    train.rows = 500;
    rows.rows = 100;
    train.columns = rows.columns = 8;
    for (std::size_t i = 0; i < 500 * 8; ++i)
        train.values.push_back(static_cast<float>(random.unit(i)));
    for (std::size_t i = 0; i < 100 * 8; ++i)
        rows.values.push_back(static_cast<float>(random.unit(90'000 + i)) + (i / 8 == 42 ? 3 : 0));
    auto found = out_of_distribution(distances_to(train, rows));
    REQUIRE(!found.empty());
    CHECK(found.front().row == 42);
    CHECK(found.size() < 8);

    // Texts of the words 0 to 9; one of words that no training text has, one without any.
    const auto texts = [&](std::size_t count, std::uint64_t from) {
        Design out;
        out.rows = count;
        out.columns = 20;
        out.sparse = true;
        out.starts = {0};
        for (std::size_t row = 0; row < count; ++row) {
            for (std::uint32_t word = 0; word < 10; ++word)
                if (random.unit(from + row * 10 + word) < 0.5) {
                    out.values.push_back(1);
                    out.where.push_back(word);
                }
            out.starts.push_back(out.values.size());
        }
        return out;
    };
    train = texts(400, 100'000);
    rows = texts(50, 200'000);
    rows.values.push_back(1);
    rows.where.push_back(15);
    rows.starts.push_back(rows.values.size());
    rows.starts.push_back(rows.values.size());
    rows.rows = 52;
    found = out_of_distribution(distances_to(train, rows));
    std::vector<std::uint32_t> far;
    for (const auto& item : found) far.push_back(item.row);
    CHECK(std::count(far.begin(), far.end(), 50) == 1);
    CHECK(std::count(far.begin(), far.end(), 51) == 1);
    CHECK(found.size() < 6);
    CHECK(distances_to({}, rows).of_rows.empty());
}

TEST_CASE("ambiguous rows are doubtful, not wrong", "[training][odd]") {
    const auto nobody = std::nan("");
    //  sure; between two, label one of them; sure and wrong; flat, label the least; sure, but
    //  people disagree
    const std::vector<double> p{
        .98, .01, .01, .5, .45, .05, .98, .01, .01, .36, .33, .31, .98, .01, .01};
    const std::vector<int> labels{0, 1, 1, 2, 0};
    const std::vector<double> sure{nobody, nobody, nobody, nobody, 0.6};
    const auto found = ambiguous_items(p, labels, 3, sure);
    REQUIRE(found.size() == 2);
    CHECK(found[0].row == 1);
    CHECK(found[1].row == 4);
    CHECK(found[1].score == Approx(0.4).margin(0.01));
    CHECK(ambiguous_items(p, labels, 3).size() == 1);
    CHECK_THROWS_AS(ambiguous_items(p, labels, 2), base::Error);
}

TEST_CASE("nearly the same rows are told where part or label differ", "[training][odd]") {
    const std::vector<std::uint64_t> hashes{0b1111, 0b1110, 0xF0F0F0F0F0, 0xF0F0F0F0F0, 0, 0};
    const auto found =
        alike_rows(hashes, std::vector<int>{0, 2, 0, 0, 0, 1}, std::vector<int>{1, 1, 0, 1, 0, 0});
    REQUIRE(found.size() == 2);
    CHECK(std::pair(found[0].a, found[0].b) == std::pair(0U, 1U));
    CHECK(std::pair(found[1].a, found[1].b) == std::pair(2U, 3U));
}

TEST_CASE("advice names the cause that the data show", "[training][advice]") {
    Evidence evidence;
    evidence.judged = 1000;
    evidence.training_rows = 8000;
    evidence.labels = 200;
    evidence.source = "news";
    evidence.all = {0.02, 0.3, 0.01};
    const auto slice = [&](RowMarks marks, std::size_t learnt) {
        SliceMarks of{{}, marks, learnt, {}};
        of.slice.description = "language = de";
        of.slice.where = "language = 'de'";
        of.slice.rows.resize(100);
        of.slice.rate = 0.3;
        of.slice.lift = 3;
        return of;
    };
    const auto advised = [&](const SliceMarks& of) {
        evidence.slices = {of};
        return advise(evidence).at(0);
    };
    CHECK(advised(slice({0.2, 0.3, 0.01}, 800)).action == Action::relabel);
    CHECK(advised(slice({0.02, 0.3, 0.01}, 30)).action == Action::label);
    CHECK(advised(slice({0.02, 0.3, 0.01}, 400)).action == Action::label);
    CHECK(advised(slice({0.02, 0.3, 0.2}, 800)).action == Action::collect);
    CHECK(advised(slice({0.02, 0.6, 0.01}, 800)).action == Action::guideline);
    CHECK(advised(slice({0.02, 0.3, 0.01}, 800)).action == Action::look);
    auto falling = slice({0.02, 0.3, 0.01}, 800);
    falling.gain = Expected{0.02, {0.01, 0.03}};
    const auto label = advised(falling);
    CHECK(label.action == Action::label);
    CHECK(label.gain->error == Approx(0.02));
    CHECK_THAT(
        label.advice, Catch::Contains("label 200 more") && Catch::Contains("language = 'de'")
    );
    const auto collect = advised(slice({0.02, 0.3, 0.2}, 800));
    CHECK_THAT(collect.advice, Catch::Contains("source 'news'"));

    evidence.slices.clear();
    evidence.confused = {{"net", "libs", 20, 0.25, 0.12}, {"doc", "libs", 1, 0.02, 0}};
    evidence.suspects = 7;
    evidence.alike_otherwise = 2;
    evidence.gain = Expected{0.01, {-0.001, 0.02}};
    const auto all = advise(evidence);
    REQUIRE(all.size() == 4);
    CHECK(all[0].action == Action::guideline);
    CHECK_THAT(all[0].finding, Catch::Contains("25.0 % of class 'net' are taken for 'libs', and"));
    CHECK(all[1].action == Action::relabel);
    CHECK(all[2].action == Action::relabel);
    CHECK(all[3].action == Action::label);
}

TEST_CASE("a class with few labels is told of, with records like it", "[training][advice]") {
    Evidence evidence;
    evidence.labels = 200;
    const auto about = [&](std::size_t support, std::size_t missed, std::size_t learnt) {
        ClassMarks marks{.name = "chrono", .support = support, .missed = missed};
        marks.learnt = learnt;
        marks.alone = true;
        marks.keys = {"k1", "k2"};
        evidence.classes = {marks};
        return advise(evidence);
    };
    const auto hardly = about(1, 1, 5);
    REQUIRE(hardly.size() == 1);
    CHECK(hardly[0].action == Action::label);
    CHECK(hardly[0].finding == "'chrono' has 5 training rows; 1 of its 1 judged ones are missed");
    CHECK(hardly[0].like == std::vector<std::string>{"k1", "k2"});
    CHECK(about(0, 0, 1).size() == 1);
    CHECK(about(5, 1, 5).empty());      // few, and yet it is found
    const auto few = about(20, 5, 30);  // enough to be judged, and a quarter missed
    REQUIRE(few.size() == 1);
    CHECK(few[0].action == Action::label);
    CHECK(few[0].like.size() == 2);
    CHECK(about(20, 5, 300).empty());  // which it is confused with says more
}
