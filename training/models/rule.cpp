// The baseline of one rule (1R, Holte 1993): the column that alone tells most, cut into ranges of
// equally many rows; each range answers with its own class frequencies, or its mean. Of sparse rows
// the ranges are that a value is there, or is not.
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "training/models/models.hpp"

namespace training {

namespace {

constexpr std::size_t most_ranges = 8;
constexpr std::size_t most_classes = 65536;  // each column is weighed for each class

class Rule final : public Model {
public:
    std::vector<double> predict(const Design& rows, Team&) const override {
        if (rows.columns != columns_ || rows.sparse != sparse_)
            throw base::Error("model", "its features do not fit the rows", "train the model again");
        std::vector<double> out;
        out.reserve(rows.rows * width_);
        for (std::size_t row = 0; row < rows.rows; ++row) {
            const auto at = range_of(value_at(rows, row, column_), cuts_) * width_;
            const auto from = answers_.begin() + static_cast<std::ptrdiff_t>(at);
            out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(width_));
        }
        return out;
    }

    void save(Writer& out) const override {
        out.put<std::uint64_t>(width_);
        out.put<std::uint64_t>(columns_);
        out.put<std::uint8_t>(sparse_);
        out.put<std::uint64_t>(column_);
        out.list(cuts_);
        out.list(answers_);
    }
    void load(Reader& in) override {
        width_ = in.get<std::uint64_t>();
        columns_ = in.get<std::uint64_t>();
        sparse_ = in.get<std::uint8_t>() != 0;
        column_ = in.get<std::uint64_t>();
        cuts_ = in.list<float>();
        answers_ = in.list<double>();
        if (width_ == 0 || width_ > most_classes || column_ >= std::max<std::size_t>(1, columns_) ||
            answers_.size() != (cuts_.size() + 1) * width_)
            Reader::broken();
    }

private:
    // What a column's ranges would answer, and what that costs.
    struct Candidate {
        std::size_t column = 0;
        std::vector<float> cuts;
        std::vector<double> sums;  // range by range
        double cost = 0;
    };

    static float value_at(const Design& rows, std::size_t row, std::size_t column) {
        if (rows.columns == 0) return 0;
        if (!rows.sparse) return rows.row_values(row)[column];
        const auto* from = rows.row_where(row);
        const auto* end = from + rows.count(row);
        const auto* at = std::lower_bound(from, end, static_cast<std::uint32_t>(column));
        return at != end && *at == column ? 1.0F : 0.0F;
    }
    static std::size_t range_of(float value, const std::vector<float>& cuts) {
        return static_cast<std::size_t>(
            std::lower_bound(cuts.begin(), cuts.end(), value) - cuts.begin()
        );
    }

    // Sums of a range: weights of classes; or weight, values and their squares.
    void add(const View& train, std::size_t row, double* sums) const {
        const auto weight = static_cast<double>(weight_at(train.weights, row));
        if (outputs_ == 0) {
            sums[0] += weight;
            sums[1] += weight * train.targets[row];
            sums[2] += weight * train.targets[row] * train.targets[row];
            return;
        }
        for_each_class(train, row, outputs_, [&](std::size_t c, float share) {
            sums[c] += weight * static_cast<double>(share);
        });
    }

    // The weight that a range takes for the wrong class, or its squared error.
    double cost_of(const double* sums) const {
        if (outputs_ == 0)
            return sums[0] > 0 ? std::max(0.0, sums[2] - sums[1] * sums[1] / sums[0]) : 0;
        double all = 0;
        for (std::size_t c = 0; c < outputs_; ++c) all += sums[c];
        return all - *std::max_element(sums, sums + outputs_);
    }

    std::vector<double> answers_of(const Candidate& candidate, const double* whole) const {
        std::vector<double> answers;
        const auto step = outputs_ == 0 ? 3 : outputs_;
        for (std::size_t range = 0; range <= candidate.cuts.size(); ++range) {
            const double* own = candidate.sums.data() + range * step;
            if (outputs_ == 0) {
                answers.push_back(own[0] > 0 ? own[1] / own[0] : whole[1] / whole[0]);
                continue;
            }
            double all = 0;
            double everything = 0;
            for (std::size_t c = 0; c < outputs_; ++c) {
                all += own[c];
                everything += whole[c];
            }
            for (std::size_t c = 0; c < outputs_; ++c)
                answers.push_back((own[c] + whole[c] / everything) / (all + 1));
        }
        return answers;
    }

    Candidate dense(const View& train, std::size_t column) const {
        Candidate out;
        out.column = column;
        const auto n = train.size();
        std::vector<float> values;
        for (std::size_t row = 0; row < n; ++row)
            values.push_back(value_at(*train.rows, row, column));
        auto sorted = values;
        std::sort(sorted.begin(), sorted.end());
        for (std::size_t r = 1; r < most_ranges; ++r) {
            const float cut = sorted[r * n / most_ranges];
            if (cut < sorted.back() && (out.cuts.empty() || cut > out.cuts.back()))
                out.cuts.push_back(cut);
        }
        const auto step = outputs_ == 0 ? 3 : outputs_;
        std::vector<double> sums((out.cuts.size() + 1) * step);
        for (std::size_t row = 0; row < n; ++row)
            add(train, row, sums.data() + range_of(values[row], out.cuts) * step);
        for (std::size_t range = 0; range <= out.cuts.size(); ++range)
            out.cost += cost_of(sums.data() + range * step);
        out.sums = std::move(sums);
        return out;
    }

    Candidate there_or_not(const View& train, const Design& by_column, std::size_t column) const {
        Candidate out;
        out.column = column;
        out.cuts = {0.5F};
        const auto step = outputs_ == 0 ? 3 : outputs_;
        std::vector<double> sums(2 * step);
        for (std::size_t i = 0; i < by_column.count(column); ++i)
            add(train, by_column.row_where(column)[i], sums.data() + step);
        for (std::size_t i = 0; i < step; ++i) sums[i] = whole_[i] - sums[step + i];
        out.cost = cost_of(sums.data()) + cost_of(sums.data() + step);
        out.sums = std::move(sums);
        return out;
    }

    void learn(const View& train, const View&, std::size_t outputs, const FitContext& context)
        override {
        if (outputs > most_classes)
            throw base::Error(
                "rule",
                "it weighs each feature for each class, and of more than 65,536 it is too slow",
                "measure by the majority"
            );
        outputs_ = outputs;
        width_ = std::max<std::size_t>(1, outputs);
        columns_ = train.rows->columns;
        sparse_ = train.rows->sparse;
        whole_.assign(outputs == 0 ? 3 : outputs, 0);
        for (std::size_t row = 0; row < train.size(); ++row) add(train, row, whole_.data());
        const auto by_column = sparse_ ? transposed(*train.rows) : Design{};
        Candidate best;
        best.sums = whole_;
        best.cost = cost_of(whole_.data());
        for (std::size_t column = 0; column < columns_; ++column) {
            if (column % 256 == 0 && context.stop.stop_requested()) throw base::Interrupted();
            if (sparse_ && by_column.count(column) == 0) continue;
            auto one = sparse_ ? there_or_not(train, by_column, column) : dense(train, column);
            if (one.cost < best.cost * (1 - 1e-12)) best = std::move(one);
        }
        column_ = best.column;
        answers_ = answers_of(best, whole_.data());
        cuts_ = std::move(best.cuts);
    }

    std::size_t outputs_ = 0;
    std::size_t width_ = 1;
    std::size_t columns_ = 0;
    bool sparse_ = false;
    std::size_t column_ = 0;
    std::vector<float> cuts_;      // a value up to a cut is in the range before it
    std::vector<double> answers_;  // range by range
    std::vector<double> whole_;    // of all rows, while it learns
};

}  // namespace

const ModelKind& rule_kind() {
    static const ModelKind kind{
        .name = "rule",
        .words = "the one feature that tells most by itself: the second baseline",
        .baseline = true,
        .soft_labels = true,
        .make = [](const Params&) -> std::unique_ptr<Model> { return std::make_unique<Rule>(); }};
    return kind;
}

}  // namespace training
