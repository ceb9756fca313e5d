// Multinomial logistic regression, in two ways that the rows decide. Hashed texts are sparse: a row
// touches a few hundred of 2^18 columns, so each step is one row and AdaGrad keeps a rate a weight.
// Dense rows go in mini-batches through the same network code as the mlp, without a hidden layer.
// Rates of the two differ by about a hundred, which is hidden here so that one range serves a
// search.
#include <algorithm>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/numeric/network/network.hpp"
#include "training/numeric/sparse_softmax.hpp"

namespace training {

namespace {

// Multinomial logistic regression. Dense rows: mini-batches with Adam; sparse rows: one at a time
// with AdaGrad. A rate or number of epochs of 0 stands for the default of that way; the rate of
// dense rows is a hundredth of the one given.
class Softmax final : public Model {
public:
    explicit Softmax(const Params& params) : params_(params) {}

    std::vector<double> predict(const Design& rows, Team& team) const override {
        return sparse_ ? by_row_.predict(rows, team) : by_batch_.predict(rows, team);
    }

    PlainModel plain() const override {
        if (sparse_) return by_row_.plain();
        return by_batch_.plain();
    }

    void save(Writer& out) const override {
        out.put<std::uint8_t>(sparse_);
        if (sparse_) {
            by_row_.save(out);
        } else {
            by_batch_.save(out);
        }
    }

    void load(Reader& in) override {
        sparse_ = in.get<std::uint8_t>() != 0;
        if (sparse_) {
            by_row_.load(in);
        } else {
            by_batch_.load(in);
        }
    }

private:
    void learn(
        const View& train,
        const View& validation,
        std::size_t outputs,
        const FitContext& context
    ) override {
        sparse_ = train.rows->sparse;
        if (sparse_) {
            SparseDescent how;
            if (params_.at("rate") > 0) how.rate = params_.at("rate");
            if (params_.at("epochs") > 0)
                how.epochs = static_cast<std::size_t>(params_.at("epochs"));
            how.l2 = params_.at("l2");
            how.balance = params_.at("balance");
            by_row_.fit(train, validation, outputs, how, context);
            return;
        }
        Descent how;
        how.rate = params_.at("rate") > 0 ? params_.at("rate") / 100 : 0.003;
        how.l2 = params_.at("l2");
        how.batch = static_cast<std::size_t>(params_.at("batch"));
        const auto batch =
            std::clamp<std::size_t>(how.batch, 1, std::max<std::size_t>(1, train.size() / 8));
        how.epochs =
            std::clamp<std::size_t>(3000 * batch / std::max<std::size_t>(1, train.size()), 15, 400);
        if (params_.at("epochs") > 0) how.epochs = static_cast<std::size_t>(params_.at("epochs"));
        how.patience = std::max<std::size_t>(4, how.epochs / 8);
        how.balance = params_.at("balance");
        by_batch_.start({train.rows->columns, outputs}, false, context.seed);
        by_batch_.descend(train, validation, how, context);
    }

    Params params_;
    bool sparse_ = false;
    SparseSoftmax by_row_;
    Network by_batch_;
};

}  // namespace

const ModelKind& softmax_kind() {
    static const ModelKind kind{
        .name = "softmax",
        .words = "multinomial logistic regression",
        .hyperparameters =
            {{.name = "rate",
              .words = "of the first steps; 0 by the features",
              .low = 0.1,
              .high = 3,
              .logarithmic = true,
              .grid = {0.3, 1.0, 2.0}},
             {.name = "l2",
              .words = "how far weights are drawn to 0",
              .low = 1e-8,
              .high = 1e-3,
              .logarithmic = true,
              .grid = {1e-7, 1e-6, 1e-5, 1e-4}},
             {.name = "epochs", .words = "at most; 0 by the size of the data", .whole = true},
             {.name = "batch",
              .words = "rows of one step; an eighth of them all at most",
              .usual = 256,
              .whole = true,
              .at_least = 1},
             balance_parameter()},
        .learns = Learns::classes,
        .soft_labels = true,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            return std::make_unique<Softmax>(params);
        },
        .shares = [](const Design& rows,
                     std::size_t) { return rows.sparse ? Sharing::nothing : Sharing::work; }};
    return kind;
}

}  // namespace training
