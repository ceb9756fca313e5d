#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "training/evaluation/text_form.hpp"
#include "training/features/features.hpp"
#include "training/trainer.hpp"
#include "training/tuning/tune.hpp"

namespace training {

// Examples as models see them. It points into `examples`.
View view_of(const Design& rows, const Examples& examples);

// Lower is better: mean log-loss, error rate; of values what the loss asks for (RMSE, mean absolute
// or pinball error, Poisson deviance).
double cost_of(
    const std::vector<double>& predicted,
    const View& truth,
    std::size_t classes,
    const TrainSpec& spec
);

// Of one fit that `auto` tries, where no budget is set.
inline constexpr double seconds_without_budget = 30;

// The kinds that `auto` tries for such data, the quickest first; none that would take one thread
// more than `seconds` for a fit (ModelKind::seconds).
std::vector<std::string> sensible_kinds(
    const Examples& train,
    const FeatureSpec& features,
    Loss loss,
    double seconds = seconds_without_budget
);

// The features of the rows, fitted on those of training.
struct Form {
    Featurizer featurizer;
    Design train;
    Design validation;
};

// The kind and the parameters that a training ends with, and what was tried for it.
struct Chosen {
    std::string kind;
    Params params;
    std::vector<Trial> trials;
};

// Whether kind, parameters or decision of a model are chosen by a cross-validation.
bool chosen_by_folds(const TrainSpec& spec, const Examples& validation);

// Chooses kind and parameters by what they cost on validation, or, where there is none, in a
// cross-validation of the training rows (cross_validation.hpp; each round with features of its
// own). Kinds that learn nothing are judged by what they find in the training rows (Finder::cost).
// Without a budget the choice does not depend on the number of threads or the clock.
class Selection {
public:
    // What is given has to live as long.
    Selection(
        const Examples& train,
        const Examples& validation,
        const TrainSpec& spec,
        Team& team,
        std::stop_token stop,
        const OnProgress& progress
    );
    ~Selection();

    // Throws base::Error if every trial failed, base::Interrupted at a stop.
    Chosen choose();
    const Form& form(const std::string& kind);
    // What a model says of the training rows from whose fold it has not learnt. Of classes.
    HeldOut out_of_fold(const Chosen& chosen);

private:
    struct Fold;
    struct Deadline;
    const std::vector<Fold>& folds(const std::string& kind);
    void prepare(const std::string& kind);
    FeatureSpec features_of(const std::string& kind) const;
    double structure_cost(const Trial& trial, const Form& form, std::vector<Progress>& curve) const;
    double judge(const Trial& trial, std::vector<Progress>& curve);
    double judge_on(
        const Trial& trial,
        const View& learnt,
        const View& stopping,
        const View& judged,
        std::vector<Progress>* curve
    ) const;
    Chosen choose_kind();
    std::vector<Trial>
    search(const std::string& kind, const Search& how, std::vector<Trial> history);
    std::size_t classes() const;

    const Examples& train_;
    const Examples& validation_;
    const TrainSpec& spec_;
    Team& team_;
    std::stop_token stop_;
    OnProgress progress_;
    std::map<TextForm, std::unique_ptr<Form>> forms_;
    std::map<TextForm, std::vector<Fold>> folds_;
    std::unique_ptr<Deadline> deadline_;
};

}  // namespace training
