// Trees by XGBoost (booster.hpp). Samples are drawn anew from the seed in every round, so that they
// depend on nothing that another fit of the thread left.
// Targets are standardised (counts are not), and what is kept are the bytes of the library's own
// format: a fit ends by loading them, so that what is measured is what will be loaded.
//
// A forest is grown round by round from the gradients of the start: each tree sees its own sample,
// and the sum over the rounds less their number is the mean of the trees. The library's calls are
// made aside, so that a stop waits for none. What is
// predicted, the library is not asked: trees_kept.cpp.
#include "training/numeric/trees/trees.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/numeric/aside.hpp"
#include "training/numeric/linear_scores.hpp"
#include "training/numeric/trees/booster.hpp"

namespace training {

namespace {

// The number after the colon that follows `name` in what the library says of a round.
double number_of(std::string_view said, std::string_view name) {
    const auto at = said.find(name);
    const auto colon = at == said.npos ? at : said.find(':', at);
    double value = std::numeric_limits<double>::quiet_NaN();
    if (colon != said.npos)
        std::from_chars(said.data() + colon + 1, said.data() + said.size(), value);
    return value;
}

// Rows with unsure labels stand once for each possible class, weighted by it.
RowSubset certain(const View& data, std::size_t classes, const std::vector<float>& weights) {
    std::vector<std::uint32_t> chosen;
    std::vector<int> labels;
    std::vector<float> shares;
    for (std::size_t row = 0; row < data.size(); ++row) {
        for_each_class(data, row, classes, [&](std::size_t c, float share) {
            chosen.push_back(static_cast<std::uint32_t>(row));
            labels.push_back(static_cast<int>(c));
            shares.push_back(share * weight_at(weights, row));
        });
    }
    auto rows = take_rows(*data.rows, chosen);
    return {std::move(rows), std::move(labels), {}, std::move(shares), {}, {}, std::move(chosen)};
}

}  // namespace

namespace {

// What the library's calls use, and own: they may go on when nobody waits for them any more.
struct Grown {
    TreeRows seen;
    std::optional<TreeRows> held_out;
    std::optional<Booster> booster;

    Grown(const Design& rows, std::size_t in_memory)
        : seen(rows, in_memory > 0 && rows.values.size() > in_memory ? 1 + in_memory / 16 : 0) {}
};

}  // namespace

// One fit: its matrices, and the rounds with what they cost.
struct Trees::Fit {
    Trees& trees;
    const View& train;
    const View& validation;
    const TreeSettings& how;
    const FitContext& context;
    std::shared_ptr<Grown> grown;
    Aside aside;
    std::vector<float> weights;
    std::size_t best = 0;  // rounds
    double least = std::numeric_limits<double>::infinity();

    Fit(Trees& of,
        const View& learnt,
        const View& judged,
        const TreeSettings& settings,
        const FitContext& with)
        : trees(of),
          train(learnt),
          validation(judged),
          how(settings),
          context(with),
          grown(std::make_shared<Grown>(*learnt.rows, settings.in_memory)),
          weights(learnt.weights.begin(), learnt.weights.end()) {
        if (validation.size() > 0) grown->held_out.emplace(*validation.rows);
        label(grown->seen, train);
        if (grown->held_out) label(*grown->held_out, validation);
        // What a booster knows of its matrices it keeps by thread: it is made where it is used.
        call([named = named_settings()](Grown& g) {
            std::vector<DMatrixHandle> matrices{g.seen.get()};
            if (g.held_out) matrices.push_back(g.held_out->get());
            g.booster.emplace(matrices);
            for (const auto& [name, value] : named) g.booster->set(name, value);
        });
    }

    // A call of the library, which a stop does not wait for.
    void call(std::function<void(Grown&)> work) {
        aside.call(context.stop, [grown = grown, work = std::move(work)] { work(*grown); });
    }

    std::vector<float> margins(bool of_held_out) {
        auto found = std::make_shared<std::vector<float>>();
        call([found, of_held_out](Grown& g) {
            *found = g.booster->margins(of_held_out ? g.held_out->get() : g.seen.get());
        });
        return std::move(*found);
    }

    bool classes() const { return trees.outputs_ > 0; }
    std::size_t width() const { return trees.outputs_ > 2 ? trees.outputs_ : 1; }
    bool by_hand() const {
        return how.forest ||
               (!classes() && (trees.loss_ == Loss::quantile || trees.loss_ == Loss::absolute));
    }

    // The share of the rows that are to lie below what is said.
    float below() const {
        return trees.loss_ == Loss::quantile ? static_cast<float>(context.quantile) : 0.5F;
    }

    float target(const View& data, std::size_t row) const {
        return classes() ? static_cast<float>(data.classes[row])
                         : static_cast<float>((data.targets[row] - trees.mean_) * trees.scale_);
    }

    void label(TreeRows& matrix, const View& data) const {
        std::vector<float> labels;
        for (std::size_t row = 0; row < data.size(); ++row) labels.push_back(target(data, row));
        matrix.set("label", labels);
        matrix.set("weight", {data.weights.begin(), data.weights.end()});
    }

    // The library's parameters, by name.
    std::vector<std::pair<const char*, std::string>> named_settings() const {
        std::vector<std::pair<const char*, std::string>> named;
        const auto objective = [&]() -> std::pair<const char*, const char*> {
            if (trees.outputs_ > 2) return {"multi:softprob", "mlogloss"};
            if (classes()) return {"binary:logistic", "logloss"};
            switch (trees.loss_) {
                case Loss::huber:
                    return {"reg:pseudohubererror", "mphe"};
                case Loss::poisson:
                    return {"count:poisson", "poisson-nloglik"};
                case Loss::squared:
                case Loss::absolute:
                case Loss::quantile:
                    break;
            }
            return {"reg:squarederror", "rmse"};
        }();
        const auto set = [&](const char* name, const auto& value) {
            named.emplace_back(name, fmt::format("{}", value));
        };
        set("nthread", library_threads(*train.rows));
        set("seed", static_cast<double>(context.seed & 0x7FFFFFFFU));
        set("seed_per_iteration", 1);
        set("tree_method", "hist");
        set("objective", objective.first);
        set("eval_metric", objective.second);
        if (trees.outputs_ > 2) set("num_class", static_cast<double>(trees.outputs_));
        if (!classes() || how.forest)
            set("base_score",
                trees.loss_ == Loss::poisson && !how.forest ? std::max(mean_target(train), 1e-6)
                : classes()                                 ? 0.5
                                                            : 0);
        set("eta", how.forest ? 1 : how.rate);
        set("max_depth", static_cast<double>(how.depth));
        set("lambda", how.l2);
        set("subsample", how.rows);
        set("colsample_bytree", how.columns);
        set("colsample_bynode", how.split_columns);
        set("min_child_weight", how.least);
        return named;
    }

    // A step on gradients of our own: those of a forest stay, those of a quantile (the median
    // too) are the share of rows above and below.
    void step() {
        const auto k = width();
        const auto n = train.size();
        std::vector<float> slopes(n * k);
        std::vector<float> bends(n * k);
        const auto now = how.forest ? std::vector<float>{} : margins(false);
        for (std::size_t row = 0; row < n; ++row) {
            const float weight = weight_at(weights, row);
            for (std::size_t j = 0; j < k; ++j) {
                float slope = 0;
                if (!how.forest) {
                    const float share = below();
                    slope = now[row] > target(train, row) ? 1 - share : -share;
                } else if (k > 1) {
                    slope = 1 / static_cast<float>(k) -
                            (static_cast<std::size_t>(train.classes[row]) == j ? 1.0F : 0.0F);
                } else {
                    slope = (classes() ? 0.5F : 0.0F) - target(train, row);
                }
                slopes[row * k + j] = weight * slope;
                bends[row * k + j] = weight;
            }
        }
        using Values = std::shared_ptr<std::vector<float>>;
        const Values first = std::make_shared<std::vector<float>>(std::move(slopes));
        const Values second = std::make_shared<std::vector<float>>(std::move(bends));
        call([first, second](Grown& g) {
            must(XGBoosterBoostOneIter(
                g.booster->get(), g.seen.get(), first->data(), second->data(), first->size()
            ));
        });
    }

    double cost(const View& data, bool of_held_out, std::size_t rounds) {
        auto sums = margins(of_held_out);
        if (how.forest)
            for (float& m : sums) m /= static_cast<float>(rounds);
        double sum = 0;
        double all = 0;
        for (std::size_t row = 0; row < data.size(); ++row) {
            const auto weight = static_cast<double>(weight_at(data.weights, row));
            const float miss = target(data, row) - sums[row * width()];
            const float share = below();
            sum += weight * static_cast<double>(std::max(share * miss, (share - 1) * miss));
            all += weight;
        }
        return sum / all;
    }

    // What round number `round` (from 0) costs on the rows learnt from and on validation.
    Progress judge(std::size_t round) {
        Progress progress{"fit", round + 1, how.rounds, 0, {}};
        if (how.forest) return progress;
        if (by_hand()) {
            progress.loss = cost(train, false, round + 1);
            if (grown->held_out) progress.validation = cost(validation, true, round + 1);
            return progress;
        }
        auto said = std::make_shared<std::string>();
        call([said, round](Grown& g) {
            std::array<DMatrixHandle, 2> matrices{
                g.seen.get(), g.held_out ? g.held_out->get() : nullptr};
            std::array<const char*, 2> names{"learnt", "held"};
            const char* text = nullptr;
            must(XGBoosterEvalOneIter(
                g.booster->get(),
                static_cast<int>(round),
                matrices.data(),
                names.data(),
                g.held_out ? 2 : 1,
                &text
            ));
            *said = text;
        });
        progress.loss = number_of(*said, "learnt-");
        if (grown->held_out) progress.validation = number_of(*said, "held-");
        return progress;
    }

    void grow() {
        for (std::size_t round = 0; round < how.rounds; ++round) {
            if (context.stop.stop_requested()) throw base::Interrupted();
            if (by_hand()) {
                step();
            } else {
                call([round](Grown& g) {
                    must(XGBoosterUpdateOneIter(
                        g.booster->get(), static_cast<int>(round), g.seen.get()
                    ));
                });
            }
            const auto progress = judge(round);
            if (!std::isfinite(progress.loss))
                throw base::Error("training", "the loss is no longer finite", "lower the rate");
            if (context.progress) context.progress(progress);
            if (how.forest || !progress.validation || *progress.validation < least) {
                if (progress.validation) least = *progress.validation;
                best = round + 1;
            } else if (how.patience > 0 && round + 1 - best >= how.patience) {
                break;
            }
        }
    }
};

void Trees::fit(
    const View& train,
    const View& validation,
    std::size_t outputs,
    const TreeSettings& how,
    const FitContext& context
) {
    outputs_ = outputs;
    columns_ = train.rows->columns;
    forest_ = how.forest ? how.rounds : 0;
    loss_ = context.loss;
    mean_ = 0;
    scale_ = 1;
    if (outputs == 0) {
        const auto centre = centre_of(train, loss_, context.quantile);
        mean_ = centre.middle;
        scale_ = centre.scale;
    }
    const auto weights = row_weights(train, outputs, how.balance);
    const bool unsure = outputs > 0 && !train.soft.empty();
    const auto part = unsure ? certain(train, outputs, weights) : RowSubset{};
    auto learnt = train;
    learnt.weights = weights;
    if (unsure) learnt = part.view();
    Fit fit(*this, learnt, validation, how, context);
    fit.grow();
    const auto bytes = std::make_shared<std::string>();
    fit.call([bytes, best = fit.best](Grown& g) { *bytes = g.booster->bytes(best); });
    keep(std::move(*bytes));
}

}  // namespace training
