// Trials of a search run on one thread each and several at once; the final fit has all threads.
// Both give the same bits. What the trials need is made before they begin, by all threads: trials
// only read.
//
// `auto` fits every sensible kind as it is, then searches on with the one that was best. With a
// budget a trial that is under way when the time is over is stopped, and stands among the trials
// with that reason.
#include "training/tuning/selection.hpp"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/evaluation/metrics.hpp"
#include "training/folds/cross_validation.hpp"
#include "training/models/label_sets.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/numeric/linear_scores.hpp"

namespace training {

namespace {

constexpr std::size_t further_trials = 8;  // of `auto` with the best kind

// The mean over the classes of a set.
double cost_of_set(
    std::span<const double> said,
    std::span<const std::uint8_t> marks,
    const TrainSpec& spec
) {
    double sum = 0;
    for (std::size_t c = 0; c < said.size(); ++c) {
        const double right = marks[c] ? said[c] : 1 - said[c];
        sum += spec.objective == Objective::error ? (right > 0.5 ? 0.0 : 1.0)
                                                  : -std::log(std::max(right, 1e-15));
    }
    return sum / static_cast<double>(said.size());
}

}  // namespace

View view_of(const Design& rows, const Examples& examples) {
    return {
        &rows, examples.classes, examples.targets, examples.weights, examples.soft, examples.marks};
}

double cost_of(
    const std::vector<double>& predicted,
    const View& truth,
    std::size_t classes,
    const TrainSpec& spec
) {
    double sum = 0;
    const auto n = truth.size();
    for (std::size_t row = 0; row < n; ++row) {
        if (classes == 0) {
            sum += loss_of(predicted[row], truth.targets[row], spec.loss, spec.quantile);
            continue;
        }
        const auto* line = predicted.data() + row * classes;
        if (!truth.marks.empty()) {
            sum += cost_of_set({line, classes}, truth.marks.subspan(row * classes, classes), spec);
            continue;
        }
        const auto label = static_cast<std::size_t>(truth.classes[row]);
        if (spec.objective == Objective::error) {
            sum += std::max_element(line, line + classes) == line + label ? 0 : 1;
        } else {
            sum += loss_of_probability(line[label]);
        }
    }
    sum /= static_cast<double>(std::max<std::size_t>(1, n));
    const bool root = classes == 0 && (spec.loss == Loss::squared || spec.loss == Loss::huber);
    return root ? std::sqrt(sum) : sum;
}

namespace {

// How the rows lie as pictures, where they will be pixels and nothing else.
PictureForm form_of(const Examples& train, const FeatureSpec& features) {
    if (!features.use_pixels || train.pixel_width == 0 ||
        features.pictures.features != PictureFeatures::pixels ||
        (features.use_text && !train.text.empty()) ||
        (features.use_numeric && !train.columns.empty()))
        return {};
    const auto channels = std::max<std::size_t>(1, train.pixel_channels);
    return {train.pixel_width, train.pixel_count / train.pixel_width / channels, channels};
}

}  // namespace

std::vector<std::string>
sensible_kinds(const Examples& train, const FeatureSpec& features, Loss loss, double seconds) {
    const bool texts = features.use_text && !train.text.empty();
    const bool few = train.rows <= 20'000;
    std::vector<std::string> wanted;
    if (!train.of_classes()) {
        wanted = {"ridge", "elastic_net", "boosting", "mlp"};
        if (few) wanted.insert(wanted.end(), {"forest", "knn"});
    } else if (texts) {
        wanted = {"multinomial_nb", "complement_nb", "svm", "nbsvm", "ridge", "softmax"};
        if (few) wanted.push_back("knn");
    } else {
        wanted = {"softmax", "logistic", "boosting", "mlp", "forest"};
        if (few) wanted.push_back("knn");
    }
    const auto form = form_of(train, features);
    if (form.width > 0) wanted.emplace_back("cnn");
    std::erase_if(wanted, [&](const std::string& name) {
        const auto& kind = model_kind(name);
        // Of sets a model for each class is learnt.
        const auto classes = train.class_names.size();
        const double fits = train.has_sets() ? static_cast<double>(classes) : 1;
        if (kind.seconds && fits * kind.seconds(form, train.rows, classes) > seconds) return true;
        return !train.of_classes() &&
               std::find(kind.losses.begin(), kind.losses.end(), loss) == kind.losses.end();
    });
    if (!train.soft.empty())
        std::erase_if(wanted, [](const auto& name) { return !model_kind(name).soft_labels; });
    return wanted;
}

struct Selection::Fold {
    Examples learnt;  // labels only
    Examples judged;
    Design learnt_rows;
    Design judged_rows;
};

// A stop of its own, asked for by the user's or when the time is over.
struct Selection::Deadline {
    std::stop_source source;
    std::optional<Moment> end;
    std::mutex mutex;
    std::condition_variable_any changed;
    std::stop_callback<std::function<void()>> asked;
    std::jthread clock;

    Deadline(std::stop_token user, double seconds)
        : asked(user, [this] { source.request_stop(); }) {
        if (seconds <= 0) return;
        end = std::chrono::steady_clock::now() +
              std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                  std::chrono::duration<double>(seconds)
              );
        clock = std::jthread([this](std::stop_token over) {
            std::unique_lock lock(mutex);
            changed.wait_until(lock, over, *end, [] { return false; });
            if (!over.stop_requested()) source.request_stop();
        });
    }
};

Selection::Selection(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    Team& team,
    std::stop_token stop,
    const OnProgress& progress
)
    : train_(train),
      validation_(validation),
      spec_(spec),
      team_(team),
      stop_(stop),
      progress_(progress),
      deadline_(std::make_unique<Deadline>(stop, spec.budget)) {}

Selection::~Selection() = default;

std::size_t Selection::classes() const {
    return train_.of_classes() ? train_.class_names.size() : 0;
}

FeatureSpec Selection::features_of(const std::string& kind) const {
    return features_for(kind, spec_.features, train_.rows);
}

const Form& Selection::form(const std::string& kind) {
    auto& form = forms_[text_form_of(kind)];
    if (form) return *form;
    if (progress_) progress_({"features", 0, train_.rows, 0, {}});
    Design rows;
    auto featurizer = Featurizer::fit(train_, features_of(kind), team_, rows, spec_.seed);
    auto held_out = validation_.rows > 0 ? featurizer.apply(validation_, team_) : Design{};
    form =
        std::make_unique<Form>(Form{std::move(featurizer), std::move(rows), std::move(held_out)});
    if (progress_) progress_({"features", train_.rows, train_.rows, 0, {}});
    if (stop_.stop_requested()) throw base::Interrupted();
    return *form;
}

const std::vector<Selection::Fold>& Selection::folds(const std::string& kind) {
    auto& all = folds_[text_form_of(kind)];
    if (!all.empty()) return all;
    for (const auto& [inside, outside] : rounds_of(train_, spec_.seed)) {
        if (stop_.stop_requested()) throw base::Interrupted();
        Fold next;
        const auto learnt = take(train_, inside);
        const auto judged = take(train_, outside);
        const auto featurizer =
            Featurizer::fit(learnt, features_of(kind), team_, next.learnt_rows, spec_.seed);
        next.judged_rows = featurizer.apply(judged, team_);
        const auto labels = [](const Examples& of) {
            Examples out;
            out.rows = of.rows;
            out.classes = of.classes;
            out.class_names = of.class_names;
            out.targets = of.targets;
            out.weights = of.weights;
            out.soft = of.soft;
            out.marks = of.marks;
            return out;
        };
        next.learnt = labels(learnt);
        next.judged = labels(judged);
        all.push_back(std::move(next));
    }
    return all;
}

void Selection::prepare(const std::string& kind) {
    if (validation_.rows > 0 || finds_structure(kind)) {
        form(kind);
    } else {
        folds(kind);
    }
}

bool chosen_by_folds(const TrainSpec& spec, const Examples& validation) {
    if (validation.rows > 0) return false;
    if (spec.model == automatic_model || !spec.decision.empty()) return true;
    return parse_search(spec.tune).kind != Search::Kind::none && !finds_structure(spec.model);
}

double Selection::judge_on(
    const Trial& trial,
    const View& learnt,
    const View& stopping,
    const View& judged,
    std::vector<Progress>* curve
) const {
    Team team(1);
    auto model = make_model_for(learnt, trial.kind, trial.params);
    // The first trial is let finish, so that there is one.
    auto stop = trial.number == 0 ? stop_ : deadline_->source.get_token();
    FitContext context{spec_.seed, std::move(stop), {}, &team};
    context.loss = spec_.loss;
    context.quantile = spec_.quantile;
    if (curve) context.progress = [curve](const Progress& now) { curve->push_back(now); };
    if (trial.fraction >= 1) {
        model->fit(learnt, stopping, classes(), context);
    } else {
        std::vector<std::uint32_t> order(learnt.size());
        std::iota(order.begin(), order.end(), 0U);
        base::CounterRandom(spec_.seed, 9).shuffle(std::span(order));
        order.resize(std::max<std::size_t>(
            1, static_cast<std::size_t>(trial.fraction * static_cast<double>(order.size()))
        ));
        const auto part = take_part(learnt, order);
        model->fit(part.view(), stopping, classes(), context);
    }
    return cost_of(model->predict(*judged.rows, team), judged, classes(), spec_);
}

// Rows for which a search gives a share of all are not cut: what is found in a share of them is
// something else.
double Selection::structure_cost(const Trial& trial, const Form& form, std::vector<Progress>& curve)
    const {
    Team team(1);
    auto model = make_model(trial.kind, trial.params);
    auto stop = trial.number == 0 ? stop_ : deadline_->source.get_token();
    FitContext context{spec_.seed, std::move(stop), {}, &team};
    context.progress = [&curve](const Progress& now) { curve.push_back(now); };
    model->fit({&form.train}, {}, 0, context);
    const auto cost = dynamic_cast<const Finder&>(*model).cost(form.train, spec_.seed, team);
    if (!cost)
        throw base::Error(
            trial.kind, "there is nothing that a search could lower", "give its parameters"
        );
    return *cost;
}

// Without validation no fold may say when to stop: it would judge what it had a say in.
double Selection::judge(const Trial& trial, std::vector<Progress>& curve) {
    const auto kept = text_form_of(trial.kind);
    try {
        if (finds_structure(trial.kind)) return structure_cost(trial, *forms_.at(kept), curve);
        if (validation_.rows > 0) {
            const auto& form = *forms_.at(kept);
            const auto held_out = view_of(form.validation, validation_);
            return judge_on(trial, view_of(form.train, train_), held_out, held_out, &curve);
        }
        double sum = 0, rows = 0;
        for (const auto& fold : folds_.at(kept)) {
            rows += static_cast<double>(fold.judged.rows);
            sum += static_cast<double>(fold.judged.rows) *
                   judge_on(
                       trial,
                       view_of(fold.learnt_rows, fold.learnt),
                       {},
                       view_of(fold.judged_rows, fold.judged),
                       &fold == &folds_.at(kept).front() ? &curve : nullptr
                   );
        }
        return sum / rows;
    } catch (const base::Interrupted&) {
        if (stop_.stop_requested()) throw;
        throw base::Error("trial", "the time was over");
    }
}

std::vector<Trial>
Selection::search(const std::string& kind, const Search& how, std::vector<Trial> history) {
    prepare(kind);
    Tuning tuning;
    tuning.kind = kind;
    tuning.parameters = model_kind(kind).hyperparameters;
    if (spec_.model == kind) tuning.fixed = spec_.params;
    tuning.search = how;
    tuning.seed = spec_.seed;
    tuning.threads = team_.threads();
    tuning.end = deadline_->end;
    tuning.history = std::move(history);
    return tune(
        tuning,
        [&](const Trial& trial, std::vector<Progress>& curve) { return judge(trial, curve); },
        progress_
    );
}

Chosen Selection::choose_kind() {
    Chosen chosen;
    // A trial is a fit for each round of the cross-validation, where there is no validation.
    const auto fits = validation_.rows > 0 ? 1 : rounds_of(train_, spec_.seed).size();
    const double seconds = (spec_.budget > 0 ? spec_.budget / 4 : seconds_without_budget) /
                           static_cast<double>(std::max<std::size_t>(1, fits));
    for (const auto& kind : sensible_kinds(train_, spec_.features, spec_.loss, seconds)) {
        prepare(kind);
        Trial trial;
        trial.number = chosen.trials.size();
        trial.kind = kind;
        trial.params = complete(kind, {});
        chosen.trials.push_back(std::move(trial));
    }
    const auto evaluate = [&](const Trial& trial, std::vector<Progress>& curve) {
        return judge(trial, curve);
    };
    run_trials(chosen.trials, 0, team_.threads(), deadline_->end, evaluate, progress_);
    const auto best = best_trial(chosen.trials).kind;
    const Search further{Search::Kind::tpe, spec_.budget > 0 ? std::size_t{1000} : further_trials};
    for (auto& trial : search(best, further, chosen.trials))
        if (trial.failure != not_begun) chosen.trials.push_back(std::move(trial));
    chosen.kind = best_trial(chosen.trials).kind;
    chosen.params = best_trial(chosen.trials).params;
    return chosen;
}

HeldOut Selection::out_of_fold(const Chosen& chosen) {
    HeldOut out;
    out.from = "out-of-fold";
    for (const auto& fold : folds(chosen.kind)) {
        if (stop_.stop_requested()) throw base::Interrupted();
        auto model = make_model(chosen.kind, chosen.params);
        FitContext context{spec_.seed, stop_, {}, &team_};
        model->fit(view_of(fold.learnt_rows, fold.learnt), {}, classes(), context);
        const auto said = model->predict(fold.judged_rows, team_);
        out.probabilities.insert(out.probabilities.end(), said.begin(), said.end());
        out.truth.insert(out.truth.end(), fold.judged.classes.begin(), fold.judged.classes.end());
    }
    return out;
}

Chosen Selection::choose() {
    if (spec_.model == automatic_model) return choose_kind();
    const auto how = parse_search(spec_.tune);
    if (how.kind == Search::Kind::none)
        return {spec_.model, complete(spec_.model, spec_.params), {}};
    Chosen chosen{spec_.model, {}, search(spec_.model, how, {})};
    chosen.params = best_trial(chosen.trials).params;
    return chosen;
}

}  // namespace training
