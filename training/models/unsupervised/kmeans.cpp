// k-means and mini-batch k-means: lloyd.cpp finds the centres, this keeps them and answers with the
// nearest. What a cluster is known by is where its centre lies off the mean of all rows.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "training/evaluation/clustering.hpp"
#include "training/models/models.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/models/unsupervised/lloyd.hpp"

namespace training {

void check_columns(const Design& rows, std::size_t columns) {
    if (rows.columns != columns)
        throw base::Error("model", "its features do not fit the rows", "train the model again");
}

namespace {

class KMeans final : public Finder {
public:
    explicit KMeans(const Params& params) {
        spec_.k = static_cast<std::size_t>(params.at("k"));
        spec_.starts = static_cast<std::size_t>(params.at("starts"));
        spec_.most_rounds = static_cast<std::size_t>(params.at("rounds"));
        if (const auto batch = params.find("batch"); batch != params.end())
            spec_.batch = static_cast<std::size_t>(batch->second);
    }

    std::size_t width() const override { return 2; }
    std::size_t groups() const override { return spec_.k; }

    std::vector<double> predict(const Design& rows, Team& team) const override {
        const auto nearest = find(rows, team);
        std::vector<double> out(rows.rows * 2);
        for (std::size_t row = 0; row < rows.rows; ++row) {
            out[row * 2] = nearest.cluster[row];
            out[row * 2 + 1] = std::sqrt(static_cast<double>(nearest.distance[row]));
        }
        return out;
    }

    std::vector<Figure> figures(const Design& rows, std::uint64_t seed, Team& team) const override {
        const auto nearest = find(rows, team);
        double inertia = 0;
        for (float away : nearest.distance) inertia += static_cast<double>(away);
        std::vector<Figure> out{{"inertia", inertia}};
        if (const auto apart = silhouette_of(rows, nearest, seed, team))
            out.push_back({"silhouette", *apart});
        return out;
    }

    std::optional<double> cost(const Design& rows, std::uint64_t seed, Team& team) const override {
        return 1 - silhouette_of(rows, find(rows, team), seed, team).value_or(0);
    }

    std::vector<float> profile(std::size_t group) const override {
        std::vector<float> out(columns_);
        for (std::size_t c = 0; c < columns_; ++c)
            out[c] = centres_[group * columns_ + c] - mean_[c];
        return out;
    }

    void save(Writer& out) const override {
        out.put<std::uint64_t>(spec_.k);
        out.put<std::uint64_t>(columns_);
        out.list(centres_);
        out.list(mean_);
    }
    void load(Reader& in) override {
        spec_.k = in.get<std::uint64_t>();
        columns_ = in.get<std::uint64_t>();
        centres_ = in.list<float>();
        mean_ = in.list<float>();
        if (spec_.k == 0 || spec_.k > 1'000'000 || mean_.size() != columns_ ||
            centres_.size() != spec_.k * columns_)
            Reader::broken();
    }

private:
    static constexpr std::size_t judged_rows = 2000;

    void learn(const View& train, const View&, std::size_t, const FitContext& context) override {
        auto found = lloyd(
            *train.rows,
            spec_,
            context.seed,
            *context.team,
            context.stop,
            context.progress,
            context.company
        );
        columns_ = found.columns;
        centres_ = std::move(found.centres);
        std::vector<double> sums(columns_);
        std::vector<double> sizes(spec_.k);
        for (auto label : found.labels) ++sizes[label];
        sum_up(context.company, sizes);
        for (std::size_t j = 0; j < spec_.k; ++j)
            for (std::size_t c = 0; c < columns_; ++c)
                sums[c] += sizes[j] * static_cast<double>(centres_[j * columns_ + c]);
        const double rows = std::accumulate(sizes.begin(), sizes.end(), 0.0);
        mean_.clear();
        for (double sum : sums) mean_.push_back(static_cast<float>(sum / rows));
    }

    NearestCentres find(const Design& rows, Team& team) const {
        check_columns(rows, columns_);
        Points centres(spec_.k, columns_, centres_);
        if (rows.sparse) centres.prepare_sparse();
        return nearest_of(rows, centres, team);
    }

    static std::optional<double> silhouette_of(
        const Design& rows,
        const NearestCentres& nearest,
        std::uint64_t seed,
        Team& team
    ) {
        const std::vector<int> clusters(nearest.cluster.begin(), nearest.cluster.end());
        return silhouette(rows, clusters, judged_rows, seed, team);
    }

    LloydSpec spec_;
    std::size_t columns_ = 0;
    std::vector<float> centres_;
    std::vector<float> mean_;
};

std::vector<Hyperparameter> of_kmeans() {
    return {
        {.name = "k",
         .words = "clusters",
         .usual = 8,
         .low = 2,
         .high = 40,
         .logarithmic = true,
         .whole = true,
         .at_least = 1,
         .at_most = 10000,
         .grid = {2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30}},
        {.name = "starts",
         .words = "first centres that are tried; the least inertia counts",
         .usual = 3,
         .whole = true,
         .at_least = 1,
         .at_most = 1000},
        {.name = "rounds",
         .words = "over the rows, at most",
         .usual = 300,
         .whole = true,
         .at_least = 1,
         .at_most = 100'000}};
}

std::unique_ptr<Model> make_kmeans(const Params& params) {
    return std::make_unique<KMeans>(params);
}

}  // namespace

const ModelKind& kmeans_kind() {
    static const ModelKind kind{
        .name = "kmeans",
        .words = "k-means from greedy k-means++ starts",
        .hyperparameters = of_kmeans(),
        .learns = Learns::nothing,
        .finds = Finds::clusters,
        .make = make_kmeans,
        .shares = [](const Design&, std::size_t) { return Sharing::rows; }};
    return kind;
}

const ModelKind& mini_batch_kind() {
    static const ModelKind kind = [] {
        ModelKind made{
            .name = "minibatch_kmeans",
            .words = "k-means by small batches of rows, for very many",
            .hyperparameters = of_kmeans(),
            .learns = Learns::nothing,
            .finds = Finds::clusters,
            .make = make_kmeans};
        made.hyperparameters.push_back(
            {.name = "batch",
             .words = "rows of a step",
             .usual = 1024,
             .whole = true,
             .at_least = 1,
             .at_most = 1'000'000}
        );
        return made;
    }();
    return kind;
}

}  // namespace training
