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
        },
        // Of texts up to eight classes are descended side by side, in the time of one.
        .shares =
            [](const Design& rows, std::size_t outputs) {
                return rows.sparse && outputs >= 4 && outputs <= 8
                           ? Sharing::nothing
                           : OneVersusRest::shares(rows, outputs);
            }};
    return kind;
}

}  // namespace training
