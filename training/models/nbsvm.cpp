#include <algorithm>

#include "training/models/models.hpp"
#include "training/models/one_versus_rest.hpp"

namespace training {

const ModelKind& nbsvm_kind() {
    static const ModelKind kind{
        .name = "nbsvm",
        .words = "linear support vectors on words weighed by naive Bayes",
        .hyperparameters =
            {cost_parameter(),
             {.name = "smoothing",
              .words = "added to how often each word is met",
              .usual = 1,
              .low = 0.01,
              .high = 10,
              .logarithmic = true,
              .at_least = 1e-10,
              .grid = {0.1, 1}},
             {.name = "blend",
              .words = "how far weights differ in size, up to 1: as they were found; 0: as is best "
                       "on validation rows, else on a fifth of at least 100 training rows, else 1",
              .low = 0.1,
              .high = 1,
              .at_most = 1,
              .grid = {0}},
             balance_parameter()},
        .learns = Learns::classes,
        .takes = Takes::texts,
        .make = [](const Params& params) -> std::unique_ptr<Model> {
            OneVersusRest::Settings settings;
            settings.cost = params.at("cost");
            settings.balance = params.at("balance");
            settings.ratios = true;
            settings.smoothing = params.at("smoothing");
            settings.blend = params.at("blend");
            return std::make_unique<OneVersusRest>(settings);
        },
        .shares = OneVersusRest::shares};
    return kind;
}

}  // namespace training
