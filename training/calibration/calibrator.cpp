// Calibrators are small and fitted once, on one thread: their cost is that of reading the rows a
// few dozen times. `auto` fits each kind on four fifths of the rows and judges it on the last, five
// times over; a kind that rows are too few for takes no part.
//
// Logits and logarithms are cut where probabilities are within 1e-12 of 0 and 1: naive Bayes says 1
// of much that is wrong.
#include "training/calibration/calibrator.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/evaluation/metrics.hpp"

namespace training {

namespace json = boost::json;

namespace {

constexpr double edge = Calibrator::edge;

double logit_of(double probability) {
    const double p = std::clamp(probability, edge, 1 - edge);
    return std::log(p) - std::log1p(-p);
}

double sigmoid_of(double x) {
    return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
}

// log(1 + exp(x)) without overflow.
double softplus(double x) {
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

// Brings a line to sum 1; one that has nothing goes back to what it was.
void normalise(std::span<double> line, std::span<const double> before) {
    const double sum = std::accumulate(line.begin(), line.end(), 0.0);
    if (sum > 0) {
        for (double& p : line) p /= sum;
    } else {
        std::copy(before.begin(), before.end(), line.begin());
    }
}

double log_loss_of(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes
) {
    double sum = 0;
    for (std::size_t row = 0; row < truth.size(); ++row)
        sum +=
            loss_of_probability(probabilities[row * classes + static_cast<std::size_t>(truth[row])]
            );
    return sum;
}

// The rows of a cross-validation's one part, and the others.
struct CalibrationPart {
    std::vector<double> learnt, judged;
    std::vector<int> learnt_truth, judged_truth;
};

std::vector<CalibrationPart> parts_of(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    std::uint64_t seed
) {
    std::vector<std::uint32_t> order(truth.size());
    std::iota(order.begin(), order.end(), 0U);
    base::CounterRandom(seed, 23).shuffle(std::span(order));
    std::vector<CalibrationPart> parts(5);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto line = probabilities.subspan(order[i] * classes, classes);
        for (std::size_t p = 0; p < parts.size(); ++p) {
            const bool judged = i % parts.size() == p;
            auto& to = judged ? parts[p].judged : parts[p].learnt;
            to.insert(to.end(), line.begin(), line.end());
            (judged ? parts[p].judged_truth : parts[p].learnt_truth).push_back(truth[order[i]]);
        }
    }
    return parts;
}

Calibration best_kind(
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    std::uint64_t seed
) {
    constexpr std::size_t enough = 1000;  // rows for a curve of steps
    if (truth.size() < 10) return Calibration::none;
    std::vector<Calibration> kinds{
        Calibration::none, Calibration::temperature, Calibration::sigmoid};
    if (truth.size() >= enough) kinds.push_back(Calibration::isotonic);
    const auto parts = parts_of(probabilities, truth, classes, seed);
    auto best = Calibration::none;
    double least = 0;
    for (auto kind : kinds) {
        double cost = 0;
        for (const auto& part : parts) {
            const auto fitted =
                Calibrator::fit(kind, part.learnt, part.learnt_truth, classes, seed);
            auto lines = part.judged;
            fitted.apply(lines);
            cost += log_loss_of(lines, part.judged_truth, classes);
        }
        if (kind != Calibration::none && cost >= least) continue;
        best = kind;
        least = cost;
    }
    return best;
}

// Blocks of rising mean: the pool-adjacent-violators algorithm.
struct RisingBlock {
    double low, high;  // scores
    double sum, weight;
    double mean() const { return sum / weight; }
};

}  // namespace

// The slope of the loss by the inverse temperature rises everywhere, so that its zero is found by
// halving, whatever the start.
void Calibrator::fit_temperature(
    std::span<const double> probabilities,
    std::span<const int> truth
) {
    std::vector<double> logs(probabilities.size());
    for (std::size_t i = 0; i < logs.size(); ++i)
        logs[i] = std::log(std::max(probabilities[i], edge));
    const auto slope = [&](double inverse) {
        double sum = 0;
        for (std::size_t row = 0; row < truth.size(); ++row) {
            const auto line = std::span(logs).subspan(row * classes_, classes_);
            const double most = *std::max_element(line.begin(), line.end());
            double weight = 0;
            double mean = 0;
            for (double z : line) {
                const double w = std::exp(inverse * (z - most));
                weight += w;
                mean += w * z;
            }
            sum += mean / weight - line[static_cast<std::size_t>(truth[row])];
        }
        return sum;
    };
    double low = std::log(0.01);
    double high = std::log(100.0);
    for (int step = 0; step < 60; ++step) {
        const double middle = (low + high) / 2;
        (slope(std::exp(middle)) < 0 ? low : high) = middle;
    }
    temperature_ = 1 / std::exp((low + high) / 2);
}

// Newton's method with halved steps (Lin, Lin and Weng 2007), on targets a little within 0 and 1.
Calibrator::Sigmoid
Calibrator::fit_sigmoid(std::span<const double> scores, std::span<const char> is_of) {
    const auto n = scores.size();
    double positives = 0;
    for (char is : is_of) positives += is != 0 ? 1 : 0;
    const double negatives = static_cast<double>(n) - positives;
    if (positives == 0 || negatives == 0) return {};
    const double high = (positives + 1) / (positives + 2);
    const double low = 1 / (negatives + 2);
    const auto target = [&](std::size_t i) { return is_of[i] != 0 ? high : low; };
    const auto cost = [&](double a, double b) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double x = a * scores[i] + b;
            sum += softplus(x) - target(i) * x;
        }
        return sum;
    };
    double a = 0;
    double b = std::log((positives + 1) / (negatives + 1));
    double now = cost(a, b);
    for (int round = 0; round < 100; ++round) {
        double ga = 0, gb = 0, haa = 1e-12, hab = 0, hbb = 1e-12;
        for (std::size_t i = 0; i < n; ++i) {
            const double p = sigmoid_of(a * scores[i] + b);
            const double miss = p - target(i);
            const double spread = p * (1 - p);
            ga += miss * scores[i];
            gb += miss;
            haa += spread * scores[i] * scores[i];
            hab += spread * scores[i];
            hbb += spread;
        }
        if (std::abs(ga) < 1e-9 && std::abs(gb) < 1e-9) break;
        const double determinant = haa * hbb - hab * hab;
        if (!(determinant > 0)) break;
        const double da = -(hbb * ga - hab * gb) / determinant;
        const double db = -(haa * gb - hab * ga) / determinant;
        double step = 1;
        for (; step > 1e-10; step /= 2) {
            const double next = cost(a + step * da, b + step * db);
            if (next > now + 1e-4 * step * (ga * da + gb * db)) continue;
            a += step * da;
            b += step * db;
            now = next;
            break;
        }
        if (step <= 1e-10) break;
    }
    return {true, a, b};
}

Calibrator::Curve
Calibrator::fit_isotonic(std::span<const double> scores, std::span<const char> is_of) {
    const auto positives = static_cast<std::size_t>(
        std::count_if(is_of.begin(), is_of.end(), [](char is) { return is != 0; })
    );
    if (positives == 0 || positives == is_of.size()) return {};
    std::vector<std::uint32_t> order(scores.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return scores[a] < scores[b];
    });
    std::vector<RisingBlock> blocks;
    for (std::size_t i = 0; i < order.size();) {
        RisingBlock next{scores[order[i]], scores[order[i]], 0, 0};
        for (; i < order.size() && scores[order[i]] == next.low; ++i) {
            next.sum += is_of[order[i]] != 0 ? 1 : 0;
            next.weight += 1;
        }
        while (!blocks.empty() && blocks.back().mean() >= next.mean()) {
            next = {
                blocks.back().low,
                next.high,
                blocks.back().sum + next.sum,
                blocks.back().weight + next.weight};
            blocks.pop_back();
        }
        blocks.push_back(next);
    }
    Curve out;
    for (const auto& block : blocks) {
        out.x.push_back(block.low);
        out.y.push_back(block.mean());
        if (block.high == block.low) continue;
        out.x.push_back(block.high);
        out.y.push_back(block.mean());
    }
    return out;
}

Calibrator Calibrator::fit(
    Calibration how,
    std::span<const double> probabilities,
    std::span<const int> truth,
    std::size_t classes,
    std::uint64_t seed
) {
    if (probabilities.size() != truth.size() * classes)
        throw base::Error("calibration", "probabilities and labels differ in rows");
    if (truth.empty() && how != Calibration::none)
        throw base::Error("calibration", "no rows to fit it on", "label more items");
    if (how == Calibration::automatic) how = best_kind(probabilities, truth, classes, seed);
    Calibrator out;
    out.kind_ = how;
    out.classes_ = classes;
    if (how == Calibration::temperature) out.fit_temperature(probabilities, truth);
    if (how != Calibration::sigmoid && how != Calibration::isotonic) return out;
    std::vector<double> scores(truth.size());
    std::vector<char> is_of(truth.size());
    out.sigmoids_.resize(how == Calibration::sigmoid ? classes : 0);
    out.curves_.resize(how == Calibration::isotonic ? classes : 0);
    for (std::size_t c = classes == 2 ? 1 : 0; c < classes; ++c) {
        for (std::size_t row = 0; row < truth.size(); ++row) {
            const double p = probabilities[row * classes + c];
            scores[row] = how == Calibration::sigmoid ? logit_of(p) : p;
            is_of[row] = truth[row] == static_cast<int>(c);
        }
        if (how == Calibration::sigmoid)
            out.sigmoids_[c] = fit_sigmoid(scores, is_of);
        else
            out.curves_[c] = fit_isotonic(scores, is_of);
    }
    return out;
}

double Calibrator::of_class(std::size_t which, double probability) const {
    if (kind_ == Calibration::sigmoid) {
        const auto& fitted = sigmoids_[which];
        if (!fitted.fitted) return probability;
        return sigmoid_of(fitted.slope * logit_of(probability) + fitted.offset);
    }
    const auto& [x, y] = curves_[which];
    if (x.empty()) return probability;
    const auto after =
        static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), probability) - x.begin());
    if (after == 0) return y.front();
    if (after == x.size()) return y.back();
    const double share = (probability - x[after - 1]) / (x[after] - x[after - 1]);
    return y[after - 1] + share * (y[after] - y[after - 1]);
}

void Calibrator::apply(std::span<double> probabilities) const {
    if (empty() || classes_ == 0) return;
    std::vector<double> before(classes_);
    for (std::size_t at = 0; at + classes_ <= probabilities.size(); at += classes_) {
        const auto line = probabilities.subspan(at, classes_);
        std::copy(line.begin(), line.end(), before.begin());
        if (kind_ == Calibration::temperature) {
            const double most = *std::max_element(line.begin(), line.end());
            for (double& p : line)
                p = std::pow(std::max(p, edge) / std::max(most, edge), 1 / temperature_);
        } else if (classes_ == 2) {
            line[1] = of_class(1, line[1]);
            line[0] = 1 - line[1];
        } else {
            for (std::size_t c = 0; c < classes_; ++c) line[c] = of_class(c, line[c]);
        }
        normalise(line, before);
    }
}

json::object Calibrator::json() const {
    json::object out{{"calibration", base::name_of(kind_)}};
    if (kind_ == Calibration::temperature) out["temperature"] = temperature_;
    if (kind_ == Calibration::sigmoid) {
        json::array slopes, offsets;
        for (const auto& one : sigmoids_) slopes.emplace_back(one.slope);
        for (const auto& one : sigmoids_) offsets.emplace_back(one.offset);
        out["slopes"] = slopes;
        out["offsets"] = offsets;
    }
    if (kind_ == Calibration::isotonic) {
        json::array points;
        for (const auto& one : curves_) points.emplace_back(one.x.size());
        out["points"] = points;
    }
    return out;
}

void Calibrator::save(Writer& out) const {
    out.text(base::name_of(kind_));
    out.put<std::uint64_t>(classes_);
    out.put(temperature_);
    out.put<std::uint64_t>(sigmoids_.size());
    for (const auto& one : sigmoids_) {
        out.put<std::uint8_t>(one.fitted);
        out.put(one.slope);
        out.put(one.offset);
    }
    out.put<std::uint64_t>(curves_.size());
    for (const auto& one : curves_) {
        out.list(one.x);
        out.list(one.y);
    }
}

Calibrator Calibrator::load(Reader& in) {
    Calibrator out;
    const auto kind = base::parse<Calibration>(in.text());
    if (!kind || *kind == Calibration::automatic) Reader::broken();
    out.kind_ = *kind;
    out.classes_ = in.get<std::uint64_t>();
    out.temperature_ = in.get<double>();
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
        Sigmoid one;
        one.fitted = in.get<std::uint8_t>() != 0;
        one.slope = in.get<double>();
        one.offset = in.get<double>();
        out.sigmoids_.push_back(one);
    }
    for (auto count = in.get<std::uint64_t>(); count > 0; --count) {
        Curve one{in.list<double>(), in.list<double>()};
        if (one.x.size() != one.y.size()) Reader::broken();
        out.curves_.push_back(std::move(one));
    }
    const bool whole =
        (out.kind_ != Calibration::sigmoid || out.sigmoids_.size() == out.classes_) &&
        (out.kind_ != Calibration::isotonic || out.curves_.size() == out.classes_) &&
        out.temperature_ > 0;
    if (!whole) Reader::broken();
    return out;
}

}  // namespace training
