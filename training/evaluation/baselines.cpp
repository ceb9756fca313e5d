#include "training/evaluation/baselines.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"

namespace training {

std::vector<Baseline> fit_baselines(
    const Examples& train,
    const TrainSpec& spec,
    std::stop_token stop,
    std::vector<std::string>* notes
) {
    constexpr int bits = 16;  // hashed words that a rule may choose among
    std::vector<Baseline> out;
    if (finds_structure(spec.model)) return out;
    for (const auto& name : model_kinds()) {
        if (!model_kind(name).baseline || name == spec.model) continue;
        if (!learns(model_kind(name), learnt_of(train))) continue;
        auto plain = spec;
        plain.model = name;
        plain.params.clear();
        plain.tune.clear();
        plain.budget = 0;
        plain.loss = Loss::squared;
        plain.decision = {};
        plain.features.text.bits = std::min(plain.features.text.bits, bits);
        plain.features.text.ngrams = 1;
        try {
            out.push_back({name, Predictor::load(fit(train, {}, plain, {}, stop).artefact)});
        } catch (const base::Interrupted&) {
            throw;
        } catch (const base::Error& why) {
            // What is wrong with the rows for all kinds the model itself will say, and end the run.
            if (notes) notes->push_back(fmt::format("no baseline '{}': {}", name, why.what()));
        }
    }
    return out;
}

}  // namespace training
