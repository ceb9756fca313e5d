#include <algorithm>

#include "base/error.hpp"
#include "training/models/models.hpp"
#include "training/numeric/network.hpp"
#include "training/numeric/sparse_softmax.hpp"

namespace training::detail {

namespace {

// Multinomial logistic regression. Dense rows: mini-batches with Adam; sparse rows: one at a time
// with AdaGrad. A rate or number of epochs of 0 stands for the default of that way; the rate of
// dense rows is a hundredth of the one given.
class Softmax final : public Model {
public:
    explicit Softmax(const Params& params) : params_(params) {}

    void
    fit(const View& train, const View& validation, std::size_t outputs, const FitContext& context
    ) override {
        if (outputs == 0)
            throw base::Error("softmax", "it learns classes, not values", "use ridge or mlp");
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
        how.batch = std::max<std::size_t>(1, static_cast<std::size_t>(params_.at("batch")));
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

    std::vector<double> predict(const Design& rows, Team& team) const override {
        return sparse_ ? by_row_.predict(rows, team) : by_batch_.predict(rows, team);
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
    Params params_;
    bool sparse_ = false;
    SparseSoftmax by_row_;
    Network by_batch_;
};

}  // namespace

std::unique_ptr<Model> make_softmax(const Params& params) {
    return std::make_unique<Softmax>(params);
}

}  // namespace training::detail
