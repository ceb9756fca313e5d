// The table of model kinds. Name, hyperparameters and factory of a kind stand in one row, so that
// the command line, the search and load() cannot disagree on them.
//
// class_weights() and softmax() are here because every model for classes needs the same ones, to
// the bit: artefacts must predict what the training measured.
#include "training/models/model.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/words.hpp"
#include "training/models/models.hpp"

namespace training {

namespace {

const std::vector<const ModelKind*>& kinds() {
    static const std::vector<const ModelKind*> all{
        &detail::majority_kind(),
        &detail::softmax_kind(),
        &detail::ridge_kind(),
        &detail::mlp_kind()};
    return all;
}

}  // namespace

const ModelKind& model_kind(std::string_view name) {
    for (const auto* kind : kinds())
        if (kind->name == name) return *kind;
    throw base::UsageError(
        "model '" + std::string(name) + "'", "no such kind", "use " + base::one_of(model_kinds())
    );
}

const std::vector<std::string>& model_kinds() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const auto* kind : kinds()) out.push_back(kind->name);
        return out;
    }();
    return names;
}

Params complete(std::string_view kind, const Params& params) {
    Params out;
    std::string known;
    for (const auto& parameter : model_kind(kind).hyperparameters) {
        out[parameter.name] = parameter.usual;
        known += (known.empty() ? "" : ", ") + parameter.name;
    }
    for (const auto& [name, value] : params) {
        const auto thing = "parameter '" + name + "' of " + std::string(kind);
        if (!out.contains(name))
            throw base::UsageError(
                thing, "no such parameter", known.empty() ? "it has none" : "use " + known
            );
        if (!std::isfinite(value) || value < 0)
            throw base::UsageError(thing, "not a finite number of at least 0");
        out[name] = value;
    }
    return out;
}

std::unique_ptr<Model> make_model(std::string_view kind, const Params& params) {
    return model_kind(kind).make(complete(kind, params));
}

namespace detail {

std::vector<float> class_weights(std::span<const int> classes, std::size_t count, double balance) {
    std::vector<double> seen(count);
    for (int label : classes) seen[static_cast<std::size_t>(label)] += 1;
    std::vector<float> weights(count, 1.0F);
    for (std::size_t c = 0; c < count; ++c) {
        if (seen[c] == 0) continue;
        const double even =
            static_cast<double>(classes.size()) / (static_cast<double>(count) * seen[c]);
        weights[c] = static_cast<float>(1 + std::clamp(balance, 0.0, 1.0) * (even - 1));
    }
    return weights;
}

double softmax(std::span<double> scores) {
    const double top = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (double& s : scores) sum += s = std::exp(s - top);
    for (double& s : scores) s /= sum;
    return top + std::log(sum);
}

}  // namespace detail

}  // namespace training
