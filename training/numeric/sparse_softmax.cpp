// For text: hundreds of thousands of columns, of which a row has a few hundred. One row at a time
// touches the weights of its own columns only; batches would touch them all. Weights stand feature
// by feature, classes padded to eight, so that a step reads and writes whole vectors.
//
// L2 is lazy: a feature that was not seen for k steps is shrunk for all k at once when it comes
// again, and at the end of each epoch for all. AdaGrad keeps one sum a feature rather than one a
// weight: rare words keep large steps, and a step does not read as many sums as weights.
#include "training/numeric/sparse_softmax.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/models/models.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

constexpr std::size_t block_rows = 512;

std::size_t padded(std::size_t classes) {
    return (classes + 7) / 8 * 8;
}

// Scores become probabilities less the truth, weighted; the padding becomes zero. Returns the loss.
double error_of(
    float* scores,
    std::size_t classes,
    std::size_t width,
    const View& data,
    std::size_t row,
    float weight
) {
    const float top = *std::max_element(scores, scores + classes);
    float chosen = 0;  // the score of the truth, or the mean of them where it is not sure
    for_each_class(data, row, classes, [&](std::size_t label, float share) {
        chosen += share * scores[label];
    });
    float sum = 0;
    for (std::size_t j = 0; j < classes; ++j) sum += scores[j] = std::exp(scores[j] - top);
    for (std::size_t j = 0; j < classes; ++j) scores[j] *= weight / sum;
    for (std::size_t j = classes; j < width; ++j) scores[j] = 0;
    for_each_class(data, row, classes, [&](std::size_t label, float share) {
        scores[label] -= weight * share;
    });
    return static_cast<double>(weight) * static_cast<double>(top + std::log(sum) - chosen);
}

}  // namespace

void SparseSoftmax::scores(const Design& rows, std::size_t row, float* out) const {
    std::copy(bias_.begin(), bias_.end(), out);
    kernels().gather_rows(
        rows.count(row), rows.row_where(row), rows.row_values(row), table_.data(), width_, out
    );
}

double SparseSoftmax::mean_loss(const View& data, Team& team) const {
    const auto blocks = (data.size() + block_rows - 1) / block_rows;
    std::vector<double> losses(blocks);
    team.run(blocks, [&](std::size_t b) {
        std::vector<float> line(width_);
        const auto end = std::min(data.size(), (b + 1) * block_rows);
        for (auto row = b * block_rows; row < end; ++row) {
            scores(*data.rows, row, line.data());
            losses[b] +=
                error_of(line.data(), classes_, width_, data, row, weight_at(data.weights, row));
        }
    });
    return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(data.size());
}

// AdaGrad (Duchi et al. 2011); the bias is a feature of its own that is always there and never
// shrunk.
void SparseSoftmax::fit(
    const View& train,
    const View& validation,
    std::size_t classes,
    const SparseDescent& how,
    const FitContext& context
) {
    const auto& rows = *train.rows;
    const auto& k = kernels();
    const auto n = train.size();
    classes_ = classes;
    width_ = padded(classes);
    features_ = rows.columns;
    table_.assign(features_ * width_, 0);
    bias_.assign(width_, 0);
    const auto weights = row_weights(train, classes, how.balance);
    const auto rate = static_cast<float>(how.rate);
    const auto l2 = static_cast<float>(how.l2);
    std::vector<float> sums(features_);
    std::vector<std::uint32_t> seen(features_);
    float bias_sum = 0;
    std::uint32_t bias_seen = 0;
    std::uint32_t now = 0;
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    std::vector<float> line(width_);
    std::vector<float> best;
    std::vector<float> best_bias;
    double least = std::numeric_limits<double>::infinity();
    int waited = 0;
    const std::uint32_t zero = 0;
    const float one = 1;
    for (std::size_t epoch = 0; epoch < how.epochs; ++epoch) {
        base::CounterRandom(context.seed, 100 + epoch).shuffle(std::span(order));
        double loss = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (i % 256 == 0 && context.stop.stop_requested()) throw base::Interrupted();
            const auto row = order[i];
            scores(rows, row, line.data());
            loss += error_of(line.data(), classes_, width_, train, row, weight_at(weights, row));
            ++now;
            k.adagrad_rows(
                rows.count(row),
                rows.row_where(row),
                rows.row_values(row),
                line.data(),
                width_,
                table_.data(),
                sums.data(),
                seen.data(),
                now,
                rate,
                l2
            );
            k.adagrad_rows(
                1,
                &zero,
                &one,
                line.data(),
                width_,
                bias_.data(),
                &bias_sum,
                &bias_seen,
                now,
                rate,
                0
            );
        }
        for (std::size_t f = 0; f < features_; ++f) {
            if (seen[f] == 0 || l2 == 0) continue;
            const float step = rate / (1e-4F + std::sqrt(sums[f]));
            const float shrink = 1 / (1 + step * l2 * static_cast<float>(now - seen[f]));
            for (std::size_t j = 0; j < width_; ++j) table_[f * width_ + j] *= shrink;
            seen[f] = now;
        }
        if (!std::isfinite(loss))
            throw base::Error("training", "the loss is no longer finite", "lower the rate");
        Progress progress{"fit", epoch + 1, how.epochs, loss / static_cast<double>(n), {}};
        bool enough = false;
        if (validation.size() > 0) {
            const double held_out = mean_loss(validation, *context.team);
            progress.validation = held_out;
            if (held_out < least) {
                least = held_out;
                best = table_;
                best_bias = bias_;
                waited = 0;
            } else {
                enough = ++waited >= 2;
            }
        }
        if (context.progress) context.progress(progress);
        if (enough) break;
    }
    if (!best.empty()) {
        table_ = std::move(best);
        bias_ = std::move(best_bias);
    }
}

std::vector<double> SparseSoftmax::predict(const Design& rows, Team& team) const {
    if (rows.columns != features_ || !rows.sparse)
        throw base::Error("model", "its features do not fit the rows", "train the model again");
    std::vector<double> out(rows.rows * classes_);
    team.run((rows.rows + block_rows - 1) / block_rows, [&](std::size_t b) {
        std::vector<float> line(width_);
        const auto end = std::min(rows.rows, (b + 1) * block_rows);
        for (auto row = b * block_rows; row < end; ++row) {
            scores(rows, row, line.data());
            const auto to = std::span(out).subspan(row * classes_, classes_);
            std::copy_n(line.begin(), classes_, to.begin());
            softmax(to);
        }
    });
    return out;
}

PlainLinear SparseSoftmax::plain() const {
    PlainLinear out;
    out.outputs = classes_;
    out.bias.assign(bias_.begin(), bias_.begin() + static_cast<std::ptrdiff_t>(classes_));
    out.weights.reserve(features_ * classes_);
    for (std::size_t f = 0; f < features_; ++f)
        for (std::size_t c = 0; c < classes_; ++c)
            out.weights.push_back(static_cast<double>(table_[f * width_ + c]));
    return out;
}

// Only the features with a weight are written, without the padding.
void SparseSoftmax::save(Writer& out) const {
    out.put<std::uint64_t>(classes_);
    out.put<std::uint64_t>(features_);
    std::vector<std::uint32_t> used;
    std::vector<float> weights;
    for (std::size_t f = 0; f < features_; ++f) {
        const auto* row = table_.data() + f * width_;
        if (std::all_of(row, row + classes_, [](float w) { return w == 0; })) continue;
        used.push_back(static_cast<std::uint32_t>(f));
        weights.insert(weights.end(), row, row + classes_);
    }
    out.list(used);
    out.list(weights);
    out.list(
        std::vector<float>(bias_.begin(), bias_.begin() + static_cast<std::ptrdiff_t>(classes_))
    );
}

void SparseSoftmax::load(Reader& in) {
    classes_ = in.get<std::uint64_t>();
    features_ = in.get<std::uint64_t>();
    const auto used = in.list<std::uint32_t>();
    const auto weights = in.list<float>();
    bias_ = in.list<float>();
    constexpr std::uint64_t most = std::uint64_t{1} << 31;
    if (classes_ == 0 || classes_ > 65536 || features_ > (1U << 26) ||
        features_ * padded(classes_) > most)
        Reader::broken();
    if (bias_.size() != classes_ || weights.size() != used.size() * classes_) Reader::broken();
    width_ = padded(classes_);
    bias_.resize(width_);
    table_.assign(features_ * width_, 0);
    for (std::size_t i = 0; i < used.size(); ++i) {
        if (used[i] >= features_) Reader::broken();
        std::copy_n(weights.data() + i * classes_, classes_, table_.data() + used[i] * width_);
    }
}

}  // namespace training
