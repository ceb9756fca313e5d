// Each pair is learnt from in both directions: then the bias of the descent, which no difference
// has, is 0 where the loss is least, and can be left out.
#include "training/models/bradley_terry.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "training/models/one_versus_rest.hpp"
#include "training/numeric/dual_descent.hpp"

namespace training {

namespace {

// Row a less row b, times the columns that count.
void add_difference(
    const Design& rows,
    std::size_t a,
    std::size_t b,
    std::span<const float> counts,
    float sign,
    Design& out
) {
    const auto put = [&](std::size_t column, float value) {
        value *= sign * counts[column];
        if (!out.sparse) {
            out.values.push_back(value);
        } else if (value != 0) {
            out.values.push_back(value);
            out.where.push_back(static_cast<std::uint32_t>(column));
        }
    };
    const auto *x = rows.row_values(a), *y = rows.row_values(b);
    if (!rows.sparse) {
        for (std::size_t c = 0; c < rows.columns; ++c) put(c, x[c] - y[c]);
    } else {
        const auto *at = rows.row_where(a), *bt = rows.row_where(b);
        const auto n = rows.count(a), m = rows.count(b);
        for (std::size_t i = 0, j = 0; i < n || j < m;) {
            if (j == m || (i < n && at[i] < bt[j])) {
                put(at[i], x[i]);
                ++i;
            } else if (i == n || bt[j] < at[i]) {
                put(bt[j], -y[j]);
                ++j;
            } else {
                put(at[i], x[i] - y[j]);
                ++i;
                ++j;
            }
        }
        out.starts.push_back(out.values.size());
    }
    ++out.rows;
}

// The mean loss of pairs at a scale of the scores. That the better one is the better is not taken
// for certain but as Platt (1999) has it, n + 1 of n + 2: where a few pairs all come right, the
// least loss would else be at the largest scale, and each probability 1.
double loss_at(double scale, std::span<const double> scores, std::span<const RowPair> pairs) {
    double sum = 0, turned = 0, weight = 0;
    for (const auto& pair : pairs) {
        const auto own = static_cast<double>(pair.weight);
        const double difference = scale * (scores[pair.better] - scores[pair.worse]);
        sum += own * pair_loss(difference);
        turned += own * pair_loss(-difference);
        weight += own;
    }
    if (weight <= 0) return 0;
    const double sure = (weight + 1) / (weight + 2);
    return (sure * sum + (1 - sure) * turned) / weight;
}

// By golden section over its logarithm, in which the loss has one valley.
double best_scale(std::span<const double> scores, std::span<const RowPair> pairs) {
    constexpr double golden = 0.6180339887498949;
    double low = std::log(0.05), high = std::log(20.0);
    const auto at = [&](double x) { return loss_at(std::exp(x), scores, pairs); };
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double fa = at(a), fb = at(b);
    for (int step = 0; step < 40; ++step) {
        if (fa <= fb) {
            high = b;
            b = a;
            fb = fa;
            a = high - golden * (high - low);
            fa = at(a);
        } else {
            low = a;
            a = b;
            fa = fb;
            b = low + golden * (high - low);
            fb = at(b);
        }
    }
    return std::exp((low + high) / 2);
}

ModelKind order_kind(std::string name, std::string words, BradleyTerry::Sees sees) {
    ModelKind kind{.name = std::move(name), .words = std::move(words)};
    kind.learns = Learns::order;
    kind.baseline = sees != BradleyTerry::Sees::all;
    return kind;
}

}  // namespace

double pair_loss(double difference) {
    return difference > 0 ? std::log1p(std::exp(-difference))
                          : std::log1p(std::exp(difference)) - difference;
}

std::vector<float> BradleyTerry::seen(const Design& rows) const {
    std::vector<float> counts(rows.columns, sees_ == Sees::first ? 0.0F : 1.0F);
    if (sees_ != Sees::all && !counts.empty()) counts[0] = sees_ == Sees::first ? 1.0F : 0.0F;
    return counts;
}

void BradleyTerry::learn(
    const View& train,
    const View& validation,
    std::size_t,
    const FitContext& context
) {
    const auto counts = seen(*train.rows);
    Design differences;
    differences.sparse = train.rows->sparse;
    differences.columns = train.rows->columns;
    if (differences.sparse) differences.starts.push_back(0);
    std::vector<signed char> sides;
    std::vector<float> costs;
    for (std::size_t i = 0; i < train.pairs.size(); ++i) {
        if (i % 1024 == 0 && context.stop.stop_requested()) throw base::Interrupted();
        const auto& pair = train.pairs[i];
        for (int side : {1, -1}) {
            add_difference(
                *train.rows, pair.better, pair.worse, counts, static_cast<float>(side), differences
            );
            sides.push_back(static_cast<signed char>(side));
            costs.push_back(static_cast<float>(cost_) * pair.weight / 2);
        }
    }
    DualProblem problem;
    const auto squares = squared_lengths(differences, {});
    problem.rows = &differences;
    problem.squares = squares;
    problem.sides = sides;
    problem.costs = costs;
    problem.logistic = true;
    problem.tolerance = 0.01;
    problem.seed = context.seed;
    problem.stop = context.stop;
    weights_ = descend_dual(problem);
    weights_.pop_back();
    for (std::size_t c = 0; c < weights_.size(); ++c) weights_[c] *= counts[c];
    scale_ = 1;
    if (!validation.pairs.empty())
        scale_ = best_scale(predict(*validation.rows, *context.team), validation.pairs);
    if (context.progress) {
        const auto loss = loss_at(1, predict(*train.rows, *context.team), train.pairs);
        Progress now{"fit", 1, 1, loss, {}};
        if (!validation.pairs.empty())
            now.validation = loss_at(1, predict(*validation.rows, *context.team), validation.pairs);
        context.progress(now);
    }
}

std::vector<double> BradleyTerry::predict(const Design& rows, Team&) const {
    if (rows.columns != weights_.size())
        throw base::Error("examples", "their columns are not those that the model learnt");
    std::vector<double> scores(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const auto* x = rows.row_values(row);
        const auto count = rows.sparse ? rows.count(row) : rows.columns;
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto column = rows.sparse ? rows.row_where(row)[i] : i;
            sum += static_cast<double>(x[i]) * static_cast<double>(weights_[column]);
        }
        scores[row] = scale_ * sum;
    }
    return scores;
}

PlainModel BradleyTerry::plain() const {
    PlainLinear out;
    for (float weight : weights_) out.weights.push_back(scale_ * static_cast<double>(weight));
    out.bias = {0};
    return out;
}

void BradleyTerry::save(Writer& out) const {
    std::vector<std::uint32_t> used;
    std::vector<float> weights;
    for (std::size_t c = 0; c < weights_.size(); ++c) {
        if (weights_[c] == 0) continue;
        used.push_back(static_cast<std::uint32_t>(c));
        weights.push_back(weights_[c]);
    }
    out.put<std::uint64_t>(weights_.size());
    out.put<double>(scale_);
    out.list(used);
    out.list(weights);
}

void BradleyTerry::load(Reader& in) {
    const auto columns = in.get<std::uint64_t>();
    scale_ = in.get<double>();
    const auto used = in.list<std::uint32_t>();
    const auto weights = in.list<float>();
    if (columns > (std::uint64_t{1} << 32) || used.size() != weights.size() ||
        !std::isfinite(scale_))
        Reader::broken();
    weights_.assign(columns, 0);
    for (std::size_t i = 0; i < used.size(); ++i) {
        if (used[i] >= columns) Reader::broken();
        weights_[used[i]] = weights[i];
    }
}

const ModelKind& bradley_terry_kind() {
    static const ModelKind kind = [] {
        auto made = order_kind(
            "bradley_terry",
            "a linear score of each candidate; of two, the higher one is better",
            BradleyTerry::Sees::all
        );
        made.hyperparameters = {cost_parameter()};
        made.make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<BradleyTerry>(params.at("cost"), BradleyTerry::Sees::all);
        };
        return made;
    }();
    return kind;
}

const ModelKind& by_length_kind() {
    static const ModelKind kind = [] {
        auto made = order_kind(
            "by_length", "candidates by how long they are alone", BradleyTerry::Sees::first
        );
        made.make = [](const Params&) -> std::unique_ptr<Model> {
            return std::make_unique<BradleyTerry>(1, BradleyTerry::Sees::first);
        };
        return made;
    }();
    return kind;
}

const ModelKind& by_field_kind() {
    static const ModelKind kind = [] {
        auto made = order_kind(
            "by_field",
            "candidates by the field that they stand in alone, and by no word of them",
            BradleyTerry::Sees::others
        );
        made.make = [](const Params&) -> std::unique_ptr<Model> {
            return std::make_unique<BradleyTerry>(1, BradleyTerry::Sees::others);
        };
        return made;
    }();
    return kind;
}

}  // namespace training
