#include <algorithm>
#include <cmath>

#include "training/models/models.hpp"
#include "training/numeric/trees/trees.hpp"

namespace training {

namespace {

class Forest final : public Model {
public:
    explicit Forest(const Params& params) : params_(params) {}

    std::vector<double> predict(const Design& rows, Team& team) const override {
        return trees_.predict(rows, team);
    }
    std::vector<std::pair<std::size_t, double>> gains() const override { return trees_.gains(); }
    PlainModel plain() const override { return trees_.plain(); }
    void save(Writer& out) const override { trees_.save(out); }
    void load(Reader& in) override { trees_.load(in); }

private:
    void learn(const View& train, const View&, std::size_t outputs, const FitContext& context)
        override {
        TreeSettings how;
        const auto columns = static_cast<double>(std::max<std::size_t>(1, train.rows->columns));
        how.forest = true;
        how.rounds = static_cast<std::size_t>(params_.at("trees"));
        how.depth = static_cast<std::size_t>(params_.at("depth"));
        how.l2 = 0;
        how.rows = 0.632;  // what a sample with repetition would show of them
        how.split_columns = params_.at("columns");
        if (how.split_columns == 0)
            how.split_columns = outputs > 0 ? std::max(1.0, std::sqrt(columns)) / columns : 1.0 / 3;
        how.split_columns = std::max(how.split_columns, 1 / columns);  // one at least
        how.least = params_.at("least");
        how.balance = params_.at("balance");
        trees_.fit(train, {}, outputs, how, context);
    }

    Params params_;
    Trees trees_;
};

}  // namespace

const ModelKind& forest_kind() {
    static const ModelKind kind{
        .name = "forest",
        .words = "random forest",
        .hyperparameters =
            {{.name = "trees",
              .words = "of each class",
              .usual = 100,
              .whole = true,
              .at_least = 1},
             {.name = "depth",
              .words = "of a tree",
              .usual = 16,
              .low = 6,
              .high = 24,
              .whole = true,
              .at_least = 1,
              .at_most = 30,
              .grid = {8, 16, 24}},
             {.name = "columns",
              .words = "share of the columns that a split sees; 0: the root of their number, or a "
                       "third for values",
              .low = 0.05,
              .high = 1,
              .logarithmic = true,
              .at_most = 1,
              .grid = {0}},
             {.name = "least",
              .words = "weight of a leaf",
              .usual = 1,
              .low = 1,
              .high = 20,
              .logarithmic = true,
              .grid = {1, 5}},
             balance_parameter()},
        .dense_text = true,
        .soft_labels = true,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Forest>(params);
        }};
    return kind;
}

}  // namespace training
