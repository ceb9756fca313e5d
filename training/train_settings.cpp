// One table for flags, --spec files, jobs and HTTP. What stands beside something that it cannot go
// with is refused where it is read, before a run is begun.
#include "training/train_settings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/numbers/parse.hpp"
#include "base/settings/settings.hpp"
#include "training/registry/run_label_store.hpp"

namespace training {

namespace {

// What is given to a method that is not asked for would be ignored.
std::optional<base::Fault> check_unlabelled(const UnlabelledSpec& given) {
    const UnlabelledSpec usual;
    const auto unused = [&](bool differs, bool used, const char* name, const char* method) {
        return differs && !used ? std::optional(base::Fault{
                                      fmt::format("it is of unlabelled {} alone", method),
                                      "leave it out, or give that",
                                      name})
                                : std::nullopt;
    };
    const bool any = given.method != Unlabelled::none;
    const bool trains_itself = given.method == Unlabelled::self_training;
    const bool rounds = trains_itself || given.method == Unlabelled::em;
    const bool spreads = given.method == Unlabelled::label_spreading;
    const char* methods = "self_training, em or label_spreading";
    for (const auto& fault :
         {unused(given.most != usual.most, any, "unlabelled_most", methods),
          unused(given.weight != usual.weight, any, "unlabelled_weight", methods),
          unused(given.rounds != usual.rounds, rounds, "unlabelled_rounds", "self_training or em"),
          unused(
              given.confidence != usual.confidence, trains_itself, "confidence", "self_training"
          ),
          unused(given.neighbours != usual.neighbours, spreads, "neighbours", "label_spreading"),
          unused(given.spread != usual.spread, spreads, "spread", "label_spreading")})
        if (fault) return fault;
    return std::nullopt;
}

// What no training could do is refused before anything is queued.
std::optional<base::Fault> check(TrainSettings& settings) {
    check_model(settings.model, settings.params);
    check(RunEdit{.note = settings.note, .tags = settings.tag});
    const bool searches = parse_search(settings.tune).kind != Search::Kind::none;
    if (settings.budget > 0 && !searches && settings.model != automatic_model)
        return base::Fault{
            "there is no search that it could end", "give tune, or model auto", "budget"};
    if (settings.objective != Objective::log_loss && !searches && settings.model != automatic_model)
        return base::Fault{"there is no search that lowers it", "give tune", "objective"};
    if (settings.quantile != TrainSettings{}.quantile && settings.loss != Loss::quantile)
        return base::Fault{"it is of loss quantile alone", "give loss quantile", "quantile"};
    if (auto fault = check_unlabelled(settings.unlabelled)) return fault;
    if (finds_structure(settings.model)) {
        const auto& kind = model_kind(settings.model);
        const bool searched = std::any_of(
            kind.hyperparameters.begin(),
            kind.hyperparameters.end(),
            [](const auto& parameter) { return !parameter.grid.empty(); }
        );
        if (searches && !searched)
            return base::Fault{
                kind.name + " has nothing that a search could lower",
                "give its parameters",
                "tune"};
        if (!settings.target.empty())
            return base::Fault{
                kind.name + " learns no target", "leave it out, or take another kind", "target"};
        if (!settings.weight.empty())
            return base::Fault{
                kind.name + " counts each row alike",
                "leave it out, or take another kind",
                "weight"};
        if (settings.curve)
            return base::Fault{
                kind.name + " makes no errors that a curve could show", "leave it out", "curve"};
    }
    if (settings.unlabelled.method != Unlabelled::none && !settings.target.empty())
        return base::Fault{
            "records without a label teach classes, no target", "leave it out", "unlabelled"};
    if (!settings.weight.empty() && settings.weight == settings.target)
        return base::Fault{"it is the target", "choose another column", "weight"};
    if (settings.unlabelled.method != Unlabelled::none && finds_structure(settings.model))
        return base::Fault{
            settings.model + " asks for no labels", "make a snapshot of the source", "unlabelled"};
    if (settings.loss == Loss::quantile && !(settings.quantile > 0 && settings.quantile < 1))
        return base::Fault{"not between 0 and 1", {}, "quantile"};
    if (settings.labels == Labels::soft) {
        if (!settings.target.empty())
            return base::Fault{
                "soft labels are of classes, and a column is to be learnt",
                "leave it out",
                "labels"};
        if (settings.model != automatic_model) check_soft(model_kind(settings.model));
    }
    return std::nullopt;
}

}  // namespace

const base::Settings<TrainSettings> TrainSettings::settings{
    {{"snapshot", &TrainSettings::snapshot, "what to learn from", {.required = true}},
     {"model", &TrainSettings::model, "kind of model", {.choices = model_choices()}},
     {"tune",
      &TrainSettings::tune,
      "search on validation, or by cross-validation: random:N, halving:N, tpe:N or grid"},
     {"params",
      &TrainSettings::params,
      "hyperparameters that are not to be searched",
      {.flag = "param"}},
     {"features", &TrainSettings::features, "what of the records the model sees"},
     {"objective", &TrainSettings::objective, "what a search lowers"},
     {"budget", &TrainSettings::budget, "seconds after which the search ends; 0: none", {.low = 0}},
     {"loss", &TrainSettings::loss, "what is lowered where values are learnt"},
     {"quantile", &TrainSettings::quantile, "of loss quantile", {.low = 0, .high = 1}},
     {"labels", &TrainSettings::labels, "what is learnt from labels that are not quite sure"},
     {&TrainSettings::decision},
     {"target", &TrainSettings::target, "a numeric column to predict instead of the labels"},
     {"weight",
      &TrainSettings::weight,
      "a numeric column that says how much each training row counts; it is no feature"},
     {"prepare",
      &TrainSettings::prepare,
      "a version of the source's preparation; 0 for none",
      {.scalars = true}},
     {"name",
      &TrainSettings::name,
      "of the model; PROJECT-KIND by default, of a form PROJECT-QUESTION-KIND"},
     {"seed", &TrainSettings::seed, "of everything random"},
     {"threads", &TrainSettings::threads, "0: all; the result does not depend on it"},
     {"curve",
      &TrainSettings::curve,
      "also fit on growing shares of the training rows, for the learning curve"},
     {"unlabelled",
      &TrainSettings::unlabelled,
      &UnlabelledSpec::method,
      "what is made of records of the snapshot's condition that have no label"},
     {"unlabelled_most",
      &TrainSettings::unlabelled,
      &UnlabelledSpec::most,
      "so many of them at most, drawn by the seed",
      {.low = 1, .high = 1'000'000}},
     {"unlabelled_rounds",
      &TrainSettings::unlabelled,
      &UnlabelledSpec::rounds,
      "of self_training and em, at most; folds and validation say which is kept",
      {.low = 1, .high = 100}},
     {"unlabelled_weight",
      &TrainSettings::unlabelled,
      &UnlabelledSpec::weight,
      "how much one of them counts beside a labelled record",
      {.low = 0, .high = 1}},
     {"confidence",
      &TrainSettings::unlabelled,
      &UnlabelledSpec::confidence,
      "probability from which self_training uses a record",
      {.low = 0, .high = 1}},
     {"neighbours",
      &TrainSettings::unlabelled,
      &UnlabelledSpec::neighbours,
      "nearest records of label_spreading",
      {.low = 1, .high = 100}},
     {"spread",
      &TrainSettings::unlabelled,
      &UnlabelledSpec::spread,
      "of label_spreading: how much a record takes from its neighbours",
      {.low = 0, .high = 0.999}},
     {"allow_leak",
      &TrainSettings::allow_leak,
      "why a leak that is found is none; it is kept with the run"},
     {"again", &TrainSettings::again, "train even if the same was trained before"},
     {"tag", &TrainSettings::tag, "of the run: NAME=VALUE", {.scalars = true}},
     {"note", &TrainSettings::note, "on the run"}},
    &check};

TrainSpec TrainSettings::spec() const {
    return {
        .model = model,
        .features = features,
        .preparation = {},
        .params = params,
        .tune = tune,
        .budget = budget,
        .objective = objective,
        .loss = loss,
        .quantile = quantile,
        .decision = decision,
        .seed = seed,
        .threads = threads};
}

}  // namespace training

std::optional<training::PreparationChoice> base::Spelling<training::PreparationChoice>::read(
    std::string_view text
) {
    if (text == "present" || text == "true") return training::PreparationChoice{};
    if (text == "false") return training::PreparationChoice{0};
    auto version = base::whole_number<int>(text);
    if (!version || *version < 0) return std::nullopt;
    return training::PreparationChoice{version};
}

std::string base::Spelling<training::PreparationChoice>::write(
    const training::PreparationChoice& choice
) {
    return choice.version ? std::to_string(*choice.version) : "present";
}
