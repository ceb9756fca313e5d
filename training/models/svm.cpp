#include <algorithm>

#include "training/models/models.hpp"
#include "training/models/one_versus_rest.hpp"

namespace training {

const ModelKind& svm_kind() {
    static const ModelKind kind{
        .name = "svm",
        .words = "linear support vectors (squared hinge), calibrated",
        .hyperparameters = {cost_parameter(), balance_parameter()},
        .learns = Learns::classes,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            OneVersusRest::Settings settings;
            settings.cost = params.at("cost");
            settings.balance = params.at("balance");
            return std::make_unique<OneVersusRest>(settings);
        }};
    return kind;
}

}  // namespace training
