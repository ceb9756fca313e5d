#include <algorithm>

#include "training/models/models.hpp"

namespace training {

namespace {

// The baseline: class frequencies of the training rows, or their mean, whatever the row.
class Majority final : public Model {
public:
    std::vector<double> predict(const Design& rows, Team&) const override {
        std::vector<double> out;
        out.reserve(rows.rows * answer_.size());
        for (std::size_t row = 0; row < rows.rows; ++row)
            out.insert(out.end(), answer_.begin(), answer_.end());
        return out;
    }

    PlainModel plain() const override { return PlainConstant{answer_}; }
    void save(Writer& out) const override { out.list(answer_); }
    void load(Reader& in) override { answer_ = in.list<double>(); }

private:
    void learn(const View& train, const View&, std::size_t outputs, const FitContext&) override {
        answer_.assign(std::max<std::size_t>(1, outputs), 0);
        double all = 0;
        for (std::size_t row = 0; row < train.size(); ++row) {
            const auto weight = static_cast<double>(weight_at(train.weights, row));
            all += weight;
            if (outputs == 0) {
                answer_[0] += weight * train.targets[row];
            } else {
                for_each_class(train, row, outputs, [&](std::size_t c, float share) {
                    answer_[c] += weight * static_cast<double>(share);
                });
            }
        }
        for (double& value : answer_) value /= all;
    }

    std::vector<double> answer_;
};

}  // namespace

const ModelKind& majority_kind() {
    static const ModelKind kind{
        .name = "majority",
        .words = "the commonest class, or the mean: the baseline",
        .baseline = true,
        .soft_labels = true,
        .losses = all_losses(),
        .make = [](const Params&) -> std::unique_ptr<Model> {
            return std::make_unique<Majority>();
        }};
    return kind;
}

}  // namespace training
