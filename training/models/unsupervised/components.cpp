// Principal components, and the truncated singular value decomposition of rows as they are (latent
// semantic analysis where these are texts: Deerwester et al. 1990). Both are directions.cpp; they
// differ in whether the mean is taken off.
#include <algorithm>
#include <cmath>

#include "training/models/models.hpp"
#include "training/models/unsupervised/directions.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/numeric/products.hpp"

namespace training {

namespace {

class Components final : public Finder {
public:
    Components(const Params& params, bool centred)
        : wanted_(static_cast<std::size_t>(params.at("components"))), centred_(centred) {}

    std::size_t width() const override { return directions_.count + 1; }
    std::size_t groups() const override { return directions_.count; }

    std::vector<double> predict(const Design& rows, Team& team) const override {
        check_columns(rows, directions_.columns);
        const auto k = directions_.count;
        const auto along = project(rows, directions_, team);
        const auto whole = lengths_of(rows);
        std::vector<double> out(rows.rows * (k + 1));
        for (std::size_t row = 0; row < rows.rows; ++row) {
            double said = 0;
            for (std::size_t j = 0; j < k; ++j) {
                const auto value = static_cast<double>(along[row * k + j]);
                out[row * (k + 1) + j] = value;
                said += value * value;
            }
            out[row * (k + 1) + k] = std::max(0.0, whole[row] - said);
        }
        return out;
    }

    std::vector<Figure> figures(const Design& rows, std::uint64_t, Team& team) const override {
        const auto values = predict(rows, team);
        const auto whole = lengths_of(rows);
        double left = 0, all = 0;
        for (std::size_t row = 0; row < rows.rows; ++row) {
            left += values[row * width() + directions_.count];
            all += whole[row];
        }
        const auto n = static_cast<double>(std::max<std::size_t>(1, rows.rows));
        return {
            {"explained_variance", all > 0 ? 1 - left / all : 1},
            {"reconstruction_error", left / n}};
    }

    std::vector<float> profile(std::size_t group) const override {
        const auto from =
            directions_.vectors.begin() + static_cast<std::ptrdiff_t>(group * directions_.columns);
        return {from, from + static_cast<std::ptrdiff_t>(directions_.columns)};
    }

    std::optional<double> explained(std::size_t group) const override {
        const double singular = directions_.singular[group];
        return total_ > 0 ? singular * singular / total_ : 0;
    }

    void save(Writer& out) const override {
        out.put<std::uint64_t>(directions_.count);
        out.put<std::uint64_t>(directions_.columns);
        out.list(directions_.vectors);
        out.list(directions_.singular);
        out.list(directions_.mean);
        out.put(total_);
    }
    void load(Reader& in) override {
        directions_.count = in.get<std::uint64_t>();
        directions_.columns = in.get<std::uint64_t>();
        directions_.vectors = in.list<float>();
        directions_.singular = in.list<double>();
        directions_.mean = in.list<float>();
        total_ = in.get<double>();
        if (directions_.count == 0 || directions_.mean.size() != directions_.columns ||
            directions_.singular.size() != directions_.count ||
            directions_.vectors.size() / directions_.count != directions_.columns ||
            directions_.vectors.size() % directions_.count != 0)
            Reader::broken();
        measure();
    }

private:
    void learn(const View& train, const View&, std::size_t, const FitContext& context) override {
        directions_ = directions_of(*train.rows, wanted_, centred_, context);
        measure();
        total_ = 0;
        for (double length : lengths_of(*train.rows)) total_ += length;
    }

    void measure() {
        mean_square_ = 0;
        for (float value : directions_.mean)
            mean_square_ += static_cast<double>(value) * static_cast<double>(value);
    }

    // The squared length of each row less the mean.
    std::vector<double> lengths_of(const Design& rows) const {
        std::vector<double> out(rows.rows);
        for (std::size_t row = 0; row < rows.rows; ++row) {
            double sum = mean_square_;
            const auto count = rows.sparse ? rows.count(row) : rows.columns;
            for (std::size_t i = 0; i < count; ++i) {
                const auto value = static_cast<double>(rows.row_values(row)[i]);
                const auto mean =
                    static_cast<double>(directions_.mean[rows.sparse ? rows.row_where(row)[i] : i]);
                sum += value * (value - 2 * mean);
            }
            out[row] = std::max(0.0, sum);
        }
        return out;
    }

    std::size_t wanted_;
    bool centred_;
    Directions directions_;
    double total_ = 0;  // squared lengths of the training rows
    double mean_square_ = 0;
};

Hyperparameter components_parameter() {
    return {
        .name = "components",
        .words = "directions that are kept",
        .usual = 2,
        .whole = true,
        .at_least = 1,
        .at_most = 2000};
}

}  // namespace

const ModelKind& pca_kind() {
    static const ModelKind kind{
        .name = "pca",
        .words = "principal components: the directions in which rows vary most about their mean",
        .hyperparameters = {components_parameter()},
        .learns = Learns::nothing,
        .finds = Finds::components,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Components>(params, true);
        }};
    return kind;
}

const ModelKind& svd_kind() {
    static const ModelKind kind{
        .name = "svd",
        .words = "truncated singular value decomposition of rows as they are; of texts: LSA",
        .hyperparameters = {components_parameter()},
        .learns = Learns::nothing,
        .finds = Finds::components,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Components>(params, false);
        }};
    return kind;
}

}  // namespace training
