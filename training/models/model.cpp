// The table of model kinds. Name, hyperparameters and factory of a kind stand in one row, so that
// the command line, the search and load() cannot disagree on them.
//
// Model::fit() holds every kind to what its row declares, so that none says in words of its own
// that it does not learn something. row_weights() and softmax() are here because every model for
// classes needs the same ones, to the bit: artefacts must predict what the training measured.
#include "training/models/model.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/words.hpp"
#include "training/company/shared_fit.hpp"
#include "training/models/label_sets.hpp"
#include "training/models/models.hpp"

namespace training {

namespace {

const std::vector<const ModelKind*>& kinds() {
    static const std::vector<const ModelKind*> all{
        &majority_kind(),    &rule_kind(),       &by_length_kind(),   &by_field_kind(),
        &softmax_kind(),     &logistic_kind(),   &svm_kind(),         &nbsvm_kind(),
        &multinomial_kind(), &complement_kind(), &bernoulli_kind(),   &gaussian_kind(),
        &ridge_kind(),       &lasso_kind(),      &elastic_net_kind(), &neighbours_kind(),
        &forest_kind(),      &boosting_kind(),   &mlp_kind(),         &cnn_kind(),
        &kmeans_kind(),      &mini_batch_kind(), &mixture_kind(),     &dbscan_kind(),
        &hdbscan_kind(),     &pca_kind(),        &svd_kind(),         &nmf_kind(),
        &lda_kind(),         &isolation_kind(),  &crf_kind(),         &bradley_terry_kind()};
    return all;
}

// The kinds that are no baselines and learn `wanted`.
std::vector<std::string> kinds_for(Learns wanted) {
    std::vector<std::string> out;
    for (const auto* kind : kinds())
        if (!kind->baseline && learns(*kind, wanted)) out.push_back(kind->name);
    return out;
}

void check_takes(const ModelKind& kind, const View& train) {
    if (kind.takes == Takes::pictures) {
        if (train.rows->picture.width == 0)
            throw base::Error(
                kind.name,
                "it takes the pixels of pictures, and the rows are other or more than that",
                "use another kind, or leave text and numeric out by [features]"
            );
    } else if (kind.takes == Takes::sequences) {
        if (train.rows->sequences.empty())
            throw base::Error(kind.name, "it learns spans of texts, and the labels are none");
    } else if (kind.takes != Takes::all && train.rows->sparse != (kind.takes == Takes::texts)) {
        throw base::Error(
            kind.name,
            kind.takes == Takes::texts ? "it takes texts, and the rows have none"
                                       : "it takes numbers or pictures, and the rows have texts",
            "use another kind, or leave parts out by [features]"
        );
    }
}

void check_rows(
    const ModelKind& kind,
    const View& train,
    std::size_t outputs,
    const FitContext& context
) {
    check_takes(kind, train);
    if (outputs == 0 &&
        std::find(kind.losses.begin(), kind.losses.end(), context.loss) == kind.losses.end()) {
        std::vector<std::string> able;
        for (auto loss : kind.losses) able.emplace_back(base::name_of(loss));
        throw base::Error(
            kind.name,
            "it cannot lower the loss '" + std::string(base::name_of(context.loss)) + "'",
            "use " + base::one_of(able) + ", or boosting"
        );
    }
    if (!train.weights.empty()) {
        if (train.weights.size() != train.size() ||
            std::any_of(train.weights.begin(), train.weights.end(), [](float w) {
                return !(w >= 0) || !std::isfinite(w);
            }))
            throw base::Error("row weights", "not one finite number of at least 0 for each row");
        if (std::none_of(train.weights.begin(), train.weights.end(), [](float w) { return w > 0; }))
            throw base::Error("row weights", "all are 0", "weigh at least one row");
    }
    if (!train.soft.empty()) check_soft(kind);
    if (!train.soft.empty() && train.soft.size() != train.size() &&
        train.soft.size() != train.size() * outputs)
        throw base::Error("soft labels", "not one probability for each row and class");
}

}  // namespace

bool learns(const ModelKind& kind, Learns wanted) {
    return kind.learns == wanted ||
           (kind.learns == Learns::both && (wanted == Learns::classes || wanted == Learns::values));
}

const ModelKind& model_kind(std::string_view name) {
    for (const auto* kind : kinds())
        if (kind->name == name) return *kind;
    throw base::UsageError(
        "model '" + std::string(name) + "'", "no such kind", "use " + base::one_of(model_kinds())
    );
}

bool finds_structure(std::string_view kind) {
    return kind != automatic_model && model_kind(kind).learns == Learns::nothing;
}

const std::vector<std::string>& model_kinds() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const auto* kind : kinds()) out.push_back(kind->name);
        return out;
    }();
    return names;
}

const std::vector<std::string>& model_choices() {
    static const std::vector<std::string> names = [] {
        auto out = model_kinds();
        out.emplace_back(automatic_model);
        return out;
    }();
    return names;
}

void check_model(std::string_view kind, const Params& params) {
    if (kind != automatic_model) {
        complete(kind, params);
        return;
    }
    if (!params.empty())
        throw base::UsageError(
            "parameter '" + params.begin()->first + "'",
            "it is not known which kind of model auto will choose",
            "name the kind"
        );
}

namespace {

// Throws base::UsageError for a value that the parameter does not take.
void check_value(const Hyperparameter& parameter, const std::string& thing, double value) {
    if (!std::isfinite(value) || value < 0)
        throw base::UsageError(thing, "not a finite number of at least 0");
    if (value < parameter.at_least || value > parameter.at_most)
        throw base::UsageError(
            thing,
            fmt::format("{} is too {}", value, value > parameter.at_most ? "large" : "small"),
            "take " + allowed_values(parameter)
        );
    if (parameter.whole && value != std::floor(value))
        throw base::UsageError(thing, fmt::format("{} is no whole number", value), "round it");
}

}  // namespace

Params complete(std::string_view kind, const Params& params) {
    Params out;
    std::string known;
    const auto& parameters = model_kind(kind).hyperparameters;
    for (const auto& parameter : parameters) {
        out[parameter.name] = parameter.usual;
        known += (known.empty() ? "" : ", ") + parameter.name;
    }
    for (const auto& [name, value] : params) {
        const auto thing = "parameter '" + name + "' of " + std::string(kind);
        const auto declared =
            std::find_if(parameters.begin(), parameters.end(), [&](const auto& parameter) {
                return parameter.name == name;
            });
        if (declared == parameters.end())
            throw base::UsageError(
                thing, "no such parameter", known.empty() ? "it has none" : "use " + known
            );
        check_value(*declared, thing, value);
        out[name] = value;
    }
    return out;
}

std::unique_ptr<Model> make_model(std::string_view kind, const Params& params) {
    auto all = complete(kind, params);
    auto model = model_kind(kind).make(all);
    model->kind_ = &model_kind(kind);
    model->params_ = std::move(all);
    return model;
}

std::unique_ptr<Model> make_set_model(std::string_view kind, const Params& params) {
    std::unique_ptr<Model> model =
        std::make_unique<LabelSets>(std::string(kind), complete(kind, params));
    model->kind_ = &model_kind(kind);
    return model;
}

void Model::fit(
    const View& train,
    const View& validation,
    std::size_t outputs,
    const FitContext& context
) {
    if (train.rows && train.rows->sequences.empty())
        check_learns(
            *kind_,
            !train.pairs.empty() ? Learns::order
            : outputs > 0        ? Learns::classes
                                 : Learns::values
        );
    if (kind_->learns == Learns::nothing) {
        check_rows(*kind_, {train.rows}, 0, context);
        learn_or_share({train.rows}, {validation.rows}, 0, context);
        return;
    }
    check_rows(*kind_, train, outputs, context);
    learn_or_share(train, validation, outputs, context);
}

Sharing shares_of(const ModelKind& kind, const View& train, std::size_t outputs) {
    constexpr std::size_t few = 256;
    if (!kind.shares || train.size() < few || !train.rows->sequences.empty())
        return Sharing::nothing;
    return kind.shares(*train.rows, outputs);
}

void Model::learn_or_share(
    const View& train,
    const View& validation,
    std::size_t outputs,
    const FitContext& context
) {
    auto* company = context.company;
    if (!company || !params_) return learn(train, validation, outputs, context);
    auto own = context;
    const auto shares = shares_of(*kind_, train, outputs);
    if (shares == Sharing::nothing || company->broken()) {
        own.company = nullptr;
        return learn(train, validation, outputs, own);
    }
    const FitJob job{
        kind_->name,
        *params_,
        outputs,
        context.seed,
        context.loss,
        context.quantile,
        shares,
        context.team->threads()};
    try {
        company->watch(context.stop);
        const auto stretch = give_out(*company, job, train, validation);
        own.whole = &train;
        learn(shares == Sharing::rows ? stretch.view() : train, validation, outputs, own);
    } catch (...) {
        company->leave();
        throw;
    }
}

void check_soft(const ModelKind& kind) {
    if (kind.soft_labels) return;
    std::vector<std::string> able;
    for (const auto* one : kinds())
        if (one->soft_labels && !one->baseline) able.push_back(one->name);
    throw base::UsageError(
        kind.name,
        "it learns from labels that are certain, not from soft ones",
        "use " + base::one_of(able) + ", or hard labels"
    );
}

void check_learns(const ModelKind& kind, Learns wanted) {
    if (learns(kind, wanted) || kind.learns == Learns::nothing) return;
    const auto plural = [](Learns what) {
        return what == Learns::both ? std::string("classes or values")
                                    : std::string(base::name_of(what));
    };
    throw base::Error(
        kind.name,
        "it learns " + plural(kind.learns) + ", not " + plural(wanted),
        "use " + base::one_of(kinds_for(wanted))
    );
}

std::vector<float>
row_weights(const View& rows, std::size_t classes, double balance, Company* company) {
    std::vector<float> out(rows.weights.begin(), rows.weights.end());
    if (classes == 0 || balance == 0) return out;
    if (out.empty()) out.assign(rows.size(), 1.0F);
    std::vector<double> seen(classes);
    double all = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const auto weight = static_cast<double>(out[row]);
        seen[static_cast<std::size_t>(rows.classes[row])] += weight;
        all += weight;
    }
    sum_up(company, seen);
    sum_each(company, all);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const double own = seen[static_cast<std::size_t>(rows.classes[row])];
        if (own == 0) continue;
        const double even = all / (static_cast<double>(classes) * own);
        out[row] *= static_cast<float>(1 + balance * (even - 1));
    }
    return out;
}

std::vector<Loss> all_losses() {
    std::vector<Loss> out;
    for (const auto& word : base::words<Loss>) out.push_back(word.value);
    return out;
}

std::string allowed_values(const Hyperparameter& parameter) {
    if (std::isfinite(parameter.at_most))
        return fmt::format("{} to {}", parameter.at_least, parameter.at_most);
    return fmt::format("{} or more", parameter.at_least);
}

const Hyperparameter& balance_parameter() {
    static const Hyperparameter balance{
        .name = "balance", .words = "1: rare classes weigh as much as common ones", .at_most = 1};
    return balance;
}

double softmax(std::span<double> scores) {
    const double top = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (double& s : scores) sum += s = std::exp(s - top);
    for (double& s : scores) s /= sum;
    return top + std::log(sum);
}

}  // namespace training
