// Non-negative matrix factorisation by coordinate descent (Cichocki and Phan 2009): X is about W H,
// with W how much of each topic a row has, and H how much of each column a topic. It starts from
// the singular vectors (NNDSVDa, Boutsidis and Gallopoulos 2008), so that there is nothing random
// in it but the search for those, which settles.
//
// A round goes over the rows for W, then over the columns for H. X is only ever multiplied with the
// thin factors, so texts stay sparse.
#include <algorithm>
#include <cmath>
#include <memory>

#include <Eigen/Core>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/models/unsupervised/directions.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/numeric/kernels.hpp"
#include "training/numeric/products.hpp"

namespace training {

namespace {

using Factor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::Index place(std::size_t value) {
    return static_cast<Eigen::Index>(value);
}

// One sweep over the coordinates of a line; returns the sum of the projected gradients.
double sweep(double* line, const double* towards, const Factor& gram) {
    const auto k = gram.rows();
    double violation = 0;
    for (Eigen::Index t = 0; t < k; ++t) {
        double gradient = -towards[t];
        for (Eigen::Index r = 0; r < k; ++r) gradient += gram(t, r) * line[r];
        violation += std::abs(line[t] == 0 ? std::min(0.0, gradient) : gradient);
        if (gram(t, t) > 0) line[t] = std::max(line[t] - gradient / gram(t, t), 0.0);
    }
    return violation;
}

class Nmf final : public Finder {
public:
    explicit Nmf(const Params& params)
        : k_(static_cast<std::size_t>(params.at("topics"))),
          rounds_(static_cast<std::size_t>(params.at("rounds"))),
          tolerance_(params.at("tolerance")) {}

    std::size_t width() const override { return k_; }
    std::size_t groups() const override { return k_; }

    // Topics weigh by the length of their line in H.
    std::vector<double> predict(const Design& rows, Team& team) const override {
        const auto w = fit_rows(rows, team);
        std::vector<double> out(rows.rows * k_);
        for (std::size_t row = 0; row < rows.rows; ++row) {
            double all = 0;
            for (std::size_t t = 0; t < k_; ++t)
                all += out[row * k_ + t] = w(place(row), place(t)) * topics_.row(place(t)).norm();
            if (all > 0)
                for (std::size_t t = 0; t < k_; ++t) out[row * k_ + t] /= all;
        }
        return out;
    }

    std::vector<Figure> figures(const Design& rows, std::uint64_t, Team& team) const override {
        const auto w = fit_rows(rows, team);
        double whole = 0;
        for (float square : squares_of(rows)) whole += static_cast<double>(square);
        const Factor xh = rows_by(rows, topics_, team);
        const double left = whole - 2 * w.cwiseProduct(xh).sum() +
                            (w.transpose() * w).cwiseProduct(topics_ * topics_.transpose()).sum();
        return {
            {"reconstruction_error", std::sqrt(std::max(0.0, left))},
            {"explained", whole > 0 ? 1 - std::max(0.0, left) / whole : 1}};
    }

    std::vector<float> profile(std::size_t group) const override {
        std::vector<float> out;
        for (Eigen::Index c = 0; c < topics_.cols(); ++c)
            out.push_back(static_cast<float>(topics_(place(group), c)));
        return out;
    }

    void save(Writer& out) const override {
        out.put<std::uint64_t>(k_);
        out.list(std::vector<double>(topics_.data(), topics_.data() + topics_.size()));
    }
    void load(Reader& in) override {
        k_ = in.get<std::uint64_t>();
        const auto values = in.list<double>();
        if (k_ == 0 || values.size() % k_ != 0) Reader::broken();
        topics_ = Eigen::Map<const Factor>(values.data(), place(k_), place(values.size() / k_));
    }

private:
    static void check_values(const Design& rows) {
        if (std::any_of(rows.values.begin(), rows.values.end(), [](float v) { return v < 0; }))
            throw base::Error(
                "nmf",
                "the rows have values below 0",
                "of numbers use scale = \"minmax\" in [features.columns], of texts method = "
                "\"vocabulary\""
            );
    }

    void learn(const View& train, const View&, std::size_t, const FitContext& context) override {
        const auto& rows = *train.rows;
        check_values(rows);
        auto& team = *context.team;
        Factor w = start(rows, context);
        double first = 0;
        for (std::size_t round = 0; round < rounds_; ++round) {
            if (context.stop.stop_requested()) throw base::Interrupted();
            double violation =
                descend(w, rows_by(rows, topics_, team), topics_ * topics_.transpose(), team);
            Factor by_column = topics_.transpose();
            violation += descend(by_column, columns_by(rows, w, team), w.transpose() * w, team);
            topics_ = by_column.transpose();
            if (round == 0) first = violation;
            if (context.progress) context.progress({"fit", round + 1, rounds_, violation, {}});
            if (first == 0 || violation / first <= tolerance_) break;
        }
    }

    // NNDSVDa; returns W.
    Factor start(const Design& rows, const FitContext& context) {
        FitContext quiet{context.seed, context.stop, {}, context.team};
        const auto found = directions_of(rows, k_, false, quiet);
        const auto along = project(rows, found, *context.team);
        double mean = 0;
        for (float value : rows.values) mean += static_cast<double>(value);
        mean /= static_cast<double>(rows.rows) * static_cast<double>(rows.columns);
        Factor w(place(rows.rows), place(k_));
        topics_.resize(place(k_), place(rows.columns));
        for (std::size_t t = 0; t < k_; ++t) {
            Eigen::VectorXd x(place(rows.rows)), y(place(rows.columns));
            for (std::size_t i = 0; i < rows.rows; ++i)
                x(place(i)) =
                    static_cast<double>(along[i * k_ + t]) / std::max(found.singular[t], 1e-300);
            for (std::size_t c = 0; c < rows.columns; ++c)
                y(place(c)) = static_cast<double>(found.vectors[t * rows.columns + c]);
            if (t == 0) {
                x = x.cwiseAbs();
                y = y.cwiseAbs();
            }
            const Eigen::VectorXd x_up = x.cwiseMax(0), y_up = y.cwiseMax(0);
            const Eigen::VectorXd x_down = (-x).cwiseMax(0), y_down = (-y).cwiseMax(0);
            const double up = x_up.norm() * y_up.norm(), down = x_down.norm() * y_down.norm();
            const bool upper = up >= down;
            const double scale = std::sqrt(found.singular[t] * std::max(up, down));
            const auto& u = upper ? x_up : x_down;
            const auto& v = upper ? y_up : y_down;
            w.col(place(t)) = scale * u / std::max(u.norm(), 1e-300);
            topics_.row(place(t)) = scale * v.transpose() / std::max(v.norm(), 1e-300);
        }
        const auto fill = [&](Factor& factor) {
            for (double& value : std::span(factor.data(), static_cast<std::size_t>(factor.size())))
                if (value < 1e-6) value = mean;
        };
        fill(w);
        fill(topics_);
        return w;
    }

    // A sweep over each line; returns the sum of the projected gradients.
    static double descend(Factor& lines, const Factor& towards, const Factor& gram, Team& team) {
        const auto n = static_cast<std::size_t>(lines.rows());
        const auto parts = parts_of(n, 0);
        std::vector<double> sums(parts.count);
        team.run(parts.count, [&](std::size_t part) {
            for (auto i = parts.begin(part); i < parts.end(part); ++i)
                sums[part] += sweep(
                    lines.data() + place(i) * lines.cols(),
                    towards.data() + place(i) * towards.cols(),
                    gram
                );
        });
        double all = 0;
        for (double sum : sums) all += sum;
        return all;
    }

    // X H', rows x topics.
    static Factor rows_by(const Design& rows, const Factor& topics, Team& team) {
        const auto k = static_cast<std::size_t>(topics.rows());
        std::vector<float> values;
        for (double value : std::span(topics.data(), static_cast<std::size_t>(topics.size())))
            values.push_back(static_cast<float>(value));
        Points points(k, rows.columns, std::move(values));
        if (rows.sparse) points.prepare_sparse();
        Factor out(place(rows.rows), place(k));
        constexpr std::size_t at_once = 96;
        const auto parts = parts_of(rows.rows, 0);
        team.run(parts.count, [&](std::size_t part) {
            const auto work = std::make_unique_for_overwrite<float[]>(std::max(work_floats, k + 8));
            std::vector<float> products(at_once * k);
            for (auto from = parts.begin(part); from < parts.end(part); from += at_once) {
                const auto many = std::min(at_once, parts.end(part) - from);
                points.multiply(rows, from, many, products.data(), work.get());
                for (std::size_t i = 0; i < many * k; ++i)
                    out.data()[from * k + i] = static_cast<double>(products[i]);
            }
        });
        return out;
    }

    // X' W, columns x topics.
    static Factor columns_by(const Design& rows, const Factor& w, Team& team) {
        const auto k = w.cols();
        const auto size = rows.columns * static_cast<std::size_t>(k);
        const auto parts = parts_of(rows.rows, size * sizeof(double));
        std::vector<Factor> sums(parts.count);
        team.run(parts.count, [&](std::size_t part) {
            auto& own = sums[part];
            own = Factor::Zero(place(rows.columns), k);
            for (auto row = parts.begin(part); row < parts.end(part); ++row) {
                const float* values = rows.row_values(row);
                const auto count = rows.sparse ? rows.count(row) : rows.columns;
                for (std::size_t i = 0; i < count; ++i)
                    if (values[i] != 0)
                        own.row(place(rows.sparse ? rows.row_where(row)[i] : i)) +=
                            static_cast<double>(values[i]) * w.row(place(row));
            }
        });
        for (std::size_t part = 1; part < parts.count; ++part) sums[0] += sums[part];
        return std::move(sums[0]);
    }

    // How much of each topic rows have, with the topics as they are.
    Factor fit_rows(const Design& rows, Team& team) const {
        constexpr int most_sweeps = 200;
        check_columns(rows, static_cast<std::size_t>(topics_.cols()));
        check_values(rows);
        const Factor gram = topics_ * topics_.transpose();
        const Factor towards = rows_by(rows, topics_, team);
        Factor w = Factor::Zero(place(rows.rows), place(k_));
        const auto parts = parts_of(rows.rows, 0);
        team.run(parts.count, [&](std::size_t part) {
            for (auto i = parts.begin(part); i < parts.end(part); ++i) {
                auto* line = w.data() + i * k_;
                const auto* to = towards.data() + i * k_;
                const double first = sweep(line, to, gram);
                for (int round = 1; round < most_sweeps; ++round)
                    if (sweep(line, to, gram) <= 1e-6 * first) break;
            }
        });
        return w;
    }

    std::size_t k_;
    std::size_t rounds_;
    double tolerance_;
    Factor topics_;  // k x columns
};

}  // namespace

const ModelKind& nmf_kind() {
    static const ModelKind kind{
        .name = "nmf",
        .words = "topics: non-negative factors of the rows, each told by its columns",
        .hyperparameters =
            {{.name = "topics",
              .words = "factors",
              .usual = 10,
              .whole = true,
              .at_least = 1,
              .at_most = 1000},
             {.name = "rounds",
              .words = "of coordinate descent, at most",
              .usual = 200,
              .whole = true,
              .at_least = 1,
              .at_most = 100'000},
             {.name = "tolerance",
              .words = "it ends when what is left to descend is so small a share of the first",
              .usual = 1e-4,
              .at_most = 1}},
        .learns = Learns::nothing,
        .finds = Finds::memberships,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Nmf>(params);
        }};
    return kind;
}

}  // namespace training
