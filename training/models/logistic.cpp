#include <algorithm>

#include "training/models/models.hpp"
#include "training/models/one_versus_rest.hpp"

namespace training {

const ModelKind& logistic_kind() {
    static const ModelKind kind{
        .name = "logistic",
        .words = "logistic regression, each class against the others",
        .hyperparameters = {cost_parameter(), balance_parameter()},
        .learns = Learns::classes,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            OneVersusRest::Settings settings;
            settings.cost = params.at("cost");
            settings.balance = params.at("balance");
            settings.logistic = true;
            return std::make_unique<OneVersusRest>(settings);
        },
        .shares = OneVersusRest::shares};
    return kind;
}

}  // namespace training
