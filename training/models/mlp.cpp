// The multilayer perceptron as a kind of model: sizes and parameters here, all arithmetic in
// training/numeric/network/network.cpp, which other models with hidden layers can share.
//
// It takes dense rows only. Hashed texts are wide and sparse, and the first layer would have a
// column for every hash: beyond 16,384 columns it refuses and names the mend instead of taking the
// machine's memory.
#include <algorithm>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/numeric/network/network.hpp"

namespace training {

namespace {

// Multilayer perceptron: ReLU, Adam, mini-batches, early stopping.
class Mlp final : public Model {
public:
    explicit Mlp(const Params& params) : params_(params) {}

    std::vector<double> predict(const Design& rows, Team& team) const override {
        return network_.predict(rows, team);
    }
    PlainModel plain() const override { return network_.plain(); }
    void save(Writer& out) const override { network_.save(out); }
    void load(Reader& in) override { network_.load(in); }

private:
    void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) override {
        constexpr std::size_t widest = 16384;
        if (train.rows->columns > widest) {
            throw base::Error(
                "mlp",
                std::to_string(train.rows->columns) + " features are too many for it",
                "use softmax, or text_bits of 12 or less"
            );
        }
        std::vector<std::size_t> sizes{train.rows->columns};
        const auto hidden = static_cast<std::size_t>(params_.at("hidden"));
        const auto layers = static_cast<std::size_t>(params_.at("layers"));
        for (std::size_t i = 0; i < layers; ++i) sizes.push_back(hidden);
        sizes.push_back(std::max<std::size_t>(1, outputs));
        network_.start(std::move(sizes), outputs == 0, context.seed);
        network_.lower(context.loss, context.quantile);

        Descent how;
        how.rate = params_.at("rate");
        how.l2 = params_.at("l2");
        how.batch = static_cast<std::size_t>(params_.at("batch"));
        // Small data needs more passes for the same number of steps.
        const auto batch =
            std::clamp<std::size_t>(how.batch, 1, std::max<std::size_t>(1, train.size() / 8));
        how.epochs =
            std::clamp<std::size_t>(1500 * batch / std::max<std::size_t>(1, train.size()), 12, 200);
        if (params_.at("epochs") > 0) how.epochs = static_cast<std::size_t>(params_.at("epochs"));
        how.patience = std::max<std::size_t>(
            {1, static_cast<std::size_t>(params_.at("patience")), how.epochs / 8}
        );
        how.balance = params_.at("balance");
        network_.descend(train, validation, how, context);
    }

    Params params_;
    Network network_;
};

}  // namespace

const ModelKind& mlp_kind() {
    static const ModelKind kind{
        .name = "mlp",
        .words = "multilayer perceptron",
        .hyperparameters =
            {{.name = "hidden",
              .words = "units of a hidden layer",
              .usual = 256,
              .low = 64,
              .high = 512,
              .logarithmic = true,
              .whole = true,
              .at_least = 1,
              .at_most = 8192,
              .grid = {128, 256, 512}},
             {.name = "layers",
              .words = "hidden layers",
              .usual = 1,
              .low = 1,
              .high = 2,
              .whole = true,
              .at_least = 1,
              .at_most = 8,
              .grid = {1, 2}},
             {.name = "rate",
              .words = "of the first steps",
              .usual = 0.001,
              .low = 3e-4,
              .high = 5e-3,
              .logarithmic = true,
              .grid = {5e-4, 1e-3, 2e-3}},
             {.name = "l2",
              .words = "how far weights are drawn to 0",
              .usual = 1e-5,
              .low = 1e-7,
              .high = 1e-2,
              .logarithmic = true,
              .grid = {1e-6, 1e-4}},
             {.name = "epochs", .words = "at most; 0 by the size of the data", .whole = true},
             {.name = "batch",
              .words = "rows of one step; an eighth of them all at most",
              .usual = 256,
              .whole = true,
              .at_least = 1},
             {.name = "patience",
              .words = "epochs without gain before the end; an eighth of them all at least",
              .usual = 4,
              .whole = true},
             balance_parameter()},
        .dense_text = true,
        .soft_labels = true,
        .losses = all_losses(),
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Mlp>(params);
        },
        .shares = [](const Design&, std::size_t) { return Sharing::work; }};
    return kind;
}

}  // namespace training
