// The nearest neighbours, exactly: dense rows by products of blocks (|q - x|^2 = |q|^2 + |x|^2 - 2
// q'x), sparse ones by what they share column by column, as rows of length 1 where the greatest
// product is the least distance. Ties go to the earlier row. Blocks are of one size whatever the
// number of threads.
//
// Of many rows an index finds nearly all of the nearest (near_index.hpp). It is kept in the
// artefact, since to build it takes longer than to ask it.
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/numeric/kernels.hpp"
#include "training/numeric/near_index.hpp"
#include "training/numeric/products.hpp"

namespace training {

namespace {

constexpr std::size_t asked_rows = 64;     // of one block
constexpr std::size_t stored_rows = 1024;  // that are multiplied at once
constexpr std::uint8_t by_distance_bit = 1;
constexpr std::uint8_t index_bit = 2;

// The k least that were offered.
class Nearest {
public:
    explicit Nearest(std::size_t k) : k_(k) {}
    void offer(NearRow one) {
        if (heap_.size() == k_) {
            if (!(one < heap_.front())) return;
            std::pop_heap(heap_.begin(), heap_.end());
            heap_.back() = one;
        } else {
            heap_.push_back(one);
        }
        std::push_heap(heap_.begin(), heap_.end());
    }
    std::vector<NearRow> sorted() {
        std::sort_heap(heap_.begin(), heap_.end());
        return std::move(heap_);
    }

private:
    std::size_t k_;
    std::vector<NearRow> heap_;
};

class Neighbours final : public Model {
public:
    explicit Neighbours(const Params& params)
        : k_(static_cast<std::size_t>(params.at("k"))),
          by_distance_(params.at("by_distance") != 0),
          exact_up_to_(params.at("exact_up_to")),
          balance_(params.at("balance")) {}

    std::vector<double> predict(const Design& rows, Team& team) const override {
        if (rows.columns != rows_.columns || rows.sparse != rows_.sparse)
            throw base::Error("model", "its features do not fit the rows", "train the model again");
        const auto width = std::max<std::size_t>(1, outputs_);
        std::vector<double> out(rows.rows * width);
        if (index_) {
            const auto parts = parts_of(rows.rows, 0);
            team.run(parts.count, [&](std::size_t part) {
                for (auto row = parts.begin(part); row < parts.end(part); ++row)
                    vote(
                        index_->nearest(rows, row, k_), std::span(out).subspan(row * width, width)
                    );
            });
            return out;
        }
        const auto by_column = rows.sparse ? transposed(rows_) : Design{};
        team.run((rows.rows + asked_rows - 1) / asked_rows, [&](std::size_t block) {
            const auto from = block * asked_rows;
            const auto count = std::min(asked_rows, rows.rows - from);
            auto found =
                rows.sparse ? shared(rows, by_column, from, count) : closest(rows, from, count);
            for (std::size_t i = 0; i < count; ++i)
                vote(found[i].sorted(), std::span(out).subspan((from + i) * width, width));
        });
        return out;
    }

    void save(Writer& out) const override {
        out.put<std::uint64_t>(outputs_);
        out.put<std::uint64_t>(k_);
        out.put<std::uint8_t>((by_distance_ ? by_distance_bit : 0) | (index_ ? index_bit : 0));
        out.put<std::uint64_t>(rows_.rows);
        out.put<std::uint64_t>(rows_.columns);
        out.put<std::uint8_t>(rows_.sparse);
        out.list(rows_.values);
        out.list(rows_.where);
        out.list(rows_.starts);
        out.list(said_);
        out.list(weights_);
        if (index_) index_->save(out);
    }

    void load(Reader& in) override {
        outputs_ = in.get<std::uint64_t>();
        k_ = in.get<std::uint64_t>();
        const auto bits = in.get<std::uint8_t>();
        by_distance_ = (bits & by_distance_bit) != 0;
        rows_.rows = in.get<std::uint64_t>();
        rows_.columns = in.get<std::uint64_t>();
        rows_.sparse = in.get<std::uint8_t>() != 0;
        rows_.values = in.list<float>();
        rows_.where = in.list<std::uint32_t>();
        rows_.starts = in.list<std::uint64_t>();
        said_ = in.list<float>();
        weights_ = in.list<float>();
        check_loaded();
        measure();
        index_ = (bits & index_bit) != 0 ? std::make_unique<NearIndex>(rows_, in) : nullptr;
    }

private:
    void learn(const View& train, const View&, std::size_t outputs, const FitContext& context)
        override {
        if (context.stop.stop_requested()) throw base::Interrupted();
        outputs_ = outputs;
        rows_ = *train.rows;
        weights_ = row_weights(train, outputs, balance_);
        const auto width = std::max<std::size_t>(1, outputs);
        said_.assign(rows_.rows * width, 0);
        for (std::size_t row = 0; row < rows_.rows; ++row) {
            if (outputs == 0) {
                said_[row] = static_cast<float>(train.targets[row]);
            } else {
                for_each_class(train, row, outputs, [&](std::size_t c, float share) {
                    said_[row * width + c] = share;
                });
            }
        }
        measure();
        if (static_cast<double>(rows_.rows) > exact_up_to_)
            index_ = std::make_unique<NearIndex>(rows_, context.stop);
    }

    void check_loaded() const {
        const auto width = std::max<std::size_t>(1, outputs_);
        bool good = k_ > 0 && outputs_ <= 65536 && said_.size() == rows_.rows * width &&
                    (weights_.empty() || weights_.size() == rows_.rows);
        if (rows_.sparse) {
            good = good && rows_.starts.size() == rows_.rows + 1 && rows_.starts.front() == 0 &&
                   rows_.starts.back() == rows_.values.size() &&
                   rows_.where.size() == rows_.values.size() &&
                   std::is_sorted(rows_.starts.begin(), rows_.starts.end()) &&
                   std::all_of(rows_.where.begin(), rows_.where.end(), [&](std::uint32_t c) {
                       return c < rows_.columns;
                   });
        } else {
            good = good && rows_.values.size() == rows_.rows * rows_.columns;
        }
        if (!good) Reader::broken();
    }

    void measure() {
        squares_.assign(rows_.rows, 0);
        for (std::size_t row = 0; row < rows_.rows; ++row) squares_[row] = square(rows_, row);
    }

    static float square(const Design& rows, std::size_t row) {
        const auto count = rows.sparse ? rows.count(row) : rows.columns;
        float sum = 0;
        for (std::size_t i = 0; i < count; ++i)
            sum += rows.row_values(row)[i] * rows.row_values(row)[i];
        return sum;
    }

    std::vector<Nearest> closest(const Design& rows, std::size_t from, std::size_t count) const {
        std::vector<Nearest> found(count, Nearest(k_));
        std::vector<float> products(count * stored_rows);
        std::vector<float> work(work_floats);
        const auto d = rows.columns;
        for (std::size_t at = 0; at < rows_.rows; at += stored_rows) {
            const auto many = std::min(stored_rows, rows_.rows - at);
            kernels().gemm(
                count,
                many,
                d,
                rows.row_values(from),
                d,
                1,
                rows_.row_values(at),
                1,
                d,
                products.data(),
                many,
                false,
                work.data()
            );
            for (std::size_t i = 0; i < count; ++i) {
                const float own = square(rows, from + i);
                for (std::size_t j = 0; j < many; ++j) {
                    const float distance = own + squares_[at + j] - 2 * products[i * many + j];
                    found[i].offer({std::max(distance, 0.0F), static_cast<std::uint32_t>(at + j)});
                }
            }
        }
        return found;
    }

    std::vector<Nearest>
    shared(const Design& rows, const Design& by_column, std::size_t from, std::size_t count) const {
        std::vector<Nearest> found(count, Nearest(k_));
        std::vector<float> sums(rows_.rows);
        for (std::size_t i = 0; i < count; ++i) {
            std::fill(sums.begin(), sums.end(), 0.0F);
            for (std::size_t v = 0; v < rows.count(from + i); ++v) {
                const auto column = rows.row_where(from + i)[v];
                const float value = rows.row_values(from + i)[v];
                for (std::size_t e = 0; e < by_column.count(column); ++e)
                    sums[by_column.row_where(column)[e]] += value * by_column.row_values(column)[e];
            }
            const float own = square(rows, from + i);
            for (std::size_t row = 0; row < rows_.rows; ++row) {
                const float length = std::sqrt(own * squares_[row]);
                const float likeness = length > 0 ? sums[row] / length : 0;
                found[i].offer({std::max(1 - likeness, 0.0F), static_cast<std::uint32_t>(row)});
            }
        }
        return found;
    }

    // Near rows weigh more; a vote of a half for all classes alike keeps it from being quite sure.
    void vote(const std::vector<NearRow>& near, std::span<double> out) const {
        const double farthest = std::sqrt(static_cast<double>(near.back().distance));
        double all = 0;
        for (const auto& one : near) {
            double weight = static_cast<double>(weight_at(weights_, one.row));
            if (by_distance_ && farthest > 0)
                weight /= 0.1 + std::sqrt(static_cast<double>(one.distance)) / farthest;
            all += weight;
            for (std::size_t c = 0; c < out.size(); ++c)
                out[c] += weight * static_cast<double>(said_[one.row * out.size() + c]);
        }
        const double even = outputs_ == 0 ? 0 : 0.05 * all + 1e-9;
        for (double& value : out)
            value = all + even > 0 ? (value + even / static_cast<double>(out.size())) / (all + even)
                                   : 0;
    }

    std::size_t k_;
    bool by_distance_;
    double exact_up_to_;
    double balance_;
    std::unique_ptr<NearIndex> index_;  // of rows_; nothing where all are looked at
    std::size_t outputs_ = 0;
    Design rows_;
    std::vector<float> said_;  // row by row: shares of classes, or the value
    std::vector<float> weights_;
    std::vector<float> squares_;
};

}  // namespace

const ModelKind& neighbours_kind() {
    static const ModelKind kind{
        .name = "knn",
        .words = "the nearest training rows: by distance, or for texts by angle",
        .hyperparameters =
            {{.name = "k",
              .words = "rows that are asked",
              .usual = 10,
              .low = 1,
              .high = 50,
              .logarithmic = true,
              .whole = true,
              .at_least = 1,
              .at_most = 1000,
              .grid = {3, 5, 10, 20}},
             {.name = "by_distance",
              .words = "1: near rows weigh more",
              .usual = 1,
              .whole = true,
              .at_most = 1},
             {.name = "exact_up_to",
              .words =
                  "so many rows to learn from are all looked at; of more an index finds nearly all "
                  "of the nearest",
              .usual = exact_neighbours,
              .whole = true,
              .at_most = 1e9},
             balance_parameter()},
        .soft_labels = true,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Neighbours>(params);
        }};
    return kind;
}

}  // namespace training
