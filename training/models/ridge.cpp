// Two ways to one solution. Dense rows go into the normal equations (columns at most 8,192) and a
// Cholesky factorisation; sparse ones would lose their zeros by centring, so conjugate gradients
// multiply by X - 1 mean' without ever writing it down.
//
// Processes that share a fit of dense rows have a stretch of them each: means and the normal
// equations are added up, and each solves the same, from sums whose order of additions is another
// than that of one process. Conjugate gradients would make much of such a difference: there each
// process has all rows and makes some lines of each product, which are the same to the bit.
//
// Sums run over fixed chunks of 512 rows in two fixed halves, whatever the number of threads:
// floating-point addition depends on its order, and equal input must give equal bits.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/numeric/kernels.hpp"
#include "training/numeric/linear_scores.hpp"

namespace training {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t chunk =
    512;  // rows of one part of a sum; fixed, so that sums do not depend on the number of threads

// Targets as columns: the values, or -1/1 for each class; twice the probability less 1 where the
// labels are soft.
Matrix targets_of(const View& data, std::size_t outputs) {
    const auto n = static_cast<Eigen::Index>(data.size());
    if (outputs == 0) {
        Matrix out(n, 1);
        for (Eigen::Index i = 0; i < n; ++i) out(i, 0) = data.targets[static_cast<std::size_t>(i)];
        return out;
    }
    Matrix out = Matrix::Constant(n, static_cast<Eigen::Index>(outputs), -1);
    for (std::size_t row = 0; row < data.size(); ++row) {
        for_each_class(data, row, outputs, [&](std::size_t c, float share) {
            out(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(c)) +=
                2 * static_cast<double>(share);
        });
    }
    return out;
}

// Ridge regression (Hoerl and Kennard 1970) with an intercept that is not shrunk: minimises |y - Xw
// - b|^2 + l2 |w|^2, rows weighted. Dense rows by Cholesky on the centred normal equations; sparse
// rows by conjugate gradients on them. Classes are one regression each on -1/1; their scores become
// probabilities by one temperature, fitted on validation (or on training where there is none).
class Ridge final : public Model {
public:
    explicit Ridge(const Params& params) : l2_(params.at("l2")), balance_(params.at("balance")) {}

    std::vector<double> predict(const Design& rows, Team& team) const override {
        return linear_.predict(rows, team);
    }
    PlainModel plain() const override { return linear_.plain(); }
    void save(Writer& out) const override { linear_.save(out); }
    void load(Reader& in) override { linear_.load(in); }

private:
    void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) override {
        auto* company = train.rows->sparse ? nullptr : context.company;  // that shares rows
        weights_ = row_weights(train, outputs, balance_, company);
        double all = 0;
        for (std::size_t row = 0; row < train.size(); ++row) all += weight(row);
        sum_each(company, all);
        const auto y = targets_of(train, outputs);
        Eigen::RowVectorXd y_mean = Eigen::RowVectorXd::Zero(y.cols());
        for (Eigen::Index row = 0; row < y.rows(); ++row)
            y_mean += weight(static_cast<std::size_t>(row)) / all * y.row(row);
        add_up(company, y_mean);
        Eigen::VectorXd mean = column_sums(*train.rows);
        add_up(company, mean);
        mean /= all;
        const Matrix centred = y.rowwise() - y_mean;
        const Matrix w = train.rows->sparse ? iterate(*train.rows, mean, centred, context)
                                            : solve(*train.rows, mean, centred, context);
        const Eigen::RowVectorXd bias = y_mean - mean.transpose() * w;
        linear_.set(
            outputs,
            train.rows->columns,
            {w.data(), w.data() + w.size()},
            {bias.data(), bias.data() + bias.size()}
        );
        if (outputs > 0 && (!context.company || context.whole)) {
            const auto& learnt = context.company ? *context.whole : train;
            linear_.calibrate(validation.size() > 0 ? validation : learnt, *context.team);
        }
        weights_.clear();
    }

    double weight(std::size_t row) const { return static_cast<double>(weight_at(weights_, row)); }

    template <typename Numbers>
    static void add_up(Company* company, Numbers& numbers) {
        if (company)
            company->sum(std::span(numbers.data(), static_cast<std::size_t>(numbers.size())));
    }

    Eigen::VectorXd column_sums(const Design& x) const {
        Eigen::VectorXd mean = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(x.columns));
        for (std::size_t row = 0; row < x.rows; ++row) {
            const float* values = x.row_values(row);
            const auto count = x.sparse ? x.count(row) : x.columns;
            for (std::size_t i = 0; i < count; ++i) {
                mean(static_cast<Eigen::Index>(x.sparse ? x.row_where(row)[i] : i)) +=
                    weight(row) * static_cast<double>(values[i]);
            }
        }
        return mean;
    }

    // Two fixed halves, each adding up its chunks in order.
    Matrix solve(
        const Design& x,
        const Eigen::VectorXd& mean,
        const Matrix& y,
        const FitContext& context
    ) const {
        const auto d = x.columns;
        if (d > 8192)
            throw base::Error(
                "ridge",
                std::to_string(d) + " dense features are too many for it",
                "use softmax or mlp"
            );
        const auto k = static_cast<std::size_t>(y.cols());
        constexpr std::size_t halves = 2;
        std::vector<Matrix> grams(halves, Matrix::Zero(mean.size(), mean.size()));
        std::vector<Matrix> products(halves, Matrix::Zero(mean.size(), y.cols()));
        const auto chunks = (x.rows + chunk - 1) / chunk;
        context.team->run(halves, [&](std::size_t half) {
            std::vector<double> block(chunk * d);
            std::vector<double> wanted(chunk * k);
            std::vector<double> work(work_doubles);
            for (auto c = half * chunks / halves; c < (half + 1) * chunks / halves; ++c) {
                if (context.stop.stop_requested()) throw base::Interrupted();
                const auto rows = std::min(chunk, x.rows - c * chunk);
                for (std::size_t r = 0; r < rows; ++r) {
                    const auto row = c * chunk + r;
                    const double root = weights_.empty() ? 1 : std::sqrt(weight(row));
                    const float* from = x.row_values(row);
                    for (std::size_t j = 0; j < d; ++j) {
                        block[r * d + j] = root * (static_cast<double>(from[j]) -
                                                   mean(static_cast<Eigen::Index>(j)));
                    }
                    for (std::size_t j = 0; j < k; ++j)
                        wanted[r * k + j] = root * y.data()[row * k + j];
                }
                kernels().gemm_double(
                    d,
                    d,
                    rows,
                    block.data(),
                    1,
                    d,
                    block.data(),
                    d,
                    1,
                    grams[half].data(),
                    d,
                    true,
                    work.data()
                );
                kernels().gemm_double(
                    d,
                    k,
                    rows,
                    block.data(),
                    1,
                    d,
                    wanted.data(),
                    k,
                    1,
                    products[half].data(),
                    k,
                    true,
                    work.data()
                );
            }
        });
        Matrix gram = grams[0] + grams[1];
        Matrix product = products[0] + products[1];
        add_up(context.company, gram);
        add_up(context.company, product);
        // A trace of ridge even at l2 = 0 keeps collinear columns solvable.
        gram.diagonal().array() += l2_ + 1e-10 * gram.trace() / static_cast<double>(d);
        const Eigen::LDLT<Matrix> factors(gram);
        Matrix w = factors.solve(product);
        if (!w.allFinite())
            throw base::Error("ridge", "the normal equations have no finite solution", "raise l2");
        return w;
    }

    // Conjugate gradients (Hestenes and Stiefel 1952) for all targets at once, each with its own
    // step.
    Matrix iterate(
        const Design& x,
        const Eigen::VectorXd& mean,
        const Matrix& y,
        const FitContext& context
    ) const {
        constexpr std::size_t steps = 100;
        Matrix w = Matrix::Zero(mean.size(), y.cols());
        const auto by_column = transposed(x);
        Matrix rest = back(by_column, mean, y, context);
        Matrix direction = rest;
        Eigen::ArrayXd square = rest.colwise().squaredNorm();
        const Eigen::ArrayXd target = square * 1e-10;
        for (std::size_t step = 0; step < steps && (square > target).any(); ++step) {
            if (context.stop.stop_requested()) throw base::Interrupted();
            Matrix image = back(by_column, mean, times(x, mean, direction, context), context);
            image += (l2_ + 1e-9) * direction;
            const Eigen::ArrayXd curvature = direction.cwiseProduct(image).colwise().sum();
            const Eigen::ArrayXd length =
                (square > target).select(square / curvature.max(1e-300), 0.0);
            w += direction * length.matrix().asDiagonal();
            rest -= image * length.matrix().asDiagonal();
            const Eigen::ArrayXd next = rest.colwise().squaredNorm();
            const Eigen::ArrayXd turn = (square > 0).select(next / square.max(1e-300), 0.0);
            direction = rest + direction * turn.matrix().asDiagonal();
            square = next;
            if (context.progress)
                context.progress({"fit", step + 1, steps, std::sqrt(square.sum()), {}});
        }
        return w;
    }

    // Makes each line of `out` by itself, so many at once; each member of the company its stretch
    // of them.
    template <typename Make>
    static void
    each_line(Matrix& out, std::size_t at_once, const FitContext& context, const Make& make) {
        auto* company = context.company;
        const auto members = company ? company->size() : 1;
        const auto all = static_cast<std::size_t>(out.rows());
        const auto begin = [&](std::size_t member) { return stretch_begin(all, member, members); };
        const auto own = company ? company->rank() : 0;
        context.team->run((begin(own + 1) - begin(own) + at_once - 1) / at_once, [&](auto part) {
            const auto from = begin(own) + part * at_once;
            for (auto line = from; line < std::min(begin(own + 1), from + at_once); ++line)
                make(line);
        });
        const auto width = static_cast<std::size_t>(out.cols());
        for (std::size_t member = 0; company && member < members; ++member)
            tell_all(
                company,
                std::span(
                    out.data() + begin(member) * width, (begin(member + 1) - begin(member)) * width
                ),
                member
            );
    }

    // (X - 1 mean') v and (X - 1 mean')' W v without leaving the sparse rows; the second by
    // columns. Each part has rows of its own, so that sums do not depend on the number of threads.
    static Matrix times(
        const Design& x,
        const Eigen::VectorXd& mean,
        const Matrix& v,
        const FitContext& context
    ) {
        Matrix out(static_cast<Eigen::Index>(x.rows), v.cols());
        const Eigen::RowVectorXd shift = -(mean.transpose() * v);
        each_line(out, chunk, context, [&](std::size_t row) {
            auto line = out.row(static_cast<Eigen::Index>(row));
            line = shift;
            for (std::size_t i = 0; i < x.count(row); ++i)
                line += static_cast<double>(x.row_values(row)[i]) * v.row(x.row_where(row)[i]);
        });
        return out;
    }
    Matrix back(
        const Design& by_column,
        const Eigen::VectorXd& mean,
        Matrix v,
        const FitContext& context
    ) const {
        if (!weights_.empty())
            for (Eigen::Index row = 0; row < v.rows(); ++row)
                v.row(row) *= weight(static_cast<std::size_t>(row));
        const Eigen::RowVectorXd sums = v.colwise().sum();
        Matrix out(mean.size(), v.cols());
        constexpr std::size_t columns = 4096;
        each_line(out, columns, context, [&](std::size_t column) {
            auto line = out.row(static_cast<Eigen::Index>(column));
            line = -mean(static_cast<Eigen::Index>(column)) * sums;
            for (std::size_t i = 0; i < by_column.count(column); ++i)
                line += static_cast<double>(by_column.row_values(column)[i]) *
                        v.row(by_column.row_where(column)[i]);
        });
        return out;
    }

    double l2_;
    double balance_;
    std::vector<float> weights_;  // of the rows, while it learns
    LinearScores linear_;
};

}  // namespace

const ModelKind& ridge_kind() {
    static const ModelKind kind{
        .name = "ridge",
        .words = "linear regression with shrunk weights",
        .hyperparameters =
            {{.name = "l2",
              .words = "how far weights are drawn to 0",
              .usual = 1,
              .low = 1e-3,
              .high = 1e3,
              .logarithmic = true,
              .grid = {0.01, 0.1, 1, 10, 100}},
             balance_parameter()},
        .soft_labels = true,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Ridge>(params);
        },
        .shares = [](const Design& rows,
                     std::size_t) { return rows.sparse ? Sharing::work : Sharing::rows; }};
    return kind;
}

}  // namespace training
