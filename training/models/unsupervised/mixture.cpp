// A mixture of normal distributions by expectation and maximisation (Dempster, Laird and Rubin
// 1977), from the clusters of k-means. Densities are logarithms throughout, and only shares of a
// row are exponentials; each covariance has a little added to its diagonal, so that a cluster of
// alike rows does not fall together to a point.
//
// Responsibilities are kept for all rows; sums over rows go part by part, in double precision.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>
#include <Eigen/Cholesky>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/models/unsupervised/lloyd.hpp"

namespace training {

namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FloatRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t rows_at_once = 256;
constexpr std::size_t most_full_columns = 512;

Eigen::Index index(std::size_t value) {
    return static_cast<Eigen::Index>(value);
}

class Mixture final : public Finder {
public:
    explicit Mixture(const Params& params)
        : k_(static_cast<std::size_t>(params.at("k"))),
          full_(params.at("full") != 0),
          floor_(params.at("floor")),
          rounds_(static_cast<std::size_t>(params.at("rounds"))),
          tolerance_(params.at("tolerance")) {}

    std::size_t width() const override { return k_; }
    std::size_t groups() const override { return k_; }

    std::vector<double> predict(const Design& rows, Team& team) const override {
        check_columns(rows, columns_);
        std::vector<double> out(rows.rows * k_);
        expect(rows, out, team);
        return out;
    }

    std::vector<Figure> figures(const Design& rows, std::uint64_t, Team& team) const override {
        check_columns(rows, columns_);
        std::vector<double> shares(rows.rows * k_);
        const double mean = expect(rows, shares, team);
        const double twice = -2 * mean * static_cast<double>(rows.rows);
        return {
            {"log_likelihood", mean},
            {"bic", twice + parameters() * std::log(static_cast<double>(rows.rows))},
            {"aic", twice + 2 * parameters()}};
    }

    std::optional<double> cost(const Design& rows, std::uint64_t seed, Team& team) const override {
        return figures(rows, seed, team)[1].value;
    }

    // Where the mean lies off that of all, in deviations of the component.
    std::vector<float> profile(std::size_t group) const override {
        const auto d = index(columns_);
        Eigen::RowVectorXd middle = Eigen::RowVectorXd::Zero(d);
        for (std::size_t j = 0; j < k_; ++j) middle += weights_[j] * means_.row(index(j));
        std::vector<float> out;
        for (Eigen::Index c = 0; c < d; ++c)
            out.push_back(static_cast<float>(means_(index(group), c) - middle(c)));
        return out;
    }

    void save(Writer& out) const override {
        out.put<std::uint64_t>(k_);
        out.put<std::uint64_t>(columns_);
        out.put<std::uint8_t>(full_);
        out.list(weights_);
        out.list(std::vector<double>(means_.data(), means_.data() + means_.size()));
        for (const auto& factor : factors_)
            out.list(std::vector<double>(factor.data(), factor.data() + factor.size()));
    }

    void load(Reader& in) override {
        k_ = in.get<std::uint64_t>();
        columns_ = in.get<std::uint64_t>();
        full_ = in.get<std::uint8_t>() != 0;
        weights_ = in.list<double>();
        const auto means = in.list<double>();
        if (k_ == 0 || weights_.size() != k_ || means.size() / k_ != columns_ ||
            means.size() % k_ != 0)
            Reader::broken();
        means_ = Eigen::Map<const Rows>(means.data(), index(k_), index(columns_));
        factors_.clear();
        for (std::size_t j = 0; j < k_; ++j) {
            const auto values = in.list<double>();
            const auto lines = full_ ? columns_ : 1;
            if (values.size() != lines * columns_) Reader::broken();
            factors_.push_back(Eigen::Map<const Rows>(values.data(), index(lines), index(columns_))
            );
        }
        measure();
    }

private:
    double parameters() const {
        const auto d = static_cast<double>(columns_);
        const auto k = static_cast<double>(k_);
        return k * (full_ ? d * (d + 1) / 2 : d) + k * d + k - 1;
    }

    void learn(const View& train, const View&, std::size_t, const FitContext& context) override {
        const auto& rows = *train.rows;
        columns_ = rows.columns;
        if (full_ && columns_ > most_full_columns)
            throw base::Error(
                "mixture",
                fmt::format("{} columns are too many for full covariances", columns_),
                fmt::format("use --param full=0, or {} columns at most", most_full_columns)
            );
        LloydSpec first;
        first.k = k_;
        first.starts = 1;
        const auto clusters = lloyd(rows, first, context.seed, *context.team, context.stop);
        std::vector<double> shares(rows.rows * k_);
        for (std::size_t row = 0; row < rows.rows; ++row)
            shares[row * k_ + clusters.labels[row]] = 1;
        double before = -std::numeric_limits<double>::infinity();
        for (std::size_t round = 0; round < rounds_; ++round) {
            maximise(rows, shares, context);
            const double now = expect(rows, shares, *context.team);
            if (context.stop.stop_requested()) throw base::Interrupted();
            if (context.progress) context.progress({"fit", round + 1, rounds_, -now, {}});
            if (std::abs(now - before) < tolerance_) break;
            before = now;
        }
    }

    // Blocks of rows as doubles: see(first row, block).
    template <typename See>
    static void each_block(const Design& rows, std::size_t begin, std::size_t end, const See& see) {
        for (auto from = begin; from < end; from += rows_at_once) {
            const auto many = std::min(rows_at_once, end - from);
            const Eigen::Map<const FloatRows> block(
                rows.row_values(from), index(many), index(rows.columns)
            );
            see(from, Rows(block.cast<double>()));
        }
    }

    // Shares of the components in each row; returns the mean log-likelihood.
    double expect(const Design& rows, std::vector<double>& shares, Team& team) const {
        const auto parts = parts_of(rows.rows, 0);
        std::vector<double> sums(parts.count);
        team.run(parts.count, [&](std::size_t part) {
            each_block(
                rows,
                parts.begin(part),
                parts.end(part),
                [&](std::size_t from, const Rows& x) {
                    Rows logs(x.rows(), index(k_));
                    for (std::size_t j = 0; j < k_; ++j) logs.col(index(j)) = density(x, j);
                    for (Eigen::Index i = 0; i < x.rows(); ++i) {
                        const auto line = std::span(shares).subspan(
                            (from + static_cast<std::size_t>(i)) * k_, k_
                        );
                        for (std::size_t j = 0; j < k_; ++j) line[j] = logs(i, index(j));
                        sums[part] += softmax(line);
                    }
                }
            );
        });
        double all = 0;
        for (double sum : sums) all += sum;
        return all / static_cast<double>(std::max<std::size_t>(1, rows.rows));
    }

    // The logarithm of weight times density, for each row of a block.
    Eigen::VectorXd density(const Rows& x, std::size_t j) const {
        const auto& factor = factors_[j];
        Rows scaled;
        if (full_) {
            scaled = (x.rowwise() - means_.row(index(j))) * factor;
        } else {
            scaled = (x.rowwise() - means_.row(index(j))).array().rowwise() * factor.row(0).array();
        }
        return (-0.5 * scaled.rowwise().squaredNorm()).array() + constants_[j];
    }

    // From how much each row belongs to each component: weights, means, covariances.
    void
    maximise(const Design& rows, const std::vector<double>& shares, const FitContext& context) {
        sum_means(rows, shares, *context.team);
        const auto d = index(columns_);
        const auto lines = full_ ? d : 1;
        const auto parts =
            parts_of(rows.rows, k_ * columns_ * static_cast<std::size_t>(lines) * sizeof(double));
        std::vector<std::vector<Rows>> sums(parts.count);
        context.team->run(parts.count, [&](std::size_t part) {
            auto& own = sums[part];
            own.assign(k_, Rows::Zero(lines, d));
            if (context.stop.stop_requested()) return;
            each_block(
                rows,
                parts.begin(part),
                parts.end(part),
                [&](std::size_t from, const Rows& x) {
                    const Eigen::Map<const Rows> share(
                        shares.data() + from * k_, x.rows(), index(k_)
                    );
                    for (std::size_t j = 0; j < k_; ++j) {
                        const Rows off = x.rowwise() - means_.row(index(j));
                        if (full_) {
                            const Rows weighed =
                                off.array().colwise() * share.col(index(j)).array();
                            own[j].noalias() += weighed.transpose() * off;
                        } else {
                            own[j].row(0) +=
                                share.col(index(j)).transpose() * off.array().square().matrix();
                        }
                    }
                }
            );
        });
        factors_.assign(k_, Rows());
        for (std::size_t j = 0; j < k_; ++j) {
            Rows covariance = Rows::Zero(lines, d);
            for (const auto& own : sums) covariance += own[j];
            covariance /= counts_[j];
            factors_[j] = full_ ? factor_of(covariance, j)
                                : Rows((covariance.array() + floor_).rsqrt().matrix());
        }
        measure();
    }

    // The inverse of the Cholesky factor, transposed: rows times it have covariance 1.
    Rows factor_of(Rows covariance, std::size_t j) const {
        covariance.diagonal().array() += floor_;
        const Eigen::LLT<Eigen::MatrixXd> cholesky{Eigen::MatrixXd(covariance)};
        if (cholesky.info() != Eigen::Success)
            throw base::Error(
                "mixture",
                fmt::format("the covariance of component {} is singular", j + 1),
                "raise floor, ask for fewer components, or use --param full=0"
            );
        const Eigen::MatrixXd inverse =
            cholesky.matrixL().solve(Eigen::MatrixXd::Identity(covariance.rows(), covariance.rows())
            );
        return inverse.transpose();
    }

    void sum_means(const Design& rows, const std::vector<double>& shares, Team& team) {
        const auto parts = parts_of(rows.rows, k_ * columns_ * sizeof(double));
        std::vector<Rows> sums(parts.count);
        std::vector<Eigen::VectorXd> counts(parts.count);
        team.run(parts.count, [&](std::size_t part) {
            sums[part] = Rows::Zero(index(k_), index(columns_));
            counts[part] = Eigen::VectorXd::Zero(index(k_));
            each_block(
                rows,
                parts.begin(part),
                parts.end(part),
                [&](std::size_t from, const Rows& x) {
                    const Eigen::Map<const Rows> share(
                        shares.data() + from * k_, x.rows(), index(k_)
                    );
                    sums[part].noalias() += share.transpose() * x;
                    counts[part] += share.colwise().sum().transpose();
                }
            );
        });
        means_ = Rows::Zero(index(k_), index(columns_));
        Eigen::VectorXd all =
            Eigen::VectorXd::Constant(index(k_), 10 * std::numeric_limits<double>::epsilon());
        for (std::size_t part = 0; part < parts.count; ++part) {
            means_ += sums[part];
            all += counts[part];
        }
        counts_.assign(all.data(), all.data() + all.size());
        weights_.clear();
        for (std::size_t j = 0; j < k_; ++j) {
            means_.row(index(j)) /= counts_[j];
            weights_.push_back(counts_[j] / static_cast<double>(rows.rows));
        }
    }

    void measure() {
        constants_.clear();
        for (std::size_t j = 0; j < k_; ++j) {
            const Eigen::ArrayXd diagonal = full_ ? Eigen::ArrayXd(factors_[j].diagonal().array())
                                                  : Eigen::ArrayXd(factors_[j].row(0).transpose());
            constants_.push_back(
                std::log(weights_[j]) + diagonal.log().sum() -
                0.5 * static_cast<double>(columns_) * std::log(2 * std::numbers::pi)
            );
        }
    }

    std::size_t k_;
    bool full_;
    double floor_;
    std::size_t rounds_;
    double tolerance_;
    std::size_t columns_ = 0;
    std::vector<double> weights_;
    std::vector<double> counts_;
    Rows means_;                     // k x columns
    std::vector<Rows> factors_;      // full: columns x columns; else 1 / deviation
    std::vector<double> constants_;  // what does not depend on the row
};

}  // namespace

const ModelKind& mixture_kind() {
    static const ModelKind kind{
        .name = "gaussian_mixture",
        .words = "a mixture of normal distributions, by expectation and maximisation",
        .hyperparameters =
            {{.name = "k",
              .words = "components",
              .usual = 4,
              .low = 1,
              .high = 20,
              .logarithmic = true,
              .whole = true,
              .at_least = 1,
              .at_most = 1000,
              .grid = {1, 2, 3, 4, 5, 6, 8, 10, 12, 15}},
             {.name = "full",
              .words = "1: full covariances; 0: diagonal ones",
              .usual = 1,
              .whole = true,
              .at_most = 1},
             {.name = "floor", .words = "added to each variance", .usual = 1e-6, .at_most = 1e6},
             {.name = "rounds",
              .words = "of expectation and maximisation, at most",
              .usual = 100,
              .whole = true,
              .at_least = 1,
              .at_most = 100'000},
             {.name = "tolerance",
              .words = "it ends when the mean log-likelihood rises by less",
              .usual = 1e-3,
              .at_most = 1e6}},
        .learns = Learns::nothing,
        .takes = Takes::numbers,
        .finds = Finds::memberships,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Mixture>(params);
        }};
    return kind;
}

}  // namespace training
