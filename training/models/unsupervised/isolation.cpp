// Isolation forest (Liu, Ting and Zhou 2008): trees of random cuts on small samples; what lies far
// from the rest is alone after few. Each cut is of a column that varies in its node, so that rows
// of texts, where most columns are empty, are cut as well as dense ones. Trees are grown by their
// number, not by who grows them.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/models/models.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/numeric/products.hpp"

namespace training {

namespace {

constexpr std::uint32_t leaf = 0xFFFFFFFFU;
constexpr double odd_from = 0.6;  // scores that figures() counts

// The mean depth of a search for a row that is not there, in a tree of n rows: what is left of the
// way below a leaf.
double mean_depth(std::size_t n) {
    if (n < 2) return 0;
    if (n == 2) return 1;
    const auto m = static_cast<double>(n - 1);
    return 2 * (std::log(m) + std::numbers::egamma) - 2 * m / static_cast<double>(n);
}

float cell(const Design& rows, std::size_t row, std::uint32_t column) {
    if (!rows.sparse) return rows.row_values(row)[column];
    const auto* from = rows.row_where(row);
    const auto* end = from + rows.count(row);
    const auto* at = std::lower_bound(from, end, column);
    return at != end && *at == column ? rows.row_values(row)[at - from] : 0.0F;
}

struct IsolationTree {
    std::vector<std::uint32_t> column;  // of the cut; `leaf`: none
    std::vector<float> cut;             // values below it go to the next node
    std::vector<std::uint32_t> right;   // .. others to this one; of a leaf its rows

    double depth_of(const Design& rows, std::size_t row) const {
        std::size_t at = 0;
        double depth = 0;
        while (column[at] != leaf) {
            at = cell(rows, row, column[at]) < cut[at] ? at + 1 : right[at];
            ++depth;
        }
        return depth + mean_depth(right[at]);
    }
};

class Grower {
public:
    Grower(const Design& rows, base::CounterRandom random, std::size_t deepest)
        : rows_(rows), random_(random), deepest_(deepest) {}

    IsolationTree grow(std::span<std::uint32_t> sample) {
        node(sample, 0);
        return std::move(tree_);
    }

private:
    void node(std::span<std::uint32_t> sample, std::size_t depth) {
        const auto at = tree_.column.size();
        tree_.column.push_back(leaf);
        tree_.cut.push_back(0);
        tree_.right.push_back(static_cast<std::uint32_t>(sample.size()));
        if (depth >= deepest_ || sample.size() < 2) return;
        const auto column = varying(sample);
        if (column == leaf) return;
        const auto [low, high] = range(sample, column);
        auto cut = static_cast<float>(
            static_cast<double>(low) +
            random_.unit(counter_++) * (static_cast<double>(high) - static_cast<double>(low))
        );
        if (!(cut > low)) cut = high;  // one row at least goes each way
        const auto middle = std::partition(sample.begin(), sample.end(), [&](std::uint32_t row) {
            return cell(rows_, row, column) < cut;
        });
        const auto left = static_cast<std::size_t>(middle - sample.begin());
        tree_.column[at] = column;
        tree_.cut[at] = cut;
        node(sample.first(left), depth + 1);
        tree_.right[at] = static_cast<std::uint32_t>(tree_.column.size());
        node(sample.subspan(left), depth + 1);
    }

    std::pair<float, float> range(std::span<const std::uint32_t> sample, std::uint32_t c) const {
        float low = cell(rows_, sample[0], c), high = low;
        for (auto row : sample) {
            low = std::min(low, cell(rows_, row, c));
            high = std::max(high, cell(rows_, row, c));
        }
        return {low, high};
    }

    // A column drawn among those that are not the same in all rows.
    std::uint32_t varying(std::span<const std::uint32_t> sample) {
        std::vector<std::uint32_t> columns;
        if (rows_.sparse) {
            std::set<std::uint32_t> there;
            for (auto row : sample)
                there.insert(rows_.row_where(row), rows_.row_where(row) + rows_.count(row));
            columns.assign(there.begin(), there.end());
        } else {
            columns.resize(rows_.columns);
            std::iota(columns.begin(), columns.end(), 0U);
        }
        while (!columns.empty()) {
            const auto at = random_.below(counter_++, columns.size());
            const auto [low, high] = range(sample, columns[at]);
            if (low < high) return columns[at];
            columns[at] = columns.back();
            columns.pop_back();
        }
        return leaf;
    }

    const Design& rows_;
    base::CounterRandom random_;
    std::size_t deepest_;
    std::uint64_t counter_ = 0;
    IsolationTree tree_;
};

class IsolationForest final : public Finder {
public:
    explicit IsolationForest(const Params& params)
        : count_(static_cast<std::size_t>(params.at("trees"))),
          sample_(static_cast<std::size_t>(params.at("sample"))) {}

    std::size_t width() const override { return 1; }
    std::size_t groups() const override { return 0; }
    std::vector<float> profile(std::size_t) const override { return {}; }

    std::vector<double> predict(const Design& rows, Team& team) const override {
        check_columns(rows, columns_);
        std::vector<double> out(rows.rows);
        const auto parts = parts_of(rows.rows, 0);
        const double usual = mean_depth(sample_);
        team.run(parts.count, [&](std::size_t part) {
            for (auto row = parts.begin(part); row < parts.end(part); ++row) {
                double sum = 0;
                for (const auto& tree : trees_) sum += tree.depth_of(rows, row);
                const double depth = sum / static_cast<double>(trees_.size());
                out[row] = usual > 0 ? std::exp2(-depth / usual) : 0.5;
            }
        });
        return out;
    }

    std::vector<Figure> figures(const Design& rows, std::uint64_t, Team& team) const override {
        const auto scores = predict(rows, team);
        double sum = 0, highest = 0, odd = 0;
        for (double score : scores) {
            sum += score;
            highest = std::max(highest, score);
            odd += score >= odd_from ? 1 : 0;
        }
        return {
            {"mean_score", sum / static_cast<double>(std::max<std::size_t>(1, scores.size()))},
            {"highest_score", highest},
            {"odd_rows", odd}};
    }

    void save(Writer& out) const override {
        out.put<std::uint64_t>(columns_);
        out.put<std::uint64_t>(sample_);
        out.put<std::uint64_t>(trees_.size());
        for (const auto& tree : trees_) {
            out.list(tree.column);
            out.list(tree.cut);
            out.list(tree.right);
        }
    }
    void load(Reader& in) override {
        columns_ = in.get<std::uint64_t>();
        sample_ = in.get<std::uint64_t>();
        trees_.clear();
        for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
            IsolationTree tree;
            tree.column = in.list<std::uint32_t>();
            tree.cut = in.list<float>();
            tree.right = in.list<std::uint32_t>();
            check(tree);
            trees_.push_back(std::move(tree));
        }
        if (trees_.empty()) Reader::broken();
    }

private:
    // Links go forward only, so that each way ends.
    void check(const IsolationTree& tree) const {
        const auto size = tree.column.size();
        if (size == 0 || tree.cut.size() != size || tree.right.size() != size) Reader::broken();
        for (std::size_t at = 0; at < size; ++at) {
            if (tree.column[at] == leaf) continue;
            if (tree.column[at] >= columns_ || at + 1 >= size || tree.right[at] <= at ||
                tree.right[at] >= size)
                Reader::broken();
        }
    }

    void learn(const View& train, const View&, std::size_t, const FitContext& context) override {
        const auto& rows = *train.rows;
        columns_ = rows.columns;
        sample_ = std::min(sample_, rows.rows);
        const auto deepest = static_cast<std::size_t>(
            std::ceil(std::log2(static_cast<double>(std::max<std::size_t>(2, sample_))))
        );
        trees_.assign(count_, {});
        context.team->run(count_, [&](std::size_t number) {
            if (context.stop.stop_requested()) return;
            const base::CounterRandom random(context.seed, 1000 + number);
            Grower grower(rows, base::CounterRandom(context.seed, 1'000'000 + number), deepest);
            auto sample = drawn(rows.rows, random);
            trees_[number] = grower.grow(sample);
        });
        if (context.stop.stop_requested()) throw base::Interrupted();
    }

    // Rows without repetition (Floyd's method).
    std::vector<std::uint32_t> drawn(std::size_t rows, const base::CounterRandom& random) const {
        std::set<std::uint32_t> chosen;
        for (auto i = rows - sample_; i < rows; ++i) {
            const auto one = static_cast<std::uint32_t>(random.below(i, i + 1));
            if (!chosen.insert(one).second) chosen.insert(static_cast<std::uint32_t>(i));
        }
        return {chosen.begin(), chosen.end()};
    }

    std::size_t count_;
    std::size_t sample_;
    std::size_t columns_ = 0;
    std::vector<IsolationTree> trees_;
};

}  // namespace

const ModelKind& isolation_kind() {
    static const ModelKind kind{
        .name = "isolation_forest",
        .words = "how odd a row is: how few random cuts leave it alone",
        .hyperparameters =
            {{.name = "trees",
              .words = "of the forest",
              .usual = 100,
              .whole = true,
              .at_least = 1,
              .at_most = 10000},
             {.name = "sample",
              .words = "rows of a tree",
              .usual = 256,
              .whole = true,
              .at_least = 2,
              .at_most = 1'000'000}},
        .learns = Learns::nothing,
        .finds = Finds::scores,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<IsolationForest>(params);
        }};
    return kind;
}

}  // namespace training
