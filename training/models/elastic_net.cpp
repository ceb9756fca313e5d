// Lasso (Tibshirani 1996) and elastic net (Zou and Hastie 2005) by coordinate descent (Friedman et
// al. 2010): one weight at a time takes the value that is best while the others stay. The residual
// is kept up to date; columns are centred in thought only, so that sparse ones stay sparse.
//
// Processes that share a fit have a stretch of the rows each: what a weight is to become hangs on
// one sum over the rows, which they add up.
//
// The strength is said as a share of the least one at which every weight is 0, which means the same
// whatever the unit of the target.
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/numeric/linear_scores.hpp"

namespace training {

namespace {

// A column with its mean and the sum of its squares about it.
struct Column {
    std::span<const std::uint32_t> rows;  // empty: all
    std::span<const float> values;
    double mean = 0;
    double square = 0;
};

class ElasticNet final : public Model {
public:
    ElasticNet(double strength, double mix) : strength_(strength), mix_(mix) {}

    std::vector<double> predict(const Design& rows, Team& team) const override {
        return linear_.predict(rows, team);
    }
    PlainModel plain() const override { return linear_.plain(); }
    void save(Writer& out) const override { linear_.save(out); }
    void load(Reader& in) override { linear_.load(in); }

private:
    void learn(const View& train, const View&, std::size_t, const FitContext& context) override {
        weights_ = train.weights;
        company_ = context.company;
        const auto n = train.size();
        all_ = 0;
        for (std::size_t row = 0; row < n; ++row) all_ += weight(row);
        sum_each(company_, all_);
        const auto by_column = turned(*train.rows);
        const auto columns = columns_of(by_column);
        double mean = 0;
        for (std::size_t row = 0; row < n; ++row) mean += weight(row) * train.targets[row] / all_;
        sum_each(company_, mean);
        // The residual is rest + shift: what centring adds is the same for all rows.
        std::vector<double> rest;
        for (double y : train.targets) rest.push_back(y - mean);
        auto w = descend(columns, rest, context);
        double bias = mean;
        for (std::size_t j = 0; j < w.size(); ++j) bias -= w[j] * columns[j].mean;
        linear_.set(0, train.rows->columns, std::move(w), {bias});
        weights_ = {};
    }

    double weight(std::size_t row) const { return static_cast<double>(weight_at(weights_, row)); }

    static Design turned(const Design& rows) {
        if (rows.sparse) return transposed(rows);
        Design out;
        out.rows = rows.columns;
        out.columns = rows.rows;
        out.values.resize(rows.values.size());
        for (std::size_t row = 0; row < rows.rows; ++row)
            for (std::size_t j = 0; j < rows.columns; ++j)
                out.values[j * rows.rows + row] = rows.values[row * rows.columns + j];
        return out;
    }

    template <typename See>
    static void for_each(const Column& column, const See& see) {
        for (std::size_t i = 0; i < column.values.size(); ++i)
            see(column.rows.empty() ? i : column.rows[i], static_cast<double>(column.values[i]));
    }

    std::vector<Column> columns_of(const Design& by_column) const {
        std::vector<Column> out;
        for (std::size_t j = 0; j < by_column.rows; ++j) {
            Column column;
            if (by_column.sparse) column.rows = {by_column.row_where(j), by_column.count(j)};
            column.values = {
                by_column.row_values(j), by_column.sparse ? by_column.count(j) : by_column.columns};
            double square = 0;
            for_each(column, [&](std::size_t row, double x) {
                column.mean += weight(row) * x / all_;
                square += weight(row) * x * x;
            });
            sum_each(company_, column.mean, square);
            column.square = std::max(0.0, square - all_ * column.mean * column.mean);
            out.push_back(column);
        }
        return out;
    }

    // Weighted x'(rest + shift), x centred.
    double slope(const Column& column, const std::vector<double>& rest, double sum) const {
        double dot = 0;
        for_each(column, [&](std::size_t row, double x) { dot += weight(row) * x * rest[row]; });
        sum_each(company_, dot);
        return dot - column.mean * sum;
    }

    std::vector<double> descend(
        const std::vector<Column>& columns,
        std::vector<double>& rest,
        const FitContext& context
    ) const {
        constexpr std::size_t passes = 1000;
        std::vector<double> w(columns.size());
        double sum = 0;  // weighted, of rest
        double square = 0;
        for (std::size_t row = 0; row < rest.size(); ++row) {
            sum += weight(row) * rest[row];
            square += weight(row) * rest[row] * rest[row];
        }
        sum_each(company_, sum, square);
        double most = 0;
        for (const auto& column : columns)
            most = std::max(most, std::abs(slope(column, rest, sum)));
        const double penalty = strength_ * most / std::max(mix_, 1e-3);
        const double enough = 1e-9 * square;
        bool all = true;
        for (std::size_t pass = 0; pass < passes; ++pass) {
            if (context.stop.stop_requested()) throw base::Interrupted();
            double gained = 0;
            for (std::size_t j = 0; j < columns.size(); ++j) {
                const auto& column = columns[j];
                if (column.square <= 1e-12 || (!all && w[j] == 0)) continue;
                const double wanted = slope(column, rest, sum) + column.square * w[j];
                const double pulled = std::max(std::abs(wanted) - penalty * mix_, 0.0);
                const double next =
                    std::copysign(pulled, wanted) / (column.square + penalty * (1 - mix_));
                const double step = next - w[j];
                if (step == 0) continue;
                w[j] = next;
                gained = std::max(gained, step * step * column.square);
                for_each(column, [&](std::size_t row, double x) { rest[row] -= step * x; });
                sum -= step * column.mean * all_;
            }
            if (gained <= enough) {
                if (all) break;
                all = true;  // only those that are not 0 were looked at: look at all once more
            } else {
                all = false;
            }
        }
        return w;
    }

    double strength_;
    double mix_;
    double all_ = 0;
    std::span<const float> weights_;  // of the rows, while it learns
    Company* company_ = nullptr;      // that learns
    LinearScores linear_;
};

// A sum over few rows, or over those that a column of texts has, is there sooner than a message.
Sharing rows_of_net(const Design& rows, std::size_t) {
    constexpr std::size_t few = 4096;
    return rows.sparse || rows.rows < few ? Sharing::nothing : Sharing::rows;
}

const Hyperparameter& strength_parameter() {
    static const Hyperparameter strength{
        .name = "strength",
        .words = "how far weights are drawn to 0; 1: all are 0",
        .usual = 0.01,
        .low = 1e-5,
        .high = 0.5,
        .logarithmic = true,
        .grid = {1e-4, 1e-3, 1e-2, 0.1}};
    return strength;
}

}  // namespace

const ModelKind& lasso_kind() {
    static const ModelKind kind{
        .name = "lasso",
        .words = "linear regression with few weights",
        .hyperparameters = {strength_parameter()},
        .learns = Learns::values,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<ElasticNet>(params.at("strength"), 1);
        },
        .shares = rows_of_net};
    return kind;
}

const ModelKind& elastic_net_kind() {
    static const ModelKind kind{
        .name = "elastic_net",
        .words = "linear regression with few weights, alike for columns that go together",
        .hyperparameters =
            {strength_parameter(),
             {.name = "mix",
              .words = "1: lasso, 0: ridge",
              .usual = 0.5,
              .low = 0.05,
              .high = 1,
              .at_most = 1,
              .grid = {0.2, 0.5, 0.8}}},
        .learns = Learns::values,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<ElasticNet>(params.at("strength"), params.at("mix"));
        },
        .shares = rows_of_net};
    return kind;
}

}  // namespace training
