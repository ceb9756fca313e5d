// Whitening and clustering of patches.
#include "training/features/patches.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Dense>

#include "training/numeric/kernels.hpp"

namespace training {

namespace {

constexpr std::size_t patches_at_once = 2'000;
constexpr int rounds = 12;

}  // namespace

void take_patch(
    const std::uint8_t* picture,
    std::size_t width,
    std::size_t channels,
    std::size_t side,
    std::size_t x,
    std::size_t y,
    float* out
) {
    const auto row = side * channels;
    float sum = 0, square = 0;
    for (std::size_t i = 0; i < side; ++i) {
        const auto* from = picture + ((y + i) * width + x) * channels;
        for (std::size_t j = 0; j < row; ++j) {
            const auto value = static_cast<float>(from[j]);
            out[i * row + j] = value;
            sum += value;
            square += value * value;
        }
    }
    const auto n = static_cast<float>(side * row);
    const float mean = sum / n;
    const float scale = 1 / std::sqrt(std::max(0.0F, square / n - mean * mean) + 10);
    for (std::size_t i = 0; i < side * row; ++i) out[i] = (out[i] - mean) * scale;
}

void product(
    std::size_t m,
    std::size_t n,
    std::size_t k,
    const float* a,
    const float* b,
    float* c
) {
    thread_local std::vector<float> work(work_floats);
    kernels().gemm(m, n, k, a, k, 1, b, n, 1, c, n, false, work.data());
}

std::vector<float>
whitening(const std::vector<float>& rows, std::size_t n, std::vector<float>& mean) {
    const auto count = rows.size() / n;
    const auto size = static_cast<Eigen::Index>(n);
    const Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> all(
        rows.data(), static_cast<Eigen::Index>(count), size
    );
    Eigen::VectorXd centre = Eigen::VectorXd::Zero(size);
    Eigen::MatrixXd spread = Eigen::MatrixXd::Zero(size, size);
    for (Eigen::Index i = 0; i < all.rows(); ++i) centre += all.row(i).transpose().cast<double>();
    centre /= static_cast<double>(count);
    for (Eigen::Index i = 0; i < all.rows(); ++i) {
        const Eigen::VectorXd off = all.row(i).transpose().cast<double>() - centre;
        spread.selfadjointView<Eigen::Lower>().rankUpdate(off);
    }
    spread = spread.selfadjointView<Eigen::Lower>();
    spread /= static_cast<double>(count);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> parts(spread);
    const Eigen::VectorXd roots = (parts.eigenvalues().array().max(0.0) + 0.1).rsqrt();
    const Eigen::MatrixXd zca =
        parts.eigenvectors() * roots.asDiagonal() * parts.eigenvectors().transpose();
    mean.resize(n);
    std::vector<float> out(n * n);
    for (std::size_t i = 0; i < n; ++i) {
        mean[i] = static_cast<float>(centre(static_cast<Eigen::Index>(i)));
        for (std::size_t j = 0; j < n; ++j)
            out[i * n + j] =
                static_cast<float>(zca(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)));
    }
    return out;
}

// A centre that nothing is near to becomes a random patch.
std::vector<float> cluster(
    const std::vector<float>& rows,
    std::size_t n,
    std::size_t k,
    const base::CounterRandom& random,
    Team& team
) {
    const auto count = rows.size() / n;
    std::vector<float> centres(k * n);
    const auto unit = [&](float* centre) {
        double square = 0;
        for (std::size_t i = 0; i < n; ++i) square += static_cast<double>(centre[i]) * centre[i];
        const auto scale = static_cast<float>(1 / std::sqrt(std::max(1e-12, square)));
        for (std::size_t i = 0; i < n; ++i) centre[i] *= scale;
    };
    for (std::size_t c = 0; c < k; ++c) {
        const auto row = random.below(c, count);
        std::copy_n(rows.data() + row * n, n, centres.data() + c * n);
        unit(centres.data() + c * n);
    }
    const auto chunks = (count + patches_at_once - 1) / patches_at_once;
    for (int round = 0; round < rounds; ++round) {
        std::vector<std::vector<float>> sums(chunks);
        std::vector<float> turned(n * k);
        for (std::size_t c = 0; c < k; ++c)
            for (std::size_t i = 0; i < n; ++i) turned[i * k + c] = centres[c * n + i];
        team.run(chunks, [&](std::size_t chunk) {
            const auto first = chunk * patches_at_once;
            const auto some = std::min(patches_at_once, count - first);
            std::vector<float> near(some * k);
            product(some, k, n, rows.data() + first * n, turned.data(), near.data());
            auto& sum = sums[chunk];
            sum.assign(k * n, 0);
            for (std::size_t row = 0; row < some; ++row) {
                const auto* line = near.data() + row * k;
                const auto best = static_cast<std::size_t>(std::max_element(line, line + k) - line);
                const auto* from = rows.data() + (first + row) * n;
                for (std::size_t i = 0; i < n; ++i) sum[best * n + i] += line[best] * from[i];
            }
        });
        std::fill(centres.begin(), centres.end(), 0.0F);
        for (const auto& sum : sums)
            for (std::size_t i = 0; i < centres.size(); ++i) centres[i] += sum[i];
        for (std::size_t c = 0; c < k; ++c) {
            auto* centre = centres.data() + c * n;
            if (std::all_of(centre, centre + n, [](float v) { return v == 0; }))
                std::copy_n(
                    rows.data() +
                        random.below(static_cast<std::uint64_t>(round + 2) * k + c, count) * n,
                    n,
                    centre
                );
            unit(centre);
        }
    }
    return centres;
}

}  // namespace training
