// How a ConvNetwork learns. A step's pictures are cut into four shards, always four, whose
// gradients are added in their order; processes that share a fit learn some of them each. What is
// random of a picture follows from its row and the epoch.
#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/models/models.hpp"
#include "training/numeric/network/adam.hpp"
#include "training/numeric/network/convnet.hpp"
#include "training/numeric/network/convnet_workspace.hpp"

namespace training {

namespace {

constexpr std::size_t conv_shards = 4;
constexpr std::size_t judged_at_once = 32;

// The picture moved by `right` and `down`, then mirrored. Values are lessened by the mean of their
// place, which does not move with them.
void moved_picture(
    const float* from,
    const PictureForm& form,
    std::ptrdiff_t right,
    std::ptrdiff_t down,
    bool mirrored,
    float* to
) {
    const auto last_x = static_cast<std::ptrdiff_t>(form.width) - 1;
    const auto last_y = static_cast<std::ptrdiff_t>(form.height) - 1;
    const auto* means = form.means.empty() ? nullptr : form.means.data();
    std::size_t at = 0;
    for (std::ptrdiff_t y = 0; y <= last_y; ++y)
        for (std::ptrdiff_t x = 0; x <= last_x; ++x) {
            const auto column = std::clamp((mirrored ? last_x - x : x) - right, {}, last_x);
            const auto line = std::clamp(y - down, {}, last_y);
            const auto source = static_cast<std::size_t>(line * (last_x + 1) + column);
            for (std::size_t c = 0; c < form.channels; ++c, ++at) {
                const auto place = source * form.channels + c;
                to[at] = from[place];
                if (means) to[at] += means[place] - means[at];
            }
        }
}

}  // namespace

double ConvSizes::bytes_to_learn(std::size_t batch) const {
    const auto all = static_cast<double>(parameters());
    double numbers = static_cast<double>(height * width * channels);
    double largest = numbers;
    const auto made = conv_blocks();
    for (const auto& block : made) {
        numbers += 2 * static_cast<double>(block.outputs());
        largest = std::max(largest, static_cast<double>(block.inputs()));
    }
    numbers += static_cast<double>(flat() + 2 * hidden + 2 * outputs);
    // Parameters, the best of them, two moments, and a gradient for each shard.
    return 4 * (all * (4 + conv_shards) + static_cast<double>(batch + conv_shards) * numbers +
                conv_shards * (static_cast<double>(ConvRoom::floats(made)) + 2 * largest));
}

double ConvNetwork::mean_loss(const View& data, const FitContext& context) const {
    const auto blocks = (data.size() + judged_at_once - 1) / judged_at_once;
    std::vector<double> losses(blocks);
    std::vector<std::uint32_t> order(data.size());
    std::iota(order.begin(), order.end(), 0U);
    const auto parts = std::min<std::size_t>(blocks, 2 * context.team->threads());
    context.team->run(parts, [&](std::size_t part) {
        Workspace space(*this, judged_at_once, false);
        for (std::size_t b = part; b < blocks; b += parts) {
            if (!is_own(context.company, b)) continue;
            const auto chosen = std::span<const std::uint32_t>(order).subspan(
                b * judged_at_once, std::min(judged_at_once, order.size() - b * judged_at_once)
            );
            const float* scores = scores_of(*data.rows, chosen, space, context.stop);
            losses[b] = head_.error(data, chosen, data.weights, scores, nullptr);
        }
    });
    sum_up(context.company, losses);
    return std::accumulate(losses.begin(), losses.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(1, data.size()));
}

double ConvNetwork::gradient(
    const View& data,
    std::span<const std::uint32_t> chosen,
    std::vector<float>& out
) {
    turn_weights();
    Workspace space(*this, chosen.size(), true);
    copy_rows(*data.rows, chosen, space.pixels.data());
    const float* scores = scores_of(*data.rows, chosen, space, {});
    const double loss = head_.error(data, chosen, {}, scores, space.score_error.data());
    backward(chosen.size(), space, {});
    out = space.gradient;
    const auto n = static_cast<float>(chosen.size());
    for (float& g : out) g /= n;
    return loss / static_cast<double>(n);
}

struct ConvNetwork::Steps final : Descending {
    ConvNetwork& net;
    const View& train;
    const View& validation;
    const Learning& how;
    const FitContext& context;
    std::vector<float> weights;
    std::vector<Workspace> spaces;

    Steps(
        ConvNetwork& of,
        const View& learnt,
        const View& held_out,
        const Learning& learning,
        const FitContext& given
    )
        : net(of),
          train(learnt),
          validation(held_out),
          how(learning),
          context(given),
          weights(row_weights(learnt, of.sizes_.outputs, learning.descent.balance)) {
        const auto batch = how.descent.rows_of_step(train.size());
        const auto shard = (batch + conv_shards - 1) / conv_shards;
        for (std::size_t s = 0; s < conv_shards; ++s) spaces.emplace_back(net, shard, true);
    }

    std::vector<float>& parameters() override { return net.parameters_; }

    double learn(
        std::span<const std::uint32_t> chosen,
        std::size_t epoch,
        std::vector<float*>& gradients
    ) override {
        net.turn_weights();
        const auto each = (chosen.size() + conv_shards - 1) / conv_shards;
        const auto used = (chosen.size() + each - 1) / each;
        double losses[conv_shards] = {};
        context.team->run(used, [&](std::size_t s) {
            if (!is_own(context.company, s)) return;
            losses[s] = learn_shard(
                chosen.subspan(s * each, std::min(each, chosen.size() - s * each)), epoch, spaces[s]
            );
        });
        gradients.clear();
        for (std::size_t s = 0; s < used; ++s) gradients.push_back(spaces[s].gradient.data());
        share_shards(context.company, gradients, net.parameters_.size(), losses);
        return std::accumulate(losses, losses + conv_shards, 0.0);
    }

    double learn_shard(std::span<const std::uint32_t> mine, std::size_t epoch, Workspace& space)
        const {
        const auto& form = train.rows->picture;
        const auto shift = how.augmentation.shift;
        const base::CounterRandom random(context.seed, 1'000'000 + epoch);
        for (std::size_t i = 0; i < mine.size(); ++i) {
            if (context.stop.stop_requested()) throw base::Interrupted();
            const auto at = 3 * std::uint64_t{mine[i]};
            const auto step = [&](std::uint64_t counter) {
                return static_cast<std::ptrdiff_t>(random.below(counter, 2 * shift + 1)) -
                       static_cast<std::ptrdiff_t>(shift);
            };
            auto* picture = space.pixels.data() + i * form.values();
            moved_picture(
                train.rows->row_values(mine[i]),
                form,
                step(at),
                step(at + 1),
                how.augmentation.mirrored && random.unit(at + 2) < 0.5,
                picture
            );
            net.see(picture, i, space);
        }
        space.dropout = {how.dropout, {context.seed, 2'000'000 + epoch}, mine};
        const float* scores = net.forward(mine.size(), space);
        const double loss = net.head_.error(train, mine, weights, scores, space.score_error.data());
        net.backward(mine.size(), space, context.stop);
        return loss;
    }

    double validation_loss() override {
        net.turn_weights();
        return net.mean_loss(validation, context);
    }
};

void ConvNetwork::descend(
    const View& train,
    const View& validation,
    const Learning& how,
    const FitContext& context
) {
    check_rows(*train.rows);
    if (validation.size() > 0) check_rows(*validation.rows);
    if (head_.values()) head_.set_targets(train, parameters_[layers_.back().bias]);
    Steps steps(*this, train, validation, how, context);
    training::descend(steps, train.size(), validation.size() > 0, how.descent, context);
    turn_weights();
}

}  // namespace training
