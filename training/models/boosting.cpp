// Gradient-boosted trees. What is here says which hyper-parameters there are and how they go to the
// trees (numeric/trees), that the forest shares: losses, missing values, and the stop by the rows
// of validation.
#include <algorithm>

#include "training/models/models.hpp"
#include "training/numeric/trees/trees.hpp"

namespace training {

namespace {

class Boosting final : public Model {
public:
    explicit Boosting(const Params& params) : params_(params) {}

    std::vector<double> predict(const Design& rows, Team& team) const override {
        return trees_.predict(rows, team);
    }
    std::vector<std::pair<std::size_t, double>> gains() const override { return trees_.gains(); }
    PlainModel plain() const override { return trees_.plain(); }
    void save(Writer& out) const override { trees_.save(out); }
    void load(Reader& in) override { trees_.load(in); }

private:
    void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) override {
        TreeSettings how;
        const bool stops = validation.size() > 0;
        how.rounds = static_cast<std::size_t>(params_.at("rounds"));
        if (how.rounds == 0) how.rounds = stops ? 2000 : 300;
        how.depth = static_cast<std::size_t>(params_.at("depth"));
        how.rate = params_.at("rate");
        how.l2 = params_.at("l2");
        how.rows = params_.at("rows");
        how.columns = params_.at("columns");
        how.least = params_.at("least");
        how.patience = static_cast<std::size_t>(params_.at("patience"));
        how.balance = params_.at("balance");
        how.in_memory = static_cast<std::size_t>(params_.at("in_memory") * 1e6);
        trees_.fit(train, validation, outputs, how, context);
    }

    Params params_;
    Trees trees_;
};

}  // namespace

const ModelKind& boosting_kind() {
    static const ModelKind kind{
        .name = "boosting",
        .words = "gradient-boosted trees",
        .hyperparameters =
            {{.name = "rounds",
              .words = "at most; 0: 300, or 2,000 where validation stops them",
              .whole = true},
             {.name = "depth",
              .words = "of a tree",
              .usual = 6,
              .low = 3,
              .high = 10,
              .whole = true,
              .at_least = 1,
              .at_most = 30,
              .grid = {4, 6, 8}},
             {.name = "rate",
              .words = "how far a tree goes",
              .usual = 0.1,
              .low = 0.02,
              .high = 0.3,
              .logarithmic = true,
              .grid = {0.05, 0.1, 0.2}},
             {.name = "l2",
              .words = "how far leaves are drawn to 0",
              .usual = 1,
              .low = 0.1,
              .high = 10,
              .logarithmic = true,
              .grid = {1}},
             {.name = "rows",
              .words = "share of the rows that a tree sees",
              .usual = 0.8,
              .low = 0.5,
              .high = 1,
              .at_least = 0.01,
              .at_most = 1,
              .grid = {0.8}},
             {.name = "columns",
              .words = "share of the columns that a tree sees",
              .usual = 0.6,
              .low = 0.3,
              .high = 1,
              .at_least = 0.01,
              .at_most = 1,
              .grid = {0.6}},
             {.name = "least",
              .words = "weight of a leaf",
              .usual = 1,
              .low = 0.5,
              .high = 20,
              .logarithmic = true,
              .grid = {1}},
             {.name = "patience",
              .words = "rounds without gain on validation before the end",
              .usual = 50,
              .whole = true,
              .at_least = 1},
             {.name = "in_memory",
              .words =
                  "millions of values (rows by columns) up to which all rows lie in memory while "
                  "trees grow; of more most lie on disk, in TMPDIR; 0: all",
              .usual = 500},
             balance_parameter()},
        .dense_text = true,
        .soft_labels = true,
        .losses = all_losses(),
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Boosting>(params);
        }};
    return kind;
}

}  // namespace training
