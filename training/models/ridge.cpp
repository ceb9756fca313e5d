// Two ways to one solution. Dense rows go into the normal equations (columns at most 8,192) and a
// Cholesky factorisation; sparse ones would lose their zeros by centring, so conjugate gradients
// multiply by X - 1 mean' without ever writing it down.
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

namespace training::detail {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t chunk =
    512;  // rows of one part of a sum; fixed, so that sums do not depend on the number of threads

// Targets as columns: the values, or -1/1 for each class.
Matrix targets_of(const View& data, std::size_t outputs) {
    const auto n = static_cast<Eigen::Index>(data.size());
    if (outputs == 0) {
        Matrix out(n, 1);
        for (Eigen::Index i = 0; i < n; ++i) out(i, 0) = data.targets[static_cast<std::size_t>(i)];
        return out;
    }
    Matrix out = Matrix::Constant(n, static_cast<Eigen::Index>(outputs), -1);
    for (Eigen::Index i = 0; i < n; ++i) out(i, data.classes[static_cast<std::size_t>(i)]) = 1;
    return out;
}

// Ridge regression (Hoerl and Kennard 1970) with an intercept that is not shrunk: minimises |y - Xw
// - b|^2 + l2 |w|^2. Dense rows by Cholesky on the centred normal equations; sparse rows by
// conjugate gradients on them. Classes are one regression each on -1/1; their scores become
// probabilities by one temperature, fitted on validation (or on training where there is none).
class Ridge final : public Model {
public:
    explicit Ridge(const Params& params) : l2_(params.at("l2")) {}

    void
    fit(const View& train, const View& validation, std::size_t outputs, const FitContext& context
    ) override {
        classes_ = outputs;
        const auto y = targets_of(train, outputs);
        const Eigen::RowVectorXd y_mean = y.colwise().mean();
        const auto mean = column_means(*train.rows);
        const Matrix centred = y.rowwise() - y_mean;
        const Matrix w = train.rows->sparse ? iterate(*train.rows, mean, centred, context)
                                            : solve(*train.rows, mean, centred, context);
        features_ = train.rows->columns;
        width_ = static_cast<std::size_t>(w.cols());
        weights_.assign(w.data(), w.data() + w.size());
        const Eigen::RowVectorXd bias = y_mean - mean.transpose() * w;
        bias_.assign(bias.data(), bias.data() + bias.size());
        temperature_ = 1;
        if (outputs > 0) calibrate(validation.size() > 0 ? validation : train, *context.team);
    }

    std::vector<double> predict(const Design& rows, Team& team) const override {
        auto out = scores(rows, team);
        if (classes_ == 0) return out;
        for (std::size_t row = 0; row < rows.rows; ++row) {
            const auto line = std::span(out).subspan(row * width_, width_);
            for (double& s : line) s *= temperature_;
            softmax(line);
        }
        return out;
    }

    void save(Writer& out) const override {
        out.put<std::uint64_t>(classes_);
        out.put<std::uint64_t>(features_);
        out.put<std::uint64_t>(width_);
        out.put(temperature_);
        out.list(weights_);
        out.list(bias_);
    }

    void load(Reader& in) override {
        classes_ = in.get<std::uint64_t>();
        features_ = in.get<std::uint64_t>();
        width_ = in.get<std::uint64_t>();
        temperature_ = in.get<double>();
        weights_ = in.list<double>();
        bias_ = in.list<double>();
        if (width_ == 0 || bias_.size() != width_ || width_ != std::max<std::uint64_t>(1, classes_))
            Reader::broken();
        if (weights_.size() / width_ != features_ || weights_.size() % width_ != 0)
            Reader::broken();
    }

private:
    static Eigen::VectorXd column_means(const Design& x) {
        Eigen::VectorXd mean = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(x.columns));
        for (std::size_t row = 0; row < x.rows; ++row) {
            const float* values = x.row_values(row);
            const auto count = x.sparse ? x.count(row) : x.columns;
            for (std::size_t i = 0; i < count; ++i) {
                mean(static_cast<Eigen::Index>(x.sparse ? x.row_where(row)[i] : i)) +=
                    static_cast<double>(values[i]);
            }
        }
        return mean / static_cast<double>(std::max<std::size_t>(1, x.rows));
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
            std::vector<double> work(work_doubles);
            for (auto c = half * chunks / halves; c < (half + 1) * chunks / halves; ++c) {
                if (context.stop.stop_requested()) throw base::Interrupted();
                const auto rows = std::min(chunk, x.rows - c * chunk);
                for (std::size_t r = 0; r < rows; ++r) {
                    const float* from = x.row_values(c * chunk + r);
                    for (std::size_t j = 0; j < d; ++j) {
                        block[r * d + j] =
                            static_cast<double>(from[j]) - mean(static_cast<Eigen::Index>(j));
                    }
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
                    y.data() + c * chunk * k,
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
        // A trace of ridge even at l2 = 0 keeps collinear columns solvable.
        gram.diagonal().array() += l2_ + 1e-10 * gram.trace() / static_cast<double>(d);
        const Eigen::LDLT<Matrix> factors(gram);
        Matrix w = factors.solve(products[0] + products[1]);
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
        Matrix rest = transposed(x, mean, y);
        Matrix direction = rest;
        Eigen::ArrayXd square = rest.colwise().squaredNorm();
        const Eigen::ArrayXd target = square * 1e-10;
        for (std::size_t step = 0; step < steps && (square > target).any(); ++step) {
            if (context.stop.stop_requested()) throw base::Interrupted();
            Matrix image = transposed(x, mean, times(x, mean, direction));
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

    // (X - 1 mean') v and (X - 1 mean')' v without leaving the sparse rows.
    static Matrix times(const Design& x, const Eigen::VectorXd& mean, const Matrix& v) {
        Matrix out(static_cast<Eigen::Index>(x.rows), v.cols());
        out.rowwise() = Eigen::RowVectorXd(-(mean.transpose() * v));
        for (std::size_t row = 0; row < x.rows; ++row) {
            auto line = out.row(static_cast<Eigen::Index>(row));
            for (std::size_t i = 0; i < x.count(row); ++i)
                line += static_cast<double>(x.row_values(row)[i]) * v.row(x.row_where(row)[i]);
        }
        return out;
    }
    static Matrix transposed(const Design& x, const Eigen::VectorXd& mean, const Matrix& v) {
        Matrix out = -mean * v.colwise().sum();
        for (std::size_t row = 0; row < x.rows; ++row) {
            const auto line = v.row(static_cast<Eigen::Index>(row));
            for (std::size_t i = 0; i < x.count(row); ++i)
                out.row(x.row_where(row)[i]) += static_cast<double>(x.row_values(row)[i]) * line;
        }
        return out;
    }

    std::vector<double> scores(const Design& rows, Team& team) const {
        if (rows.columns != features_)
            throw base::Error("model", "its features do not fit the rows", "train the model again");
        std::vector<double> out(rows.rows * width_);
        team.run((rows.rows + chunk - 1) / chunk, [&](std::size_t b) {
            const auto end = std::min(rows.rows, (b + 1) * chunk);
            for (auto row = b * chunk; row < end; ++row) {
                double* line = out.data() + row * width_;
                std::copy(bias_.begin(), bias_.end(), line);
                const float* values = rows.row_values(row);
                const auto count = rows.sparse ? rows.count(row) : rows.columns;
                for (std::size_t i = 0; i < count; ++i) {
                    const double* w =
                        weights_.data() + (rows.sparse ? rows.row_where(row)[i] : i) * width_;
                    for (std::size_t j = 0; j < width_; ++j)
                        line[j] += static_cast<double>(values[i]) * w[j];
                }
            }
        });
        return out;
    }

    // Golden-section search for the temperature with the least log-loss.
    // Temperature scaling (Guo et al. 2017, section 4.2).
    void calibrate(const View& data, Team& team) {
        const auto raw = scores(*data.rows, team);
        const auto loss = [&](double log_temperature) {
            std::vector<double> line(width_);
            double sum = 0;
            for (std::size_t row = 0; row < data.size(); ++row) {
                for (std::size_t j = 0; j < width_; ++j)
                    line[j] = raw[row * width_ + j] * std::exp(log_temperature);
                const double chosen = line[static_cast<std::size_t>(data.classes[row])];
                sum += softmax(line) - chosen;
            }
            return sum;
        };
        const double golden = (std::sqrt(5.0) - 1) / 2;
        double low = -3;
        double high = 5;
        double a = high - golden * (high - low);
        double b = low + golden * (high - low);
        double at_a = loss(a);
        double at_b = loss(b);
        for (int i = 0; i < 24; ++i) {
            if (at_a < at_b) {
                high = b;
                b = a;
                at_b = at_a;
                a = high - golden * (high - low);
                at_a = loss(a);
            } else {
                low = a;
                a = b;
                at_a = at_b;
                b = low + golden * (high - low);
                at_b = loss(b);
            }
        }
        temperature_ = std::exp((low + high) / 2);
    }

    double l2_;
    std::size_t classes_ = 0;
    std::size_t features_ = 0;
    std::size_t width_ = 0;
    double temperature_ = 1;
    std::vector<double> weights_;  // features_ x width_
    std::vector<double> bias_;
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
              .grid = {0.01, 0.1, 1, 10, 100}}},
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Ridge>(params);
        }};
    return kind;
}

}  // namespace training::detail
