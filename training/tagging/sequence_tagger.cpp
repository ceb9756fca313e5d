// A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001) over the tags of
// training/tagging/tokens.hpp. Which tag may follow which is no matter of learning: only such pairs
// have a weight, and no other is ever said.
//
// Learnt by AdaGrad on one text after the other: a token touches a few of the hashed features, as a
// text does in sparse_softmax.cpp, whose kernels and lazy L2 these are. Probabilities are kept from
// underflow by scaling each token's (Rabiner 1989, section V A). Texts are learnt in one order on
// one thread, so that the result is the same whatever the number of threads.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/numeric/kernels.hpp"
#include "training/tagging/sequence_tagger.hpp"
#include "training/tagging/tokens.hpp"

namespace training {

// The chain of one text: its tokens' scores, and what follows from them.
struct Chain {
    std::size_t tokens = 0, tags = 0;
    std::vector<float> line;     // of one token, padded
    std::vector<double> scores;  // tokens x tags; sum_ways() makes factors of them
    std::vector<double> ahead;   // forward, each token's scaled to a sum of 1
    std::vector<double> behind;  // backward, by the same scales
    std::vector<double> scales;  // by token
    double log_sum = 0;          // ln of the sum over all ways
};

Crf::Crf(const Params& params) : params_(params) {}
Crf::~Crf() = default;

// The allowed pairs, in order of the later tag.
void Crf::set_shape(std::size_t tags) {
    tags_ = tags;
    width_ = (tags + 7) / 8 * 8;
    steps_.clear();
    for (std::uint32_t after = 0; after < tags; ++after)
        for (std::uint32_t before = 0; before < tags; ++before)
            if (may_follow(static_cast<int>(before), static_cast<int>(after)))
                steps_.push_back({before, after});
}

namespace {

constexpr double least_share = 1e-30;  // of the best tag of a token, by its features alone

// The scores of a text's tokens by their features.
void score(
    const Design& rows,
    std::uint64_t first,
    std::uint64_t end,
    const std::vector<float>& table,
    std::size_t width,
    Chain& chain
) {
    chain.tokens = end - first;
    chain.scores.resize(chain.tokens * chain.tags);
    chain.line.resize(width);
    for (auto row = first; row < end; ++row) {
        std::fill(chain.line.begin(), chain.line.end(), 0.0F);
        kernels().gather_rows(
            rows.count(row),
            rows.row_where(row),
            rows.row_values(row),
            table.data(),
            width,
            chain.line.data()
        );
        for (std::size_t y = 0; y < chain.tags; ++y)
            chain.scores[(row - first) * chain.tags + y] = static_cast<double>(chain.line[y]);
    }
}

}  // namespace

struct Crf::Ways {
    Chain chain;
    std::vector<double> factors;  // of steps, as exp of their weights
};

// Of a descent: what AdaGrad keeps, and room.
struct Crf::Descending {
    float rate = 0, l2 = 0;
    std::vector<float> sums;
    std::vector<std::uint32_t> seen;
    std::uint32_t now = 0;
    std::vector<double> step_sums;
    Ways ways;
};

// Forward and backward over a text whose scores are there.
void Crf::sum_ways(Ways& ways) const {
    auto& [chain, factors] = ways;
    const auto n = chain.tokens, k = tags_;
    chain.ahead.assign(n * k, 0);
    chain.behind.assign(n * k, 0);
    chain.scales.assign(n, 0);
    chain.log_sum = 0;
    for (std::size_t t = 0; t < n; ++t) {
        auto* scores = chain.scores.data() + t * k;
        const double top = *std::max_element(scores, scores + k);
        for (std::size_t y = 0; y < k; ++y)
            scores[y] = std::max(std::exp(scores[y] - top), least_share);
        auto* now = chain.ahead.data() + t * k;
        if (t == 0) {
            for (std::size_t y = 0; y < k; ++y) now[y] = may_follow(-1, static_cast<int>(y));
        } else {
            const auto* last = now - k;
            for (std::size_t s = 0; s < steps_.size(); ++s)
                now[steps_[s].after] += last[steps_[s].before] * factors[s];
        }
        double sum = 0;
        for (std::size_t y = 0; y < k; ++y) {
            if (t + 1 == n && !may_follow(static_cast<int>(y), -1)) now[y] = 0;
            sum += now[y] *= scores[y];
        }
        for (std::size_t y = 0; y < k; ++y) now[y] /= sum;
        chain.scales[t] = sum;
        chain.log_sum += std::log(sum) + top;
    }
    if (n == 0) return;
    for (std::size_t y = 0; y < k; ++y)
        chain.behind[(n - 1) * k + y] = may_follow(static_cast<int>(y), -1);
    for (std::size_t t = n - 1; t > 0; --t) {
        const auto* next = chain.behind.data() + t * k;
        const auto* scores = chain.scores.data() + t * k;
        auto* now = chain.behind.data() + (t - 1) * k;
        for (std::size_t s = 0; s < steps_.size(); ++s) {
            const auto y = steps_[s].after;
            now[steps_[s].before] += factors[s] * scores[y] * next[y] / chain.scales[t];
        }
    }
}

std::vector<double> Crf::factors_of() const {
    std::vector<double> out;
    for (double weight : step_weights_) out.push_back(std::exp(weight));
    return out;
}

// ln of how probable the true tags of a text are, before score() is overwritten by sum_ways().
double Crf::truth_of(const Chain& chain, std::span<const int> truth) const {
    double sum = 0;
    for (std::size_t t = 0; t < truth.size(); ++t) {
        const auto y = static_cast<std::size_t>(truth[t]);
        sum += chain.scores[t * tags_ + y];
        if (t > 0) sum += step_weights_[step_at(truth[t - 1], truth[t])];
    }
    return sum;
}

std::size_t Crf::step_at(int before, int after) const {
    const auto found = std::lower_bound(
        steps_.begin(),
        steps_.end(),
        std::pair(after, before),
        [](const Step& step, const std::pair<int, int>& wanted) {
            return std::pair(static_cast<int>(step.after), static_cast<int>(step.before)) < wanted;
        }
    );
    if (found == steps_.end() || static_cast<int>(found->after) != after ||
        static_cast<int>(found->before) != before)
        throw base::Error("crf", "a tag follows one that it cannot follow");
    return static_cast<std::size_t>(found - steps_.begin());
}

double Crf::mean_loss(const View& data, Team& team) const {
    const auto& starts = data.rows->sequences;
    std::vector<double> losses(starts.size() - 1);
    const auto factors = factors_of();
    team.run(losses.size(), [&](std::size_t i) {
        Ways ways{{}, factors};
        ways.chain.tags = tags_;
        score(*data.rows, starts[i], starts[i + 1], table_, width_, ways.chain);
        const double truth =
            truth_of(ways.chain, data.classes.subspan(starts[i], starts[i + 1] - starts[i]));
        sum_ways(ways);
        losses[i] = ways.chain.log_sum - truth;
    });
    return std::accumulate(losses.begin(), losses.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(1, data.size()));
}

// One text: a step of its features, token by token, and of the steps' weights. Returns its loss.
double Crf::learn_text(const View& train, std::size_t text, Descending& how) {
    const auto& rows = *train.rows;
    const auto first = rows.sequences[text], end = rows.sequences[text + 1];
    auto& [chain, factors] = how.ways;
    const auto truth = train.classes.subspan(first, end - first);
    score(rows, first, end, table_, width_, chain);
    const double right = truth_of(chain, truth);
    factors = factors_of();
    sum_ways(how.ways);
    ++how.now;
    std::vector<double> slopes(steps_.size());
    for (std::size_t t = 0; t < chain.tokens; ++t) {
        const auto row = first + t;
        const auto* ahead = chain.ahead.data() + t * tags_;
        const auto* behind = chain.behind.data() + t * tags_;
        std::fill(chain.line.begin(), chain.line.end(), 0.0F);
        for (std::size_t y = 0; y < tags_; ++y)
            chain.line[y] = static_cast<float>(ahead[y] * behind[y]);
        chain.line[static_cast<std::size_t>(truth[t])] -= 1;
        kernels().adagrad_rows(
            rows.count(row),
            rows.row_where(row),
            rows.row_values(row),
            chain.line.data(),
            width_,
            table_.data(),
            how.sums.data(),
            how.seen.data(),
            how.now,
            how.rate,
            how.l2
        );
        if (t == 0) continue;
        slopes[step_at(truth[t - 1], truth[t])] -= 1;
        const auto* last = ahead - tags_;
        const auto* scores = chain.scores.data() + t * tags_;
        for (std::size_t s = 0; s < steps_.size(); ++s) {
            const auto [before, after] = steps_[s];
            slopes[s] +=
                last[before] * factors[s] * scores[after] * behind[after] / chain.scales[t];
        }
    }
    for (std::size_t s = 0; s < slopes.size(); ++s) {
        how.step_sums[s] += slopes[s] * slopes[s];
        if (slopes[s] != 0)
            step_weights_[s] -=
                static_cast<double>(how.rate) * slopes[s] / (1e-4 + std::sqrt(how.step_sums[s]));
    }
    return chain.log_sum - right;
}

// All weights and what AdaGrad keeps at their start.
void Crf::begin(std::size_t outputs, std::size_t columns, Descending& how) {
    set_shape(outputs);
    features_ = columns;
    table_.assign(features_ * width_, 0);
    step_weights_.assign(steps_.size(), 0);
    how.rate = static_cast<float>(params_.at("rate"));
    how.l2 = static_cast<float>(params_.at("l2"));
    how.sums.assign(features_, 0);
    how.seen.assign(features_, 0);
    how.step_sums.assign(steps_.size(), 0);
    how.ways.chain.tags = tags_;
}

void Crf::learn(
    const View& train,
    const View& validation,
    std::size_t outputs,
    const FitContext& context
) {
    if (outputs < 5 || (outputs - 1) % 4 != 0)
        throw base::Error("crf", "it learns spans, and these are classes", "use softmax");
    Descending how;
    begin(outputs, train.rows->columns, how);
    const auto texts = train.rows->sequences.size() - 1;
    auto epochs = static_cast<std::size_t>(params_.at("epochs"));
    if (epochs == 0)
        epochs =
            std::clamp<std::size_t>(2'000'000 / std::max<std::size_t>(1, train.size()), 10, 40);
    std::vector<std::uint32_t> order(texts);
    std::iota(order.begin(), order.end(), 0U);
    auto best = std::pair(table_, step_weights_);
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t epoch = 0, waited = 0; epoch < epochs; ++epoch) {
        base::CounterRandom(context.seed, 300 + epoch).shuffle(std::span(order));
        double loss = 0;
        for (std::size_t i = 0; i < texts; ++i) {
            if (context.stop.stop_requested()) throw base::Interrupted();
            loss += learn_text(train, order[i], how);
        }
        if (!std::isfinite(loss))
            throw base::Error("training", "the loss is no longer finite", "lower the rate");
        Progress progress{"fit", epoch + 1, epochs, loss / static_cast<double>(train.size()), {}};
        if (validation.size() > 0) {
            progress.validation = mean_loss(validation, *context.team);
            if (*progress.validation < least) {
                least = *progress.validation;
                best = {table_, step_weights_};
                waited = 0;
            } else {
                ++waited;
            }
        }
        if (context.progress) context.progress(progress);
        if (waited >= 2) break;
    }
    if (validation.size() > 0) std::tie(table_, step_weights_) = std::move(best);
}

double Crf::score_of(const Design& rows, std::size_t text, std::span<const int> tags) const {
    check_rows_fit(rows);
    Chain chain;
    chain.tags = tags_;
    score(rows, rows.sequences[text], rows.sequences[text + 1], table_, width_, chain);
    return truth_of(chain, tags);
}

void Crf::check_rows_fit(const Design& rows) const {
    if (rows.columns != features_ || rows.sequences.empty())
        throw base::Error("model", "its features do not fit the rows", "train the model again");
}

std::vector<double> Crf::predict(const Design& rows, Team& team) const {
    check_rows_fit(rows);
    std::vector<double> out(rows.rows * tags_);
    const auto factors = factors_of();
    team.run(rows.sequences.size() - 1, [&](std::size_t i) {
        Ways ways{{}, factors};
        ways.chain.tags = tags_;
        score(rows, rows.sequences[i], rows.sequences[i + 1], table_, width_, ways.chain);
        sum_ways(ways);
        const auto& chain = ways.chain;
        for (std::size_t at = 0; at < chain.ahead.size(); ++at)
            out[rows.sequences[i] * tags_ + at] = chain.ahead[at] * chain.behind[at];
    });
    return out;
}

// The most probable way (Viterbi 1967).
std::vector<int> Crf::decode(const Design& rows, Team& team) const {
    check_rows_fit(rows);
    std::vector<int> out(rows.rows);
    constexpr double never = -std::numeric_limits<double>::infinity();
    team.run(rows.sequences.size() - 1, [&](std::size_t i) {
        const auto first = rows.sequences[i], end = rows.sequences[i + 1];
        if (first == end) return;
        Chain chain;
        chain.tags = tags_;
        score(rows, first, end, table_, width_, chain);
        std::vector<int> from(chain.tokens * tags_, -1);
        for (std::size_t t = 0; t < chain.tokens; ++t) {
            auto* now = chain.scores.data() + t * tags_;
            if (t == 0) {
                for (std::size_t y = 0; y < tags_; ++y)
                    if (!may_follow(-1, static_cast<int>(y))) now[y] = never;
                continue;
            }
            std::vector<double> best(tags_, never);
            for (std::size_t s = 0; s < steps_.size(); ++s) {
                const auto [before, after] = steps_[s];
                const double score_of =
                    now[static_cast<std::ptrdiff_t>(before) - static_cast<std::ptrdiff_t>(tags_)] +
                    step_weights_[s];
                if (score_of <= best[after]) continue;
                best[after] = score_of;
                from[t * tags_ + after] = static_cast<int>(before);
            }
            for (std::size_t y = 0; y < tags_; ++y) now[y] += best[y];
        }
        const auto* last = chain.scores.data() + (chain.tokens - 1) * tags_;
        int tag = 0;
        double highest = never;
        for (std::size_t y = 0; y < tags_; ++y) {
            if (!may_follow(static_cast<int>(y), -1) || last[y] <= highest) continue;
            highest = last[y];
            tag = static_cast<int>(y);
        }
        for (auto t = chain.tokens; t-- > 0;) {
            out[first + t] = tag;
            tag = from[t * tags_ + static_cast<std::size_t>(tag)];
        }
    });
    return out;
}

}  // namespace training
