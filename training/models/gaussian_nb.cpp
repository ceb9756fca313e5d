// Naive Bayes over dense rows: each column is normal in each class. Variances have a share of the
// largest one added, since a column that never varies within a class would decide all alone.
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "training/models/models.hpp"

namespace training {

namespace {

// A normal distribution of each column in each class.
class GaussianBayes final : public Model {
public:
    explicit GaussianBayes(const Params& params)
        : smoothing_(params.at("smoothing")), balance_(params.at("balance")) {}

    std::vector<double> predict(const Design& rows, Team& team) const override {
        const auto columns = classes_ == 0 ? 0 : means_.size() / classes_;
        if (rows.columns != columns)
            throw base::Error("model", "its features do not fit the rows", "train the model again");
        std::vector<double> out(rows.rows * classes_);
        constexpr std::size_t block = 512;
        team.run((rows.rows + block - 1) / block, [&](std::size_t b) {
            for (auto row = b * block; row < std::min(rows.rows, (b + 1) * block); ++row) {
                const auto line = std::span(out).subspan(row * classes_, classes_);
                for (std::size_t c = 0; c < classes_; ++c) {
                    line[c] = prior_[c];
                    for (std::size_t j = 0; j < columns; ++j) {
                        const double miss =
                            static_cast<double>(rows.row_values(row)[j]) - means_[c * columns + j];
                        const double variance = variances_[c * columns + j];
                        line[c] -= 0.5 * (miss * miss / variance + std::log(variance));
                    }
                }
                softmax(line);
            }
        });
        return out;
    }

    // -(x - m)^2 / 2v - ln(v) / 2 + ln(prior), multiplied out.
    PlainModel plain() const override {
        PlainLinear out;
        const auto columns = classes_ == 0 ? 0 : means_.size() / classes_;
        out.outputs = classes_;
        out.bias = prior_;
        out.weights.resize(columns * classes_);
        out.squares.resize(columns * classes_);
        for (std::size_t c = 0; c < classes_; ++c)
            for (std::size_t j = 0; j < columns; ++j) {
                const double mean = means_[c * columns + j];
                const double variance = variances_[c * columns + j];
                out.weights[j * classes_ + c] = mean / variance;
                out.squares[j * classes_ + c] = -0.5 / variance;
                out.bias[c] -= 0.5 * (mean * mean / variance + std::log(variance));
            }
        return out;
    }
    void save(Writer& out) const override {
        out.list(prior_);
        out.list(means_);
        out.list(variances_);
    }
    void load(Reader& in) override {
        prior_ = in.list<double>();
        means_ = in.list<double>();
        variances_ = in.list<double>();
        classes_ = prior_.size();
        if (classes_ == 0 || means_.size() % classes_ != 0 || means_.size() != variances_.size() ||
            std::any_of(variances_.begin(), variances_.end(), [](double v) { return !(v > 0); }))
            Reader::broken();
    }

private:
    void learn(const View& train, const View&, std::size_t outputs, const FitContext& context)
        override {
        if (context.stop.stop_requested()) throw base::Interrupted();
        classes_ = outputs;
        const auto& rows = *train.rows;
        const auto columns = rows.columns;
        const auto weights = row_weights(train, outputs, balance_);
        std::vector<double> seen(outputs, 1e-9);
        means_.assign(outputs * columns, 0);
        variances_.assign(outputs * columns, 0);
        const auto over_rows = [&](const auto& add) {
            for (std::size_t row = 0; row < rows.rows; ++row)
                for_each_class(train, row, outputs, [&](std::size_t c, float share) {
                    add(c,
                        rows.row_values(row),
                        static_cast<double>(share * weight_at(weights, row)));
                });
        };
        over_rows([&](std::size_t c, const float* x, double weight) {
            seen[c] += weight;
            for (std::size_t j = 0; j < columns; ++j)
                means_[c * columns + j] += weight * static_cast<double>(x[j]);
        });
        for (std::size_t i = 0; i < means_.size(); ++i) means_[i] /= seen[i / columns];
        over_rows([&](std::size_t c, const float* x, double weight) {
            for (std::size_t j = 0; j < columns; ++j) {
                const double miss = static_cast<double>(x[j]) - means_[c * columns + j];
                variances_[c * columns + j] += weight * miss * miss;
            }
        });
        double widest = 0;
        for (std::size_t i = 0; i < variances_.size(); ++i)
            widest = std::max(widest, variances_[i] /= seen[i / columns]);
        for (double& variance : variances_) variance += smoothing_ * widest + 1e-12;
        double all = 0;
        for (double rows_of : seen) all += rows_of;
        prior_.clear();
        for (double rows_of : seen) prior_.push_back(std::log(rows_of / all));
    }

    double smoothing_;
    double balance_;
    std::size_t classes_ = 0;
    std::vector<double> prior_;
    std::vector<double> means_;  // class by class
    std::vector<double> variances_;
};

}  // namespace

const ModelKind& gaussian_kind() {
    static const ModelKind kind{
        .name = "gaussian_nb",
        .words = "naive Bayes on numbers, a normal distribution of each",
        .hyperparameters =
            {{.name = "smoothing",
              .words = "share of the widest variance that each is given besides",
              .usual = 1e-3,
              .low = 1e-9,
              .high = 0.1,
              .logarithmic = true,
              .grid = {1e-9, 1e-6, 1e-3, 1e-2}},
             balance_parameter()},
        .learns = Learns::classes,
        .takes = Takes::numbers,
        .soft_labels = true,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<GaussianBayes>(params);
        }};
    return kind;
}

}  // namespace training
