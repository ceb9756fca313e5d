// Each power iteration is one pass over the rows: a block is projected, and what it projects to is
// multiplied back into the part's sum, so that neither the projections of all rows nor the centred
// rows are ever held. The basis is made orthonormal between passes, in double precision.
#include "training/models/unsupervised/directions.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/numeric/kernels.hpp"
#include "training/numeric/products.hpp"

namespace training {

namespace {

using Basis = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::size_t projected_rows = 96;
constexpr std::size_t oversampling = 10;
constexpr int power_iterations = 6;

// Projects rows on a basis, block by block.
class Projection {
public:
    // `width`: of a line of the basis, a multiple of 8.
    Projection(
        const Design& rows,
        std::vector<float> basis,
        std::size_t width,
        const std::vector<float>& mean
    )
        : rows_(rows), basis_(std::move(basis)), width_(width), shift_(width) {
        for (std::size_t j = 0; j < width; ++j) {
            double sum = 0;
            for (std::size_t c = 0; c < rows.columns; ++c)
                sum += static_cast<double>(mean[c]) * static_cast<double>(basis_[c * width + j]);
            shift_[j] = static_cast<float>(sum);
        }
    }

    // Calls see(first row, rows, projections) for the blocks of a part.
    template <typename See>
    void each_block(std::size_t begin, std::size_t end, const See& see) const {
        std::vector<float> out(projected_rows * width_);
        const auto work = std::make_unique_for_overwrite<float[]>(work_floats);
        for (auto from = begin; from < end; from += projected_rows) {
            const auto many = std::min(projected_rows, end - from);
            if (rows_.sparse) {
                std::fill(out.begin(), out.end(), 0.0F);
                for (std::size_t i = 0; i < many; ++i)
                    kernels().gather_rows(
                        rows_.count(from + i),
                        rows_.row_where(from + i),
                        rows_.row_values(from + i),
                        basis_.data(),
                        width_,
                        out.data() + i * width_
                    );
            } else {
                kernels().gemm(
                    many,
                    width_,
                    rows_.columns,
                    rows_.row_values(from),
                    rows_.columns,
                    1,
                    basis_.data(),
                    width_,
                    1,
                    out.data(),
                    width_,
                    false,
                    work.get()
                );
            }
            for (std::size_t i = 0; i < many; ++i)
                for (std::size_t j = 0; j < width_; ++j) out[i * width_ + j] -= shift_[j];
            see(from, many, out.data(), work.get());
        }
    }

private:
    const Design& rows_;
    std::vector<float> basis_;
    std::size_t width_;
    std::vector<float> shift_;
};

class DirectionSearch {
public:
    DirectionSearch(const Design& rows, std::size_t count, bool centred, const FitContext& context)
        : rows_(rows), count_(count), context_(context), mean_(rows.columns, 0.0F) {
        if (centred) {
            const auto sums = column_sums(rows, *context.team);
            for (std::size_t c = 0; c < rows.columns; ++c)
                mean_[c] = static_cast<float>(sums[c] / static_cast<double>(rows.rows));
        }
        used_ = std::min({count + oversampling, rows.columns, rows.rows});
        width_ = (used_ + 7) / 8 * 8;
    }

    Directions find() {
        const base::CounterRandom random(context_.seed, 31);
        Basis basis(idx(rows_.columns), idx(used_));
        for (Eigen::Index i = 0; i < basis.size(); ++i)
            basis.data()[i] = random.normal(static_cast<std::uint64_t>(i));
        for (int round = 0; round <= power_iterations; ++round) {
            if (context_.stop.stop_requested()) throw base::Interrupted();
            const Basis back = round == 0 ? basis : onto_columns(basis);
            const Eigen::HouseholderQR<Eigen::MatrixXd> qr(back);
            basis = qr.householderQ() * Eigen::MatrixXd::Identity(back.rows(), back.cols());
            if (context_.progress)
                context_.progress(
                    {"fit",
                     static_cast<std::size_t>(round),
                     static_cast<std::size_t>(power_iterations),
                     0,
                     {}}
                );
        }
        return ritz(basis);
    }

private:
    static Eigen::Index idx(std::size_t value) { return static_cast<Eigen::Index>(value); }

    std::vector<float> floats_of(const Basis& basis) const {
        std::vector<float> out(rows_.columns * width_);
        for (std::size_t c = 0; c < rows_.columns; ++c)
            for (std::size_t j = 0; j < used_; ++j)
                out[c * width_ + j] = static_cast<float>(basis(idx(c), idx(j)));
        return out;
    }

    // X' X basis, X less its mean.
    Basis onto_columns(const Basis& basis) {
        const Projection projection(rows_, floats_of(basis), width_, mean_);
        const auto d = rows_.columns;
        const auto parts = parts_of(rows_.rows, d * width_ * sizeof(float));
        std::vector<std::vector<float>> sums(parts.count);
        std::vector<std::vector<double>> totals(parts.count);
        context_.team->run(parts.count, [&](std::size_t part) {
            auto& own = sums[part];
            own.assign(d * width_, 0);
            totals[part].assign(width_, 0);
            if (context_.stop.stop_requested()) return;
            projection.each_block(
                parts.begin(part),
                parts.end(part),
                [&](std::size_t from, std::size_t many, const float* y, float* work) {
                    for (std::size_t i = 0; i < many; ++i)
                        for (std::size_t j = 0; j < width_; ++j)
                            totals[part][j] += static_cast<double>(y[i * width_ + j]);
                    add_back(from, many, y, own.data(), work);
                }
            );
        });
        Basis out = Basis::Zero(idx(d), idx(used_));
        for (std::size_t part = 0; part < parts.count; ++part)
            for (std::size_t c = 0; c < d; ++c)
                for (std::size_t j = 0; j < used_; ++j)
                    out(idx(c), idx(j)) += static_cast<double>(sums[part][c * width_ + j]) -
                                           static_cast<double>(mean_[c]) * totals[part][j];
        return out;
    }

    void add_back(std::size_t from, std::size_t many, const float* y, float* own, float* work)
        const {
        if (!rows_.sparse) {
            kernels().gemm(
                rows_.columns,
                width_,
                many,
                rows_.row_values(from),
                1,
                rows_.columns,
                y,
                width_,
                1,
                own,
                width_,
                true,
                work
            );
            return;
        }
        for (std::size_t i = 0; i < many; ++i)
            kernels().scatter_rows(
                rows_.count(from + i),
                rows_.row_where(from + i),
                rows_.row_values(from + i),
                y + i * width_,
                width_,
                own
            );
    }

    // The best directions within the basis.
    Directions ritz(const Basis& basis) {
        const Projection projection(rows_, floats_of(basis), width_, mean_);
        const auto parts = parts_of(rows_.rows, used_ * used_ * sizeof(double));
        std::vector<Eigen::MatrixXd> sums(parts.count);
        context_.team->run(parts.count, [&](std::size_t part) {
            auto& own = sums[part];
            own.setZero(idx(used_), idx(used_));
            projection.each_block(
                parts.begin(part),
                parts.end(part),
                [&](std::size_t, std::size_t many, const float* y, float*) {
                    using Block =
                        Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
                    const Eigen::Map<const Block> block(y, idx(many), idx(width_));
                    const Eigen::MatrixXd exact = block.leftCols(idx(used_)).cast<double>();
                    own.noalias() += exact.transpose() * exact;
                }
            );
        });
        for (std::size_t part = 1; part < parts.count; ++part) sums[0] += sums[part];
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(sums[0]);
        Directions out;
        out.count = count_;
        out.columns = rows_.columns;
        out.mean = mean_;
        for (std::size_t k = 0; k < count_; ++k) {
            const auto at = idx(used_ - 1 - k);  // the greatest come last
            out.singular.push_back(std::sqrt(std::max(0.0, solver.eigenvalues()(at))));
            Eigen::VectorXd vector = basis * solver.eigenvectors().col(at);
            Eigen::Index greatest = 0;
            vector.cwiseAbs().maxCoeff(&greatest);
            if (vector(greatest) < 0) vector = -vector;
            for (double value : vector) out.vectors.push_back(static_cast<float>(value));
        }
        return out;
    }

    const Design& rows_;
    std::size_t count_;
    const FitContext& context_;
    std::vector<float> mean_;
    std::size_t used_ = 0;   // directions that are looked for
    std::size_t width_ = 0;  // those and zeros, up to a multiple of 8
};

}  // namespace

Directions
directions_of(const Design& rows, std::size_t count, bool centred, const FitContext& context) {
    const auto most = std::min(rows.rows, rows.columns);
    if (count > most)
        throw base::Error(
            "components",
            fmt::format(
                "{} rows of {} columns have no {} directions", rows.rows, rows.columns, count
            ),
            fmt::format("ask for {} at most", most)
        );
    return DirectionSearch(rows, count, centred, context).find();
}

std::vector<float> project(const Design& rows, const Directions& directions, Team& team) {
    const auto k = directions.count;
    const auto width = (k + 7) / 8 * 8;
    std::vector<float> basis(directions.columns * width);
    for (std::size_t j = 0; j < k; ++j)
        for (std::size_t c = 0; c < directions.columns; ++c)
            basis[c * width + j] = directions.vectors[j * directions.columns + c];
    const Projection projection(rows, std::move(basis), width, directions.mean);
    std::vector<float> out(rows.rows * k);
    const auto parts = parts_of(rows.rows, 0);
    team.run(parts.count, [&](std::size_t part) {
        projection.each_block(
            parts.begin(part),
            parts.end(part),
            [&](std::size_t from, std::size_t many, const float* y, float*) {
                for (std::size_t i = 0; i < many; ++i)
                    std::copy_n(y + i * width, k, out.data() + (from + i) * k);
            }
        );
    });
    return out;
}

}  // namespace training
