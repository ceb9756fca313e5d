// HDBSCAN (Campello, Moulavi and Sander 2013), exactly: the core distance of each row, the least
// spanning tree of mutual reachabilities by Prim's algorithm (density_tree.hpp makes clusters of
// it). It takes rows^2 distances and the room of the rows, so there are limits to their number.
//
// A step of Prim's needs the distances of one row to all. They are added up directly and not by
// products of matrices, since rounding there is as large as rows are long, and near rows of long
// ones would change their order.
//
// What is predicted of a row: it is as dense as its neighbours make it, and belongs where the
// nearest of them, by mutual reachability, belongs at that density (McInnes and Healy's
// approximate_predict). A row of training is its own neighbour, and gets its own label.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "training/evaluation/clustering.hpp"
#include "training/models/models.hpp"
#include "training/models/unsupervised/density_tree.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/numeric/kernels.hpp"
#include "training/numeric/products.hpp"

namespace training {

namespace {

constexpr std::size_t most_joined = 50'000;

// Squared distances from one row to all of some.
class DistancesFrom {
public:
    explicit DistancesFrom(const Design& rows) : rows_(rows) {
        if (rows.sparse) of_sparse_.emplace(rows);
    }

    // Of sparse rows all at once: `begin` is 0 then, and `end` their number.
    void measure(
        const Design& asked,
        std::size_t at,
        std::size_t begin,
        std::size_t end,
        float* out
    ) const {
        if (of_sparse_) {
            of_sparse_->between(asked, at, 1, out);
            return;
        }
        for (auto row = begin; row < end; ++row)
            out[row] = kernels().squared_distance(
                rows_.columns, asked.row_values(at), rows_.row_values(row)
            );
    }
    // Rows that are worth a thread.
    RowParts parts() const {
        const auto work = rows_.rows * (rows_.columns + 8);
        const auto useful = of_sparse_ ? 1 : std::clamp<std::size_t>(work / 50'000, 1, 64);
        return {rows_.rows, std::min(useful, std::max<std::size_t>(1, rows_.rows))};
    }

private:
    const Design& rows_;
    std::optional<RowDistances> of_sparse_;
};

// The squared distance to the `nth` nearest, the row itself being the first where it is among them.
float nth_distance(std::vector<float> line, std::size_t nth) {
    const auto at = line.begin() + static_cast<std::ptrdiff_t>(std::min(nth, line.size()) - 1);
    std::nth_element(line.begin(), at, line.end());
    return *at;
}

// The least spanning tree of mutual reachabilities.
class SpanningTree {
public:
    SpanningTree(const Design& rows, const std::vector<float>& core, const FitContext& context)
        : rows_(rows),
          core_(core),
          context_(context),
          from_(rows),
          away_(rows.rows),
          reach_(rows.rows, std::numeric_limits<float>::infinity()),
          source_(rows.rows),
          in_(rows.rows) {}

    std::vector<TreeEdge> grow() {
        std::vector<TreeEdge> out;
        if (rows_.rows == 0) return out;
        std::uint32_t now = 0;
        in_[0] = 1;
        for (std::size_t step = 1; step < rows_.rows; ++step) {
            if (context_.stop.stop_requested()) throw base::Interrupted();
            const auto next = nearest_after(now);
            out.push_back({source_[next], next, std::sqrt(static_cast<double>(reach_[next]))});
            in_[next] = 1;
            now = next;
        }
        return out;
    }

private:
    // Sees what the row that came in reaches; returns the nearest row that is not in.
    std::uint32_t nearest_after(std::uint32_t now) {
        const auto parts = from_.parts();
        std::vector<std::uint32_t> nearest(parts.count, now);
        const auto look = [&](std::size_t part) {
            from_.measure(rows_, now, parts.begin(part), parts.end(part), away_.data());
            auto least = std::numeric_limits<float>::infinity();
            for (auto row = parts.begin(part); row < parts.end(part); ++row) {
                if (in_[row]) continue;
                const float mutual = std::max({away_[row], core_[now], core_[row]});
                if (mutual < reach_[row]) {
                    reach_[row] = mutual;
                    source_[row] = now;
                }
                if (reach_[row] < least || nearest[part] == now) {
                    least = reach_[row];
                    nearest[part] = static_cast<std::uint32_t>(row);
                }
            }
        };
        if (parts.count == 1) {
            look(0);
        } else {
            context_.team->run(parts.count, look);
        }
        auto best = now;
        for (const auto one : nearest)
            if (one != now && (best == now || reach_[one] < reach_[best])) best = one;
        return best;
    }

    const Design& rows_;
    const std::vector<float>& core_;
    const FitContext& context_;
    DistancesFrom from_;
    std::vector<float> away_;
    std::vector<float> reach_;  // squared, from the rows that are in
    std::vector<std::uint32_t> source_;
    std::vector<char> in_;
};

class Hdbscan final : public Finder {
public:
    explicit Hdbscan(const Params& params)
        : least_(static_cast<std::size_t>(params.at("rows"))),
          near_(static_cast<std::size_t>(params.at("neighbours"))),
          be_one_(params.at("single") != 0) {
        if (near_ == 0) near_ = least_;
    }

    std::size_t width() const override { return 2; }
    std::size_t groups() const override { return clusters_; }

    std::vector<double> predict(const Design& rows, Team& team) const override {
        check_columns(rows, rows_.columns);
        std::vector<double> out(rows.rows * 2, -1);
        if (rows_.rows == 0) return out;
        const DistancesFrom from(rows_);
        constexpr std::size_t at_once = 16;
        team.run((rows.rows + at_once - 1) / at_once, [&](std::size_t block) {
            std::vector<float> away(rows_.rows);
            const auto end = std::min(rows.rows, (block + 1) * at_once);
            for (auto row = block * at_once; row < end; ++row) {
                from.measure(rows, row, 0, rows_.rows, away.data());
                place(away, out.data() + row * 2);
            }
        });
        return out;
    }

    std::vector<Figure> figures(const Design& rows, std::uint64_t seed, Team& team) const override {
        const auto clusters = clusters_in(rows, team);
        std::vector<Figure> out{
            {"clusters", static_cast<double>(clusters_)},
            {"noise", static_cast<double>(std::count(clusters.begin(), clusters.end(), -1))}};
        if (const auto apart = silhouette(rows, clusters, 2000, seed, team))
            out.push_back({"silhouette", *apart});
        return out;
    }

    // As of DBSCAN: how far clusters lie apart, less what is in none.
    std::optional<double> cost(const Design& rows, std::uint64_t seed, Team& team) const override {
        const auto clusters = clusters_in(rows, team);
        const auto in = clusters.size() -
                        static_cast<std::size_t>(std::count(clusters.begin(), clusters.end(), -1));
        const double apart = silhouette(rows, clusters, 2000, seed, team).value_or(0);
        return 1 - apart * static_cast<double>(in) /
                       static_cast<double>(std::max<std::size_t>(1, clusters.size()));
    }

    std::vector<float> profile(std::size_t group) const override {
        std::vector<std::int32_t> labels;
        for (std::uint32_t row = 0; row < rows_.rows; ++row)
            labels.push_back(tree_.label_at(row, tree_.row_density[row]));
        return mean_less_all(rows_, labels, group);
    }

    void save(Writer& out) const override {
        out.put<std::uint64_t>(near_);
        out.put<std::uint8_t>(be_one_);
        out.put<std::uint64_t>(rows_.columns);
        out.put<std::uint8_t>(rows_.sparse);
        out.list(core_);
        out.list(rows_.values);
        out.list(rows_.where);
        out.list(rows_.starts);
        out.list(tree_.row_cluster);
        out.list(tree_.row_density);
        out.list(tree_.parent);
        out.list(tree_.birth);
    }
    void load(Reader& in) override {
        near_ = in.get<std::uint64_t>();
        be_one_ = in.get<std::uint8_t>() != 0;
        rows_ = {};
        rows_.columns = in.get<std::uint64_t>();
        rows_.sparse = in.get<std::uint8_t>() != 0;
        core_ = in.list<float>();
        rows_.rows = core_.size();
        rows_.values = in.list<float>();
        rows_.where = in.list<std::uint32_t>();
        rows_.starts = in.list<std::uint64_t>();
        tree_ = {};
        tree_.row_cluster = in.list<std::int32_t>();
        tree_.row_density = in.list<double>();
        tree_.parent = in.list<std::int32_t>();
        tree_.birth = in.list<double>();
        if (!sound()) Reader::broken();
        clusters_ = tree_.choose(be_one_);
    }

private:
    bool sound() const {
        const auto count = static_cast<std::int32_t>(tree_.parent.size());
        bool good = near_ > 0 && well_formed(rows_) && count > 0 && tree_.parent[0] == -1 &&
                    tree_.birth.size() == tree_.parent.size() &&
                    tree_.row_cluster.size() == rows_.rows &&
                    tree_.row_density.size() == rows_.rows;
        for (std::int32_t at = 1; good && at < count; ++at) {
            const auto up = tree_.parent[static_cast<std::size_t>(at)];
            good = up >= 0 && up < at;
        }
        return good && std::all_of(
                           tree_.row_cluster.begin(),
                           tree_.row_cluster.end(),
                           [&](std::int32_t one) { return one >= 0 && one < count; }
                       );
    }

    void learn(const View& train, const View&, std::size_t, const FitContext& context) override {
        const auto& rows = *train.rows;
        if (rows.rows > most_joined)
            throw base::Error(
                "hdbscan",
                fmt::format("{} rows are more than {}", rows.rows, most_joined),
                "narrow the snapshot, or use kmeans"
            );
        if (std::any_of(rows.values.begin(), rows.values.end(), [](float v) {
                return !std::isfinite(v);
            }))
            throw base::Error(
                "hdbscan", "the rows have values that are not finite", "impute what is missing"
            );
        rows_ = rows;
        find_cores(context);
        tree_ = condense(SpanningTree(rows_, core_, context).grow(), rows_.rows, least_);
        clusters_ = tree_.choose(be_one_);
    }

    void find_cores(const FitContext& context) {
        core_.assign(rows_.rows, 0);
        const DistancesFrom from(rows_);
        constexpr std::size_t at_once = 16;
        context.team->run((rows_.rows + at_once - 1) / at_once, [&](std::size_t block) {
            std::vector<float> away(rows_.rows);
            const auto end = std::min(rows_.rows, (block + 1) * at_once);
            for (auto row = block * at_once; row < end; ++row) {
                if (context.stop.stop_requested()) return;
                from.measure(rows_, row, 0, rows_.rows, away.data());
                core_[row] = nth_distance(away, near_);
            }
        });
        if (context.stop.stop_requested()) throw base::Interrupted();
    }

    // The cluster of a row at such squared distances, and how far its nearest neighbour is.
    void place(const std::vector<float>& away, double* out) const {
        const float core = nth_distance(away, near_);
        std::uint32_t best = 0;
        float least = std::numeric_limits<float>::infinity();
        for (std::uint32_t row = 0; row < rows_.rows; ++row) {
            const float mutual = std::max({away[row], core, core_[row]});
            if (mutual < least || (mutual == least && away[row] < away[best])) {
                least = mutual;
                best = row;
            }
        }
        const double density = least > 0 ? 1 / std::sqrt(static_cast<double>(least))
                                         : std::numeric_limits<double>::infinity();
        out[0] = tree_.label_at(best, density);
        out[1] = std::sqrt(static_cast<double>(away[best]));
    }

    std::vector<int> clusters_in(const Design& rows, Team& team) const {
        const auto values = predict(rows, team);
        std::vector<int> out;
        for (std::size_t row = 0; row < rows.rows; ++row)
            out.push_back(static_cast<int>(values[row * 2]));
        return out;
    }

    std::size_t least_;
    std::size_t near_;
    bool be_one_;
    std::size_t clusters_ = 0;
    Design rows_;
    std::vector<float> core_;  // squared
    DensityTree tree_;
};

}  // namespace

const ModelKind& hdbscan_kind() {
    static const ModelKind kind{
        .name = "hdbscan",
        .words = "clusters of any shape and of different densities; others are noise",
        .hyperparameters =
            {{.name = "rows",
              .words = "the least rows of a cluster",
              .usual = 5,
              .low = 3,
              .high = 50,
              .logarithmic = true,
              .whole = true,
              .at_least = 2,
              .at_most = 10000,
              .grid = {5, 10, 20, 50}},
             {.name = "neighbours",
              .words = "rows, itself among them, that say how dense it is around a row; more make "
                       "more noise; 0: as many as a cluster has at least",
              .whole = true,
              .at_most = 10000,
              .grid = {0}},
             {.name = "single",
              .words = "1: all rows may be one cluster",
              .whole = true,
              .at_most = 1}},
        .learns = Learns::nothing,
        .finds = Finds::clusters,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Hdbscan>(params);
        }};
    return kind;
}

}  // namespace training
