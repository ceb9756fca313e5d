// The table of model kinds. Name, hyperparameters and factory of a kind stand in one row, so that
// the command line, the search and load() cannot disagree on them.
//
// class_weights() and softmax() are here because every model for classes needs the same ones, to
// the bit: artefacts must predict what the training measured.
#include "training/models/model.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "training/models/models.hpp"

namespace training {

namespace {

struct Kind {
    std::string name;
    std::vector<Knob> knobs;
    std::unique_ptr<Model> (*make)(const Params&);
};

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all{
        {"majority", {}, detail::make_majority},
        {"softmax",
         {
             {"rate", 0, 0.1, 3, true, false, {0.3, 1.0, 2.0}},
             {"l2", 0, 1e-8, 1e-3, true, false, {1e-7, 1e-6, 1e-5, 1e-4}},
             {"epochs", 0, 0, 0, false, true, {}},  // 0: by the size of the data
             {"batch", 256, 0, 0, false, true, {}},
             {"balance", 0, 0, 0, false, false, {}},
         },
         detail::make_softmax},
        {"ridge", {{"l2", 1, 1e-3, 1e3, true, false, {0.01, 0.1, 1, 10, 100}}}, detail::make_ridge},
        {"mlp",
         {
             {"hidden", 256, 64, 512, true, true, {128, 256, 512}},
             {"layers", 1, 1, 2, false, true, {1, 2}},
             {"rate", 0.001, 3e-4, 5e-3, true, false, {5e-4, 1e-3, 2e-3}},
             {"l2", 1e-5, 1e-7, 1e-2, true, false, {1e-6, 1e-4}},
             {"epochs", 0, 0, 0, false, true, {}},  // 0: by the size of the data
             {"batch", 256, 0, 0, false, true, {}},
             {"patience", 4, 0, 0, false, true, {}},
             {"balance", 0, 0, 0, false, false, {}},
         },
         detail::make_mlp},
    };
    return all;
}

const Kind& find(std::string_view name) {
    for (const auto& kind : kinds()) {
        if (kind.name == name) return kind;
    }
    throw base::UsageError(
        "model '" + std::string(name) + "'", "no such kind", "use majority, softmax, ridge or mlp"
    );
}

}  // namespace

const std::vector<std::string>& model_kinds() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const auto& kind : kinds()) out.push_back(kind.name);
        return out;
    }();
    return names;
}

const std::vector<Knob>& knobs(std::string_view kind) {
    return find(kind).knobs;
}

Params complete(std::string_view kind, const Params& params) {
    Params out;
    std::string known;
    for (const auto& knob : knobs(kind)) {
        out[knob.name] = knob.standard;
        known += (known.empty() ? "" : ", ") + knob.name;
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
    return find(kind).make(complete(kind, params));
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
