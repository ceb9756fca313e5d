// All parameters lie in one vector, layer by layer, weights before bias: Adam, the artefact and the
// best epoch's copy are then one loop or one copy each. The products are kernels of our own,
// because they add in the same order whatever the number of threads (see kernels.hpp); a BLAS does
// not promise that.
//
// A batch is split into two shards, always two, whose gradients are added in order. Of processes
// that share a fit two learn a shard each and tell it to the others; all take the same step. Sparse
// rows are not written out for the first layer: it gathers, and in the way back scatters, the rows
// of its weights.
#include "training/numeric/network/network.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/models/models.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

constexpr std::size_t shards =
    2;  // of a batch; fixed, so that sums do not depend on the number of threads
constexpr std::size_t block_rows = 256;  // of a prediction

}  // namespace

struct Network::Workspace {
    std::vector<std::vector<float>> outputs;  // of each layer; [0] holds the inputs
    std::vector<std::vector<float>> errors;   // by layer output, same shapes
    std::vector<float> gradient;
    std::vector<float> work = std::vector<float>(work_floats);

    Workspace(const Network& net, std::size_t rows, bool learns) {
        for (auto size : net.sizes_) outputs.emplace_back(rows * size);
        if (!learns) return;
        errors.emplace_back();
        for (std::size_t i = 1; i < net.sizes_.size(); ++i)
            errors.emplace_back(rows * net.sizes_[i]);
        gradient.resize(net.parameters_.size());
    }
};

void Network::lay_out() {
    layers_.clear();
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < sizes_.size(); ++i) {
        Layer layer{sizes_[i], sizes_[i + 1], at, at + sizes_[i] * sizes_[i + 1]};
        at = layer.bias + layer.out;
        layers_.push_back(layer);
    }
    parameters_.assign(at, 0);
}

void Network::start(std::vector<std::size_t> sizes, bool values, std::uint64_t seed) {
    sizes_ = std::move(sizes);
    head_.start(values ? 0 : sizes_.back());
    lay_out();
    const base::CounterRandom random(seed, 1);
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
        const auto& layer = layers_[i];
        const double bound = std::sqrt(6.0 / static_cast<double>(layer.in));
        for (auto at = layer.weights; at < layer.bias; ++at)
            parameters_[at] = static_cast<float>(bound * (2 * random.unit(at) - 1));
    }
}

// Sparse rows are not written out where the first layer can gather its weights row by row.
const float* Network::forward(
    const Design& rows,
    std::span<const std::uint32_t> chosen,
    Workspace& space
) const {
    const auto& k = kernels();
    const auto count = chosen.size();
    const bool sparse = gathers(rows);
    if (!sparse) copy_rows(rows, chosen, space.outputs[0].data());
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const auto& layer = layers_[i];
        float* out = space.outputs[i + 1].data();
        const float* bias = parameters_.data() + layer.bias;
        for (std::size_t row = 0; row < count; ++row)
            std::copy_n(bias, layer.out, out + row * layer.out);
        const float* weights = parameters_.data() + layer.weights;
        if (i == 0 && sparse) {
            for (std::size_t row = 0; row < count; ++row) {
                const auto from = chosen[row];
                k.gather_rows(
                    rows.count(from),
                    rows.row_where(from),
                    rows.row_values(from),
                    weights,
                    layer.out,
                    out + row * layer.out
                );
            }
        } else {
            k.gemm(
                count,
                layer.out,
                layer.in,
                space.outputs[i].data(),
                layer.in,
                1,
                weights,
                layer.out,
                1,
                out,
                layer.out,
                true,
                space.work.data()
            );
        }
        if (i + 1 < layers_.size()) k.rectify(count * layer.out, out);
    }
    return space.outputs.back().data();
}

void Network::backward(const Design& rows, std::span<const std::uint32_t> chosen, Workspace& space)
    const {
    const auto& k = kernels();
    const auto count = chosen.size();
    for (std::size_t i = layers_.size(); i-- > 0;) {
        const auto& layer = layers_[i];
        const float* error = space.errors[i + 1].data();
        float* bias = space.gradient.data() + layer.bias;
        std::fill_n(bias, layer.out, 0.0F);
        for (std::size_t row = 0; row < count; ++row)
            k.axpy(layer.out, 1.0F, error + row * layer.out, bias);
        float* weights = space.gradient.data() + layer.weights;
        if (i == 0 && gathers(rows)) {
            std::fill_n(weights, layer.in * layer.out, 0.0F);
            for (std::size_t row = 0; row < count; ++row) {
                const auto from = chosen[row];
                k.scatter_rows(
                    rows.count(from),
                    rows.row_where(from),
                    rows.row_values(from),
                    error + row * layer.out,
                    layer.out,
                    weights
                );
            }
            break;
        }
        k.gemm(
            layer.in,
            layer.out,
            count,
            space.outputs[i].data(),
            1,
            layer.in,
            error,
            layer.out,
            1,
            weights,
            layer.out,
            false,
            space.work.data()
        );
        if (i == 0) break;
        float* below = space.errors[i].data();
        k.gemm(
            count,
            layer.in,
            layer.out,
            error,
            layer.out,
            1,
            parameters_.data() + layer.weights,
            1,
            layer.out,
            below,
            layer.in,
            false,
            space.work.data()
        );
        k.rectify_back(count * layer.in, space.outputs[i].data(), below);
    }
}

double Network::gradient(
    const View& data,
    std::span<const std::uint32_t> chosen,
    std::vector<float>& out
) const {
    Workspace space(*this, chosen.size(), true);
    forward(*data.rows, chosen, space);
    const double loss =
        head_.error(data, chosen, {}, space.outputs.back().data(), space.errors.back().data());
    backward(*data.rows, chosen, space);
    out = space.gradient;
    const auto n = static_cast<float>(chosen.size());
    for (float& g : out) g /= n;
    return loss / static_cast<double>(n);
}

double Network::mean_loss(const View& data, Team& team, Company* company) const {
    const auto blocks = (data.size() + block_rows - 1) / block_rows;
    std::vector<double> losses(blocks);
    std::vector<std::uint32_t> order(data.size());
    std::iota(order.begin(), order.end(), 0U);
    const auto parts = std::min<std::size_t>(blocks, 2 * team.threads());
    team.run(parts, [&](std::size_t part) {
        Workspace space(*this, block_rows, false);
        for (std::size_t b = part; b < blocks; b += parts) {
            if (!is_own(company, b)) continue;
            const auto chosen = std::span<const std::uint32_t>(order).subspan(
                b * block_rows, std::min(block_rows, order.size() - b * block_rows)
            );
            const float* scores = forward(*data.rows, chosen, space);
            losses[b] = head_.error(data, chosen, data.weights, scores, nullptr);
        }
    });
    sum_up(company, losses);
    return std::accumulate(losses.begin(), losses.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(1, data.size()));
}

// A step's rows in two halves.
struct Network::Steps final : Descending {
    Network& net;
    const View& train;
    const View& validation;
    Team& team;
    Company* company;
    std::vector<float> weights;
    std::vector<Workspace> spaces;

    Steps(
        Network& of,
        const View& learnt,
        const View& held_out,
        const Descent& how,
        const FitContext& context
    )
        : net(of),
          train(learnt),
          validation(held_out),
          team(*context.team),
          company(context.company),
          weights(row_weights(learnt, of.head_.values() ? 0 : of.head_.width(), how.balance)) {
        const auto shard = (how.rows_of_step(train.size()) + shards - 1) / shards;
        for (std::size_t s = 0; s < shards; ++s) spaces.emplace_back(net, shard, true);
    }

    std::vector<float>& parameters() override { return net.parameters_; }

    double learn(std::span<const std::uint32_t> chosen, std::size_t, std::vector<float*>& gradients)
        override {
        const auto half = (chosen.size() + shards - 1) / shards;
        const auto used = (chosen.size() + half - 1) / half;
        double losses[shards] = {};
        team.run(used, [&](std::size_t s) {
            if (!is_own(company, s)) return;
            auto& space = spaces[s];
            const auto mine = chosen.subspan(s * half, std::min(half, chosen.size() - s * half));
            const float* scores = net.forward(*train.rows, mine, space);
            losses[s] = net.head_.error(train, mine, weights, scores, space.errors.back().data());
            net.backward(*train.rows, mine, space);
        });
        gradients.clear();
        for (std::size_t s = 0; s < used; ++s) gradients.push_back(spaces[s].gradient.data());
        share_shards(company, gradients, net.parameters_.size(), losses);
        return std::accumulate(losses, losses + shards, 0.0);
    }

    double validation_loss() override { return net.mean_loss(validation, team, company); }
};

void Network::descend(
    const View& train,
    const View& validation,
    const Descent& how,
    const FitContext& context
) {
    if (head_.values()) head_.set_targets(train, parameters_[layers_.back().bias]);
    Steps steps(*this, train, validation, how, context);
    training::descend(steps, train.size(), validation.size() > 0, how, context);
}

PlainNetwork Network::plain() const {
    return {
        .sizes = sizes_,
        .parameters = parameters_,
        .values = head_.values(),
        .counts = head_.counts(),
        .mean = head_.mean(),
        .scale = head_.scale()};
}

std::vector<double> Network::predict(const Design& rows, Team& team) const {
    if (rows.columns != sizes_.front())
        throw base::Error("model", "its features do not fit the rows", "train the model again");
    const auto width = sizes_.back();
    std::vector<double> out(rows.rows * width);
    const auto blocks = (rows.rows + block_rows - 1) / block_rows;
    const auto parts = std::min<std::size_t>(blocks, 2 * team.threads());
    team.run(parts, [&](std::size_t part) {
        Workspace space(*this, block_rows, false);
        std::vector<std::uint32_t> chosen;
        for (std::size_t b = part; b < blocks; b += parts) {
            chosen.resize(std::min(block_rows, rows.rows - b * block_rows));
            std::iota(chosen.begin(), chosen.end(), static_cast<std::uint32_t>(b * block_rows));
            const float* scores = forward(rows, chosen, space);
            for (std::size_t i = 0; i < chosen.size(); ++i) {
                const auto line = std::span(out).subspan((b * block_rows + i) * width, width);
                std::copy_n(scores + i * width, width, line.begin());
                head_.answer(line);
            }
        }
    });
    return out;
}

void Network::save(Writer& out) const {
    out.list(std::vector<std::uint64_t>(sizes_.begin(), sizes_.end()));
    head_.save(out);
    out.list(parameters_);
}

void Network::load(Reader& in) {
    const auto sizes = in.list<std::uint64_t>();
    if (sizes.size() < 2 ||
        std::any_of(sizes.begin(), sizes.end(), [](auto s) { return s == 0 || s > (1U << 26); }))
        Reader::broken();
    sizes_.assign(sizes.begin(), sizes.end());
    head_.load(in, sizes_.back());
    auto parameters = in.list<float>();
    std::size_t wanted = 0;
    for (std::size_t i = 0; i + 1 < sizes_.size(); ++i) wanted += (sizes_[i] + 1) * sizes_[i + 1];
    if (parameters.size() != wanted) Reader::broken();
    lay_out();
    parameters_ = std::move(parameters);
}

}  // namespace training
