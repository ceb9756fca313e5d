#include <algorithm>

#include "training/models/models.hpp"

namespace training::detail {

namespace {

// The baseline: class frequencies of the training rows, or their mean, whatever the row.
class Majority final : public Model {
public:
    void fit(const View& train, const View&, std::size_t outputs, const FitContext&) override {
        const auto n = static_cast<double>(train.size());
        answer_.assign(std::max<std::size_t>(1, outputs), 0);
        for (int label : train.classes) answer_[static_cast<std::size_t>(label)] += 1 / n;
        for (double target : train.targets) answer_[0] += target / n;
    }

    std::vector<double> predict(const Design& rows, Team&) const override {
        std::vector<double> out;
        out.reserve(rows.rows * answer_.size());
        for (std::size_t row = 0; row < rows.rows; ++row)
            out.insert(out.end(), answer_.begin(), answer_.end());
        return out;
    }

    void save(Writer& out) const override { out.list(answer_); }
    void load(Reader& in) override { answer_ = in.list<double>(); }

private:
    std::vector<double> answer_;
};

}  // namespace

const ModelKind& majority_kind() {
    static const ModelKind kind{
        .name = "majority",
        .words = "the commonest class, or the mean: the baseline",
        .baseline = true,
        .make = [](const Params&) -> std::unique_ptr<Model> {
            return std::make_unique<Majority>();
        }};
    return kind;
}

}  // namespace training::detail
