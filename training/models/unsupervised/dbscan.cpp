// DBSCAN (Ester, Kriegel, Sander and Xu 1996) with exact distances: one pass counts the rows within
// reach of each, a second joins core rows that reach each other. Threads join at once in one forest
// of which the links only go to earlier rows, so that the clusters are the same in whatever order
// they come (Anderson and Woll 1991). A border row goes to the nearest core row, as predict() does
// with any row.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/evaluation/clustering.hpp"
#include "training/models/models.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/numeric/products.hpp"

namespace training {

namespace {

constexpr std::size_t most_scanned = 100'000;

class Forest {
public:
    explicit Forest(std::size_t size) : parents_(size) {
        for (std::uint32_t i = 0; i < size; ++i) parents_[i].store(i, std::memory_order_relaxed);
    }
    std::uint32_t root(std::uint32_t at) {
        for (;;) {
            const auto up = parents_[at].load(std::memory_order_relaxed);
            if (up == at) return at;
            at = up;
        }
    }
    void join(std::uint32_t a, std::uint32_t b) {
        for (;;) {
            a = root(a);
            b = root(b);
            if (a == b) return;
            if (a < b) std::swap(a, b);
            auto expected = a;
            if (parents_[a].compare_exchange_strong(expected, b, std::memory_order_relaxed)) return;
        }
    }

private:
    std::vector<std::atomic<std::uint32_t>> parents_;
};

// The distance at the bend of the curve of the sorted distances to the `nth` row: where it lies
// farthest below the straight line between its ends.
double bend_of(std::vector<double> distances) {
    std::sort(distances.begin(), distances.end());
    const double low = distances.front(), high = distances.back();
    if (high <= low) return high;
    std::size_t best = 0;
    double farthest = -1;
    for (std::size_t i = 0; i < distances.size(); ++i) {
        const double along = static_cast<double>(i) / static_cast<double>(distances.size());
        const double below = along - (distances[i] - low) / (high - low);
        if (below > farthest) {
            farthest = below;
            best = i;
        }
    }
    return distances[best];
}

class Dbscan final : public Finder {
public:
    explicit Dbscan(const Params& params)
        : reach_(params.at("reach")), least_(static_cast<std::size_t>(params.at("rows"))) {}

    std::size_t width() const override { return 2; }
    std::size_t groups() const override { return clusters_; }

    std::vector<double> predict(const Design& rows, Team& team) const override {
        check_columns(rows, core_.columns);
        std::vector<double> out(rows.rows * 2, -1);
        if (core_.rows == 0) return out;
        RowDistances(core_).each_block(
            rows,
            team,
            [&](std::size_t from, std::size_t many, std::span<const float> squared) {
                for (std::size_t i = 0; i < many; ++i) {
                    const auto line = squared.subspan(i * core_.rows, core_.rows);
                    const auto near = std::min_element(line.begin(), line.end());
                    const double away = std::sqrt(static_cast<double>(*near));
                    out[(from + i) * 2 + 1] = away;
                    if (within(*near))
                        out[(from + i) * 2] =
                            labels_[static_cast<std::size_t>(near - line.begin())];
                }
            }
        );
        return out;
    }

    std::vector<Figure> figures(const Design& rows, std::uint64_t seed, Team& team) const override {
        const auto clusters = clusters_in(rows, team);
        std::vector<Figure> out{
            {"clusters", static_cast<double>(clusters_)},
            {"noise", static_cast<double>(std::count(clusters.begin(), clusters.end(), -1))},
            {"reach", reach_}};
        if (const auto apart = silhouette(rows, clusters, 2000, seed, team))
            out.push_back({"silhouette", *apart});
        return out;
    }

    // Rows in no cluster count as badly placed.
    std::optional<double> cost(const Design& rows, std::uint64_t seed, Team& team) const override {
        const auto clusters = clusters_in(rows, team);
        const auto in = clusters.size() -
                        static_cast<std::size_t>(std::count(clusters.begin(), clusters.end(), -1));
        const double apart = silhouette(rows, clusters, 2000, seed, team).value_or(0);
        return 1 - apart * static_cast<double>(in) /
                       static_cast<double>(std::max<std::size_t>(1, clusters.size()));
    }

    // Of the core rows.
    std::vector<float> profile(std::size_t group) const override {
        return mean_less_all(core_, labels_, group);
    }

    void save(Writer& out) const override {
        out.put(reach_);
        out.put<std::uint64_t>(clusters_);
        out.list(labels_);
        out.put<std::uint64_t>(core_.columns);
        out.put<std::uint8_t>(core_.sparse);
        out.list(core_.values);
        out.list(core_.where);
        out.list(core_.starts);
    }
    void load(Reader& in) override {
        reach_ = in.get<double>();
        clusters_ = in.get<std::uint64_t>();
        labels_ = in.list<std::int32_t>();
        core_ = {};
        core_.rows = labels_.size();
        core_.columns = in.get<std::uint64_t>();
        core_.sparse = in.get<std::uint8_t>() != 0;
        core_.values = in.list<float>();
        core_.where = in.list<std::uint32_t>();
        core_.starts = in.list<std::uint64_t>();
        if (!well_formed(core_) || std::any_of(labels_.begin(), labels_.end(), [&](auto label) {
                return label < 0 || static_cast<std::size_t>(label) >= clusters_;
            }))
            Reader::broken();
    }

private:
    bool within(float squared) const {
        return static_cast<double>(squared) <= reach_ * reach_ * (1 + 1e-6);
    }

    std::vector<int> clusters_in(const Design& rows, Team& team) const {
        const auto values = predict(rows, team);
        std::vector<int> out;
        for (std::size_t row = 0; row < rows.rows; ++row)
            out.push_back(static_cast<int>(values[row * 2]));
        return out;
    }

    void learn(const View& train, const View&, std::size_t, const FitContext& context) override {
        const auto& rows = *train.rows;
        if (rows.rows > most_scanned)
            throw base::Error(
                "dbscan",
                fmt::format("{} rows are more than {}", rows.rows, most_scanned),
                "narrow the snapshot, or use kmeans"
            );
        const RowDistances distances(rows);
        if (reach_ == 0) reach_ = usual_reach(rows, distances, context);
        const auto core = core_rows(rows, distances, context);
        Forest forest(rows.rows);
        const auto scan = [&](std::size_t from, std::size_t many, std::span<const float> squared) {
            if (context.stop.stop_requested()) return;
            for (std::size_t i = 0; i < many; ++i) {
                const auto row = static_cast<std::uint32_t>(from + i);
                if (!core[row]) continue;
                for (std::uint32_t j = 0; j < row; ++j)
                    if (core[j] && within(squared[i * rows.rows + j])) forest.join(row, j);
            }
        };
        distances.each_block(rows, *context.team, scan);
        if (context.stop.stop_requested()) throw base::Interrupted();
        std::vector<std::uint32_t> kept;
        std::vector<std::int32_t> number(rows.rows, -1);
        clusters_ = 0;
        labels_.clear();
        for (std::uint32_t row = 0; row < rows.rows; ++row) {
            if (!core[row]) continue;
            auto& own = number[forest.root(row)];
            if (own < 0) own = static_cast<std::int32_t>(clusters_++);
            kept.push_back(row);
            labels_.push_back(own);
        }
        core_ = take_rows(rows, kept);
        if (rows.sparse && kept.empty()) core_.starts = {0};
    }

    double usual_reach(const Design& rows, const RowDistances& distances, const FitContext& context)
        const {
        std::vector<std::uint32_t> some(rows.rows);
        std::iota(some.begin(), some.end(), 0U);
        base::CounterRandom(context.seed, 41).shuffle(std::span(some));
        some.resize(std::min<std::size_t>(some.size(), 1000));
        const auto asked = take_rows(rows, some);
        const auto nth = std::min(least_, rows.rows) - 1;
        std::vector<double> away(some.size());
        distances.each_block(
            asked,
            *context.team,
            [&](std::size_t from, std::size_t many, std::span<const float> squared) {
                for (std::size_t i = 0; i < many; ++i) {
                    std::vector<float> line(
                        squared.begin() + static_cast<std::ptrdiff_t>(i * rows.rows),
                        squared.begin() + static_cast<std::ptrdiff_t>((i + 1) * rows.rows)
                    );
                    const auto at = line.begin() + static_cast<std::ptrdiff_t>(nth);
                    std::nth_element(line.begin(), at, line.end());
                    away[from + i] = std::sqrt(static_cast<double>(*at));
                }
            }
        );
        return std::max(bend_of(std::move(away)), 1e-9);
    }

    std::vector<char>
    core_rows(const Design& rows, const RowDistances& distances, const FitContext& context) const {
        std::vector<char> core(rows.rows);
        distances.each_block(
            rows,
            *context.team,
            [&](std::size_t from, std::size_t many, std::span<const float> squared) {
                if (context.stop.stop_requested()) return;
                for (std::size_t i = 0; i < many; ++i) {
                    const auto line = squared.subspan(i * rows.rows, rows.rows);
                    const auto near = std::count_if(line.begin(), line.end(), [&](float one) {
                        return within(one);
                    });
                    core[from + i] = static_cast<std::size_t>(near) >= least_ ? 1 : 0;
                }
            }
        );
        if (context.stop.stop_requested()) throw base::Interrupted();
        return core;
    }

    double reach_;
    std::size_t least_;
    std::size_t clusters_ = 0;
    Design core_;
    std::vector<std::int32_t> labels_;  // of the core rows
};

}  // namespace

const ModelKind& dbscan_kind() {
    static const ModelKind kind{
        .name = "dbscan",
        .words = "clusters of any shape where rows lie densely; others are noise",
        .hyperparameters =
            {{.name = "reach",
              .words = "distance within which rows are neighbours; 0: at the bend of the sorted "
                       "distances to the `rows`-th one",
              .low = 0.1,
              .high = 10,
              .logarithmic = true,
              .grid = {0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5}},
             {.name = "rows",
              .words = "rows within reach, itself among them, that make a row a core of a cluster",
              .usual = 5,
              .low = 3,
              .high = 30,
              .logarithmic = true,
              .whole = true,
              .at_least = 1,
              .at_most = 10000,
              .grid = {3, 5, 10}}},
        .learns = Learns::nothing,
        .finds = Finds::clusters,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Dbscan>(params);
        }};
    return kind;
}

}  // namespace training
