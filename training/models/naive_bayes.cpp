// Multinomial, complement (Rennie et al. 2003) and Bernoulli naive Bayes on texts. Their scores are
// linear in what a row has, so that they end as weights and one temperature like the linear
// machines: what they say of themselves is far too sure, as words are not independent.
//
// Hashed TF-IDF signs half of its n-grams, and counts have no sign: the size of a value is what
// counts (for Bernoulli that it is there).
#include <algorithm>
#include <cmath>

#include "training/models/models.hpp"
#include "training/numeric/linear_scores.hpp"

namespace training {

namespace {

enum class Event { multinomial, complement, bernoulli };

class NaiveBayes final : public Model {
public:
    NaiveBayes(Event event, const Params& params)
        : event_(event), smoothing_(params.at("smoothing")), balance_(params.at("balance")) {}

    std::vector<double> predict(const Design& rows, Team& team) const override {
        return linear_.predict(counts(rows), team);
    }
    PlainModel plain() const override {
        auto out = linear_.plain();
        out.before = event_ == Event::bernoulli ? PlainLinear::Before::present
                                                : PlainLinear::Before::absolute;
        return out;
    }
    void save(Writer& out) const override { linear_.save(out); }
    void load(Reader& in) override { linear_.load(in); }

private:
    void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) override {
        double temperature = 1;
        if (validation.size() == 0 && train.size() >= 100) {
            const auto [most, fifth] = hold_out_fifth(train, context.seed);
            temperature =
                calibrated(solve(most.view(), outputs), fifth.view(), context).temperature();
        }
        if (context.stop.stop_requested()) throw base::Interrupted();
        linear_ = solve(train, outputs);
        linear_.set_temperature(temperature);
        if (validation.size() > 0) linear_ = calibrated(std::move(linear_), validation, context);
    }

    LinearScores calibrated(LinearScores scores, const View& data, const FitContext& context)
        const {
        const auto rows = counts(*data.rows);
        auto view = data;
        view.rows = &rows;
        scores.calibrate(view, *context.team);
        return scores;
    }

    Design counts(const Design& rows) const {
        auto out = rows;
        for (float& value : out.values)
            value = event_ == Event::bernoulli ? (value != 0 ? 1.0F : 0.0F) : std::abs(value);
        return out;
    }

    LinearScores solve(const View& train, std::size_t outputs) const {
        const auto rows = counts(*train.rows);
        const auto weights = row_weights(train, outputs, balance_);
        std::vector<double> met(rows.columns * outputs);
        std::vector<double> seen(outputs);
        for (std::size_t row = 0; row < rows.rows; ++row) {
            for_each_class(train, row, outputs, [&](std::size_t c, float share) {
                const auto weight = static_cast<double>(share * weight_at(weights, row));
                seen[c] += weight;
                for (std::size_t i = 0; i < rows.count(row); ++i)
                    met[rows.row_where(row)[i] * outputs + c] +=
                        weight * static_cast<double>(rows.row_values(row)[i]);
            });
        }
        double all = 0;
        for (double rows_of : seen) all += rows_of;
        std::vector<double> bias(outputs);
        for (std::size_t c = 0; c < outputs; ++c)
            bias[c] = std::log((seen[c] + 1e-9) / (all + 1e-9));
        switch (event_) {
            case Event::multinomial:
                multinomial(met, outputs);
                break;
            case Event::complement:
                complement(met, bias, outputs);
                break;
            case Event::bernoulli:
                bernoulli(met, bias, seen, outputs);
                break;
        }
        LinearScores out;
        out.set(outputs, rows.columns, std::move(met), std::move(bias));
        return out;
    }

    void multinomial(std::vector<double>& met, std::size_t outputs) const {
        const auto columns = met.size() / outputs;
        std::vector<double> sums(outputs, smoothing_ * static_cast<double>(columns));
        for (std::size_t i = 0; i < met.size(); ++i) sums[i % outputs] += met[i];
        // A column that is met nowhere says nothing, and is kept at 0, so that it is not stored.
        for (std::size_t f = 0; f < columns; ++f) {
            double* row = met.data() + f * outputs;
            if (std::all_of(row, row + outputs, [](double v) { return v == 0; })) continue;
            for (std::size_t c = 0; c < outputs; ++c)
                row[c] = std::log((row[c] + smoothing_) / sums[c]);
        }
    }

    // Weights of what the other classes have, negative, brought to one size for each class.
    void complement(std::vector<double>& met, std::vector<double>& bias, std::size_t outputs)
        const {
        const auto columns = met.size() / outputs;
        std::vector<double> sums(outputs);
        for (std::size_t i = 0; i < met.size(); ++i) sums[i % outputs] += met[i];
        double everything = smoothing_ * static_cast<double>(columns);
        for (double sum : sums) everything += sum;
        std::vector<double> sizes(outputs);
        double used = 0;  // columns that are met
        for (std::size_t f = 0; f < columns; ++f) {
            double* row = met.data() + f * outputs;
            double all = 0;
            for (std::size_t c = 0; c < outputs; ++c) all += row[c];
            if (all == 0) continue;
            ++used;
            for (std::size_t c = 0; c < outputs; ++c) {
                row[c] = -std::log((all - row[c] + smoothing_) / (everything - sums[c]));
                sizes[c] += std::abs(row[c]);
            }
        }
        for (std::size_t i = 0; i < met.size(); ++i)
            met[i] *= 10 * used / std::max(sizes[i % outputs], 1e-300);
        std::fill(bias.begin(), bias.end(), 0.0);
    }

    void bernoulli(
        std::vector<double>& met,
        std::vector<double>& bias,
        const std::vector<double>& seen,
        std::size_t outputs
    ) const {
        for (std::size_t f = 0; f < met.size() / outputs; ++f) {
            double* row = met.data() + f * outputs;
            if (std::all_of(row, row + outputs, [](double v) { return v == 0; })) continue;
            for (std::size_t c = 0; c < outputs; ++c) {
                const double there = (row[c] + smoothing_) / (seen[c] + 2 * smoothing_);
                row[c] = std::log(there) - std::log1p(-there);
                bias[c] += std::log1p(-there);
            }
        }
    }

    Event event_;
    double smoothing_;
    double balance_;
    LinearScores linear_;
};

ModelKind bayes_kind(
    std::string name,
    std::string words,
    double smoothing,
    std::unique_ptr<Model> (*make)(const Params& params)
) {
    return {
        .name = std::move(name),
        .words = std::move(words),
        .hyperparameters =
            {{.name = "smoothing",
              .words = "added to how often each word is met in each class",
              .usual = smoothing,
              .low = 1e-3,
              .high = 2,
              .logarithmic = true,
              .at_least = 1e-10,
              .grid = {0.003, 0.01, 0.03, 0.1, 0.3, 1}},
             balance_parameter()},
        .learns = Learns::classes,
        .takes = Takes::texts,
        .soft_labels = true,
        .make = make};
}

}  // namespace

const ModelKind& multinomial_kind() {
    static const auto kind = bayes_kind(
        "multinomial_nb",
        "naive Bayes on how often words are met",
        0.03,
        [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<NaiveBayes>(Event::multinomial, params);
        }
    );
    return kind;
}

const ModelKind& complement_kind() {
    static const auto kind = bayes_kind(
        "complement_nb",
        "naive Bayes on what the other classes have: for classes of unlike size",
        0.1,
        [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<NaiveBayes>(Event::complement, params);
        }
    );
    return kind;
}

const ModelKind& bernoulli_kind() {
    static const auto kind = bayes_kind(
        "bernoulli_nb",
        "naive Bayes on which words are there: for short texts",
        0.1,
        [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<NaiveBayes>(Event::bernoulli, params);
        }
    );
    return kind;
}

}  // namespace training
