#include "training/numeric/near_index.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/models/model.hpp"
#include "training/numeric/products.hpp"
#include "training/semi_supervised/neighbour_graph.hpp"

using namespace training;

namespace {

// Rows about forty centres, in sixteen columns.
Design scattered(std::size_t rows, std::uint64_t seed) {
    const base::CounterRandom centres(1, 1), random(seed, 2);
    Design out;
    out.rows = rows;
    out.columns = 16;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto centre = random.below(10'000'000 + row, 40);
        for (std::size_t c = 0; c < 16; ++c)
            out.values.push_back(static_cast<float>(
                3 * centres.normal(centre * 16 + c) + random.normal(row * 16 + c)
            ));
    }
    return out;
}

// Thirty words of five hundred each, of one length.
Design words(std::size_t rows, std::uint64_t seed) {
    const base::CounterRandom random(seed, 3);
    Design out;
    out.rows = rows;
    out.columns = 500;
    out.sparse = true;
    out.starts.push_back(0);
    for (std::size_t row = 0; row < rows; ++row) {
        const auto topic = random.below(row, 10);
        std::set<std::uint32_t> met;
        for (std::size_t w = 0; w < 30; ++w) {
            const auto at = 1'000'000 + row * 64 + w * 2;
            met.insert(static_cast<std::uint32_t>(
                random.unit(at) < 0.5 ? topic * 50 + random.below(at + 1, 50)
                                      : random.below(at + 1, 500)
            ));
        }
        for (auto column : met) {
            out.where.push_back(column);
            out.values.push_back(1 / std::sqrt(static_cast<float>(met.size())));
        }
        out.starts.push_back(out.values.size());
    }
    return out;
}

// The share of the true nearest ten that are found.
double recall(const NearIndex& index, const Design& rows, const Design& asked) {
    constexpr std::size_t k = 10;
    std::vector<float> away(rows.rows);
    const RowDistances distances(rows);
    std::size_t right = 0;
    for (std::size_t row = 0; row < asked.rows; ++row) {
        distances.between(asked, row, 1, away.data());
        std::vector<std::uint32_t> order(rows.rows);
        for (std::uint32_t i = 0; i < rows.rows; ++i) order[i] = i;
        std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](auto a, auto b) {
            return away[a] != away[b] ? away[a] < away[b] : a < b;
        });
        const std::set<std::uint32_t> truth(order.begin(), order.begin() + k);
        for (const auto& one : index.nearest(asked, row, k)) right += truth.count(one.row);
    }
    return static_cast<double>(right) / static_cast<double>(asked.rows * k);
}

std::string saved(const NearIndex& index) {
    Writer out;
    index.save(out);
    return out.take();
}

}  // namespace

TEST_CASE("an index finds nearly all of the nearest", "[training][neighbours]") {
    const auto rows = scattered(6000, 1), asked = scattered(200, 2);
    const NearIndex index(rows);
    CHECK(recall(index, rows, asked) > 0.98);
    const auto texts = words(3000, 1), other = words(100, 2);
    const NearIndex of_texts(texts);
    // Of rows of one length the nearest by angle are the nearest by distance.
    CHECK(recall(of_texts, texts, other) > 0.95);
    const auto near = index.nearest(rows, 17, 3);
    CHECK(near.front().row == 17);
    CHECK(near.front().distance == 0);
    CHECK(std::is_sorted(near.begin(), near.end()));
}

TEST_CASE("an index is the same each time, and as it was saved", "[training][neighbours]") {
    const auto rows = scattered(1500, 1);
    const NearIndex index(rows);
    const auto bytes = saved(index);
    CHECK(saved(NearIndex(rows)) == bytes);
    Reader in(bytes);
    const NearIndex again(rows, in);
    CHECK(in.done());
    CHECK(saved(again) == bytes);
    for (std::size_t row = 0; row < 50; ++row) {
        const auto a = index.nearest(rows, row, 5), b = again.nearest(rows, row, 5);
        REQUIRE(a.size() == b.size());
        for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i].row == b[i].row);
    }
}

TEST_CASE("a saved index that does not fit its rows is refused", "[training][neighbours]") {
    const auto rows = scattered(300, 1);
    const auto bytes = saved(NearIndex(rows));
    const auto read = [](const Design& of, std::string_view from) {
        Reader in(from);
        NearIndex(of, in);
    };
    CHECK_NOTHROW(read(rows, bytes));
    CHECK_THROWS_AS(read(scattered(299, 1), bytes), base::Error);
    CHECK_THROWS_AS(read(rows, bytes.substr(0, bytes.size() / 2)), base::Error);
    auto wrong = bytes;
    // The last link leads to a row that is not there.
    std::fill(wrong.end() - 4, wrong.end(), '\x7f');
    CHECK_THROWS_AS(read(rows, wrong), base::Error);
}

TEST_CASE("an index of odd rows answers", "[training][neighbours]") {
    Design none;
    none.columns = 2;
    CHECK(NearIndex(none).nearest(scattered(1, 1), 0, 3).empty());
    Design alike;
    alike.rows = 500;
    alike.columns = 2;
    alike.values.assign(1000, 4);
    const auto found = NearIndex(alike).nearest(alike, 3, 10);
    CHECK(found.size() == 10);
    CHECK(found.back().distance == 0);
    CHECK(NearIndex(alike).nearest(alike, 3, 1000).size() <= 500);
    std::stop_source source;
    source.request_stop();
    CHECK_THROWS_AS(NearIndex(alike, source.get_token()), base::Interrupted);
}

TEST_CASE("k-NN by its index says nearly what it says exactly", "[training][neighbours]") {
    const auto rows = scattered(4000, 1), asked = scattered(300, 2);
    std::vector<double> targets;
    for (std::size_t row = 0; row < rows.rows; ++row)
        targets.push_back(static_cast<double>(rows.row_values(row)[0]));
    Team team(2);
    const auto learnt = [&](double exact_up_to) {
        auto model = make_model("knn", {{"exact_up_to", exact_up_to}});
        model->fit({&rows, {}, targets}, {}, 0, {1, {}, {}, &team});
        return model;
    };
    const auto nearly = learnt(3999);
    const auto said = nearly->predict(asked, team);
    const auto truth = learnt(4000)->predict(asked, team);
    std::size_t same = 0;
    for (std::size_t row = 0; row < asked.rows; ++row)
        same += std::abs(said[row] - truth[row]) < 1e-4 ? 1 : 0;
    CHECK(same > 270);
    Writer out;
    nearly->save(out);
    const auto bytes = out.take();
    Reader in(bytes);
    auto again = make_model("knn", {});
    again->load(in);
    CHECK(in.done());
    CHECK(again->predict(asked, team) == said);
}
