// Latent Dirichlet allocation (Blei, Ng and Jordan 2003) by online variational Bayes (Hoffman, Blei
// and Bach 2010): for a batch of texts the topics of each text settle while the words of topics
// stay, then the words of topics go a step, which grows smaller, to what the batch would have them
// be.
//
// The words of topics lie word by word, all topics of a word together, since a text asks for
// some words and for all topics of each. Sums are kept part by part and added in the order of the
// parts.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/models/models.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/models/unsupervised/first_centres.hpp"
#include "training/numeric/gamma.hpp"
#include "training/numeric/products.hpp"

namespace training {

namespace {

constexpr int most_steps = 100;   // of the topics of a text
constexpr double settled = 1e-3;  // mean change of its topics
constexpr double tiny = 1e-100;   // what no topic has
constexpr double room = 4.0 * (1U << 30U);

std::size_t width_of(const Design& rows, std::size_t row) {
    return rows.sparse ? rows.count(row) : rows.columns;
}

// How much of each topic texts have, and what it says of the words.
struct TextPass {
    std::vector<double> topics;  // rows x k
    std::vector<double> words;   // columns x k, where asked for
    double bound = 0;            // of the texts, without what the topics cost
    double count = 0;            // of words
};

class Lda final : public Finder {
public:
    explicit Lda(const Params& params)
        : k_(static_cast<std::size_t>(params.at("topics"))),
          passes_(static_cast<std::size_t>(params.at("passes"))),
          batch_(static_cast<std::size_t>(params.at("batch"))),
          alpha_(params.at("alpha")),
          eta_(params.at("eta")),
          decay_(params.at("decay")),
          offset_(params.at("offset")) {
        const auto even = 1 / static_cast<double>(k_);
        if (alpha_ == 0) alpha_ = even;
        if (eta_ == 0) eta_ = even;
    }

    std::size_t width() const override { return k_; }
    std::size_t groups() const override { return k_; }

    std::vector<double> predict(const Design& rows, Team& team) const override {
        check_rows(rows);
        auto out = look(rows, likely_words(team), false, team, {}).topics;
        for (std::size_t row = 0; row < rows.rows; ++row) {
            double* line = out.data() + row * k_;
            const double all = std::accumulate(line, line + k_, 0.0);
            const bool empty = all - alpha_ * static_cast<double>(k_) < 1e-9;
            for (std::size_t t = 0; t < k_; ++t) line[t] = empty ? 0 : line[t] / all;
        }
        return out;
    }

    std::vector<Figure> figures(const Design& rows, std::uint64_t, Team& team) const override {
        check_rows(rows);
        const auto seen = look(rows, likely_words(team), false, team, {});
        return {{"perplexity", perplexity(seen)}};
    }

    std::optional<double> cost(const Design& rows, std::uint64_t seed, Team& team) const override {
        return figures(rows, seed, team).front().value;
    }

    // The probability of each word in the topic.
    std::vector<float> profile(std::size_t group) const override {
        double all = 0;
        for (std::size_t c = 0; c < columns(); ++c) all += lambda_[c * k_ + group];
        std::vector<float> out;
        for (std::size_t c = 0; c < columns(); ++c)
            out.push_back(static_cast<float>(lambda_[c * k_ + group] / all));
        return out;
    }

    void save(Writer& out) const override {
        out.put<std::uint64_t>(k_);
        out.put(alpha_);
        out.put(eta_);
        out.put(trained_words_);
        out.list(lambda_);
    }
    void load(Reader& in) override {
        k_ = in.get<std::uint64_t>();
        alpha_ = in.get<double>();
        eta_ = in.get<double>();
        trained_words_ = in.get<double>();
        lambda_ = in.list<double>();
        const bool good = k_ > 0 && lambda_.size() % k_ == 0 && alpha_ > 0 && eta_ > 0 &&
                          std::all_of(lambda_.begin(), lambda_.end(), [](double one) {
                              return one > 0 && std::isfinite(one);
                          });
        if (!good) Reader::broken();
    }

private:
    std::size_t columns() const { return lambda_.size() / k_; }

    void check_rows(const Design& rows) const {
        check_columns(rows, columns());
        check_values(rows);
    }

    static void check_values(const Design& rows) {
        if (std::any_of(rows.values.begin(), rows.values.end(), [](float v) {
                return !(v >= 0) || !std::isfinite(v);
            }))
            throw base::Error(
                "lda",
                "the rows have values below 0",
                "it takes counts: of numbers use scale = \"minmax\" in [features.columns]"
            );
    }

    void check_room(const Design& rows) const {
        const auto size = static_cast<double>(rows.columns) * static_cast<double>(k_);
        if (size * sizeof(double) * 4 > room)
            throw base::Error(
                "lda",
                fmt::format("{} topics of {} columns are too many", k_, rows.columns),
                "ask for fewer topics, or limit max_features"
            );
    }

    void learn(const View& train, const View&, std::size_t, const FitContext& context) override {
        const auto& rows = *train.rows;
        check_values(rows);
        check_room(rows);
        start(rows, context);
        trained_words_ = 0;
        for (float value : rows.values) trained_words_ += static_cast<double>(value);
        std::vector<std::uint32_t> order(rows.rows);
        std::iota(order.begin(), order.end(), 0U);
        base::CounterRandom(context.seed, 62).shuffle(std::span(order));
        std::size_t step = 0;
        for (std::size_t pass = 0; pass < passes_; ++pass) {
            TextPass sums;
            for (std::size_t from = 0; from < order.size(); from += batch_) {
                const auto many = std::min(batch_, order.size() - from);
                const auto some = take_rows(rows, std::span(order).subspan(from, many));
                const auto seen =
                    look(some, likely_words(*context.team), true, *context.team, context.stop);
                const double rate = std::pow(offset_ + static_cast<double>(step++), -decay_);
                const double scale = static_cast<double>(rows.rows) / static_cast<double>(many);
                for (std::size_t i = 0; i < lambda_.size(); ++i)
                    lambda_[i] += rate * (eta_ + scale * seen.words[i] - lambda_[i]);
                sums.bound += seen.bound;
                sums.count += seen.count;
            }
            if (context.progress)
                context.progress({"fit", pass + 1, passes_, perplexity(sums), {}});
        }
    }

    // Nearly even, with what one text has: the first texts are drawn as first centres are, so that
    // they have little in common. From random topics alone two of them often end as one.
    void start(const Design& rows, const FitContext& context) {
        const base::CounterRandom random(context.seed, 61);
        lambda_.resize(rows.columns * k_);
        for (std::size_t i = 0; i < lambda_.size(); ++i)
            lambda_[i] = std::max(0.2, 1 + 0.1 * random.normal(i));
        auto even = rows;
        const auto squares = squares_of(rows);
        for (std::size_t row = 0, at = 0; row < rows.rows; ++row)
            for (std::size_t i = 0; i < width_of(rows, row); ++i, ++at)
                if (squares[row] > 0) even.values[at] /= std::sqrt(squares[row]);
        const auto lengths = squares_of(even);
        const auto first =
            FirstCentres(even, lengths, *context.team).choose(k_, random, context.stop);
        for (std::size_t t = 0; t < k_; ++t) {
            const float* text = first.data() + t * rows.columns;
            const float most = *std::max_element(text, text + rows.columns);
            for (std::size_t c = 0; c < rows.columns && most > 0; ++c)
                lambda_[c * k_ + t] += static_cast<double>(4 * text[c] / most);
        }
    }

    std::vector<double> topic_sums() const {
        std::vector<double> out(k_);
        for (std::size_t i = 0; i < lambda_.size(); ++i) out[i % k_] += lambda_[i];
        return out;
    }

    // exp of the expected logarithm of the probability of words, columns x k.
    std::vector<double> likely_words(Team& team) const {
        auto whole = topic_sums();
        for (double& one : whole) one = digamma(one);
        std::vector<double> out(lambda_.size());
        const auto parts = parts_of(columns(), 0);
        team.run(parts.count, [&](std::size_t part) {
            for (auto i = parts.begin(part) * k_; i < parts.end(part) * k_; ++i)
                out[i] = std::exp(digamma(lambda_[i]) - whole[i % k_]);
        });
        return out;
    }

    // The topics of each row; `learning` also sums up the words of topics.
    TextPass look(
        const Design& rows,
        const std::vector<double>& likely,
        bool learning,
        Team& team,
        const std::stop_token& stop
    ) const {
        TextPass out;
        out.topics.assign(rows.rows * k_, alpha_);
        const auto parts = parts_of(rows.rows, learning ? likely.size() * sizeof(double) : 0);
        std::vector<TextPass> own(parts.count);
        team.run(parts.count, [&](std::size_t part) {
            if (learning) own[part].words.assign(likely.size(), 0);
            for (auto row = parts.begin(part); row < parts.end(part); ++row) {
                if (stop.stop_requested()) return;
                settle(rows, row, likely, out.topics.data() + row * k_, own[part]);
            }
        });
        if (stop.stop_requested()) throw base::Interrupted();
        for (auto& one : own) {
            out.bound += one.bound;
            out.count += one.count;
        }
        if (!learning) return out;
        out.words = std::move(own[0].words);
        for (std::size_t part = 1; part < parts.count; ++part)
            for (std::size_t i = 0; i < out.words.size(); ++i) out.words[i] += own[part].words[i];
        for (std::size_t i = 0; i < out.words.size(); ++i) out.words[i] *= likely[i];
        return out;
    }

    // Equations 2 to 5 of Hoffman, Blei and Bach, until the topics of the row hardly change.
    void settle(
        const Design& rows,
        std::size_t row,
        const std::vector<double>& likely,
        double* gamma,
        TextPass& sums
    ) const {
        const auto count = width_of(rows, row);
        const float* values = rows.row_values(row);
        const auto word = [&](std::size_t i) {
            return likely.data() + (rows.sparse ? rows.row_where(row)[i] : i) * k_;
        };
        double words = 0;
        for (std::size_t i = 0; i < count; ++i) words += static_cast<double>(values[i]);
        if (words <= 0) return;
        std::vector<double> theta(k_), next(k_);
        std::fill_n(gamma, k_, alpha_ + words / static_cast<double>(k_));
        for (int step = 0; step < most_steps; ++step) {
            expect(gamma, theta);
            std::fill(next.begin(), next.end(), 0.0);
            for (std::size_t i = 0; i < count; ++i) {
                if (values[i] <= 0) continue;
                const double* of = word(i);
                const double share = static_cast<double>(values[i]) / mixed(theta, of);
                for (std::size_t t = 0; t < k_; ++t) next[t] += share * of[t];
            }
            double changed = 0;
            for (std::size_t t = 0; t < k_; ++t) {
                const double now = alpha_ + theta[t] * next[t];
                changed += std::abs(now - gamma[t]);
                gamma[t] = now;
            }
            if (changed < settled * static_cast<double>(k_)) break;
        }
        expect(gamma, theta);
        for (std::size_t i = 0; i < count; ++i) {
            if (values[i] <= 0) continue;
            const double* of = word(i);
            const auto value = static_cast<double>(values[i]);
            const double whole = mixed(theta, of);
            sums.bound += value * std::log(whole);
            if (sums.words.empty()) continue;
            double* to = sums.words.data() + (of - likely.data());
            for (std::size_t t = 0; t < k_; ++t) to[t] += value / whole * theta[t];
        }
        sums.count += words;
        sums.bound += prior(gamma, k_, 1, theta.data(), alpha_);
    }

    // exp of the expected logarithm of the share of each topic.
    void expect(const double* gamma, std::vector<double>& theta) const {
        const double whole = digamma(std::accumulate(gamma, gamma + k_, 0.0));
        for (std::size_t t = 0; t < k_; ++t) theta[t] = std::exp(digamma(gamma[t]) - whole);
    }

    double mixed(const std::vector<double>& theta, const double* of) const {
        double sum = tiny;
        for (std::size_t t = 0; t < k_; ++t) sum += theta[t] * of[t];
        return sum;
    }

    // What a Dirichlet distribution with these parameters costs beside an even one; `likely` is exp
    // of its expected logarithms.
    static double prior(
        const double* parameters,
        std::size_t count,
        std::size_t step,
        const double* likely,
        double even
    ) {
        const double of_even = log_gamma(even);
        double sum = 0, all = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const double one = parameters[i * step];
            sum += (even - one) * std::log(std::max(likely[i * step], 1e-300)) + log_gamma(one) -
                   of_even;
            all += one;
        }
        return sum + log_gamma(even * static_cast<double>(count)) - log_gamma(all);
    }

    // exp of the bound for each word, with the share of what the topics cost.
    double perplexity(const TextPass& seen) const {
        if (seen.count <= 0 || trained_words_ <= 0) return 1;
        Team one(1);
        const auto likely = likely_words(one);
        double topics = 0;
        for (std::size_t t = 0; t < k_; ++t)
            topics += prior(lambda_.data() + t, columns(), k_, likely.data() + t, eta_);
        return std::exp(-seen.bound / seen.count - topics / trained_words_);
    }

    std::size_t k_;
    std::size_t passes_;
    std::size_t batch_;
    double alpha_;
    double eta_;
    double decay_;
    double offset_;
    double trained_words_ = 0;
    std::vector<double> lambda_;  // columns x k
};

}  // namespace

const ModelKind& lda_kind() {
    static const ModelKind kind{
        .name = "lda",
        .words = "topics by latent Dirichlet allocation, each told by the probabilities of words",
        .hyperparameters =
            {{.name = "topics",
              .words = "how many",
              .usual = 10,
              .low = 2,
              .high = 100,
              .logarithmic = true,
              .whole = true,
              .at_least = 1,
              .at_most = 1000,
              .grid = {5, 10, 20, 40}},
             {.name = "passes",
              .words = "over the rows",
              .usual = 10,
              .whole = true,
              .at_least = 1,
              .at_most = 10'000},
             {"batch", "rows of a step", 512, 0, 0, false, true, 1, 1'000'000},
             {.name = "alpha",
              .words = "how far all topics are in a text beforehand; 0: 1 / topics",
              .at_most = 1000},
             {.name = "eta",
              .words = "how far all words are in a topic beforehand; 0: 1 / topics",
              .at_most = 1000},
             {.name = "decay",
              .words = "how fast steps grow smaller",
              .usual = 0.7,
              .at_least = 0.5,
              .at_most = 1},
             {.name = "offset",
              .words = "how much less the first steps count",
              .usual = 10,
              .at_least = 1,
              .at_most = 1e6}},
        .learns = Learns::nothing,
        .finds = Finds::memberships,
        .counts = true,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Lda>(params);
        }};
    return kind;
}

}  // namespace training
