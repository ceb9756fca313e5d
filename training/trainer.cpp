// The artefact's payload (artefact.hpp) is kind, summary, class names, input signature, features,
// model, preparation, decision. Versions before 4 have no decision, and no preparation where there
// was none; versions 1 and 2 have no signature and are given rows as they come.
//
// For learning curves the model is fitted without validation rows, or early stopping would look at
// the rows that it is judged by.
#include "training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/artefact.hpp"
#include "training/evaluation/selection.hpp"
#include "training/features/features.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

// All that can be refused is refused here, before the first feature is computed.
void check_spec(const Examples& train, const Examples& validation, const TrainSpec& spec) {
    check(train);
    check(validation);
    if (train.rows == 0)
        throw base::Error("training", "no training rows", "label more items or widen the snapshot");
    if (train.rows > 4'000'000'000)
        throw base::Error("training", "more than 4,000,000,000 rows", "sample the snapshot");
    if (finds_structure(spec.model)) {
        if (spec.decision.empty()) return;
        throw base::UsageError(
            "calibrate, decide and abstain", "they are of classes, and " + spec.model + " has none"
        );
    }
    if (train.classes.empty() && train.targets.empty())
        throw base::Error(
            "training",
            "no labels",
            "choose a target, or a kind that needs none, as kmeans or isolation_forest"
        );
    if (!train.classes.empty()) {
        const auto first = train.classes.front();
        const bool one = std::all_of(train.classes.begin(), train.classes.end(), [&](int c) {
            return c == first;
        });
        if (one && (spec.model == automatic_model || !model_kind(spec.model).baseline)) {
            throw base::Error(
                "training",
                "all rows have the class '" + train.class_names[static_cast<std::size_t>(first)] +
                    "'",
                "label another class"
            );
        }
    }
    if (validation.rows > 0 && validation.has_classes() != train.has_classes()) {
        throw base::Error(
            "validation examples",
            "their labels are of another kind than those of training",
            "give classes or targets in both"
        );
    }
    if (validation.rows > 0 && validation.classes.empty() && validation.targets.empty()) {
        throw base::Error("validation examples", "no labels", "leave validation empty or label it");
    }
    if (spec.model != automatic_model && !(train.classes.empty() && train.targets.empty()))
        check_learns(
            model_kind(spec.model), train.has_classes() ? Learns::classes : Learns::values
        );
    if (spec.decision.empty()) return;
    if (!train.has_classes())
        throw base::UsageError(
            "calibrate, decide and abstain", "they are of classes, and values are learnt"
        );
    spec.decision.check_classes(train.class_names);
}

std::string summary_of(
    const TrainSpec& spec,
    const Chosen& chosen,
    const InputSignature& inputs,
    const std::string& features,
    const FittedPreparation& prepared,
    const Decision& decision,
    const std::vector<std::string>& class_names,
    std::size_t columns
) {
    boost::json::object values;
    for (const auto& [name, value] : chosen.params) values[name] = value;
    return boost::json::serialize(boost::json::object{
        {"model", chosen.kind},
        {"parameters", values},
        {"inputs", boost::json::parse(inputs.json())},
        {"features", boost::json::parse(features)},
        {"preparation", boost::json::parse(prepared.json())},
        {"decision", decision.json(class_names)},
        {"columns", columns},
        {"seed", spec.seed},
        {"kernels", kernels().name},
    });
}

std::string artefact_of(
    const std::string& kind,
    const std::string& summary,
    const Examples& train,
    const InputSignature& inputs,
    const Featurizer& featurizer,
    const Model& model,
    const FittedPreparation& prepared,
    const Decision& decision
) {
    Writer out;
    out.text(kind);
    out.text(summary);
    const bool classes = train.has_classes() && !finds_structure(kind);
    out.put<std::uint64_t>(classes ? train.class_names.size() : 0);
    if (classes) {
        for (const auto& name : train.class_names) out.text(name);
    }
    inputs.save(out);
    featurizer.save(out);
    model.save(out);
    out.text(prepared.empty() ? "" : prepared.json());
    decision.save(out);
    return seal(out.take());
}

// What is decided from probabilities, fitted on rows that the model has not learnt from.
Decision fit_decision(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    const Chosen& chosen,
    const Model& model,
    Selection& selection,
    Team& team
) {
    if (spec.decision.empty()) return {};
    HeldOut rows;
    if (validation.rows > 0) {
        const auto& form = selection.form(chosen.kind);
        rows = {model.predict(form.validation, team), validation.classes, "validation"};
    } else {
        rows = selection.out_of_fold(chosen);
    }
    return Decision::fit(spec.decision, std::move(rows), train.class_names, spec.seed);
}

// With rows that are prepared.
TrainResult fit_prepared(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    const FittedPreparation& prepared,
    const InputSignature& inputs,
    const OnProgress& progress,
    std::stop_token stop
) {
    const auto begun = std::chrono::steady_clock::now();
    Team team(spec.threads);
    TrainResult result;
    Selection selection(train, validation, spec, team, stop, progress);
    const auto chosen = selection.choose();
    const auto& form = selection.form(chosen.kind);
    auto model = make_model(chosen.kind, chosen.params);
    const auto note = [&](const Progress& now) {
        result.epochs.push_back(now);
        if (progress) progress(now);
    };
    const auto held_out = validation.rows > 0 ? view_of(form.validation, validation) : View{};
    FitContext context{spec.seed, stop, note, &team};
    context.loss = spec.loss;
    context.quantile = spec.quantile;
    const auto classes_learnt = train.has_classes() ? train.class_names.size() : 0;
    model->fit(view_of(form.train, train), held_out, classes_learnt, context);

    const auto decision = fit_decision(train, validation, spec, chosen, *model, selection, team);
    result.kind = chosen.kind;
    result.params = chosen.params;
    result.trials = chosen.trials;
    result.features = form.train.columns;
    result.summary = summary_of(
        spec,
        chosen,
        inputs,
        form.featurizer.json(),
        prepared,
        decision,
        train.class_names,
        form.train.columns
    );
    result.artefact = artefact_of(
        chosen.kind, result.summary, train, inputs, form.featurizer, *model, prepared, decision
    );
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return result;
}

}  // namespace

TrainResult fit(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    const OnProgress& progress,
    std::stop_token stop
) {
    check_model(spec.model, spec.params);  // refuses bad names before the work starts
    parse_search(spec.tune);
    check_spec(train, validation, spec);
    const auto& wanted = spec.features;
    const bool plain = spec.preparation.empty();
    // A preparation may make features of columns that are none themselves.
    auto inputs = InputSignature::of(
        train, wanted.use_text || !plain, wanted.use_numeric || !plain, wanted.use_pixels || !plain
    );
    if (plain)
        inputs.keep_columns(train, [&](const std::string& column) {
            return wanted.columns.takes(column);
        });
    inputs.set_rules(spec.rules);
    const auto held_out = inputs.align(validation);
    if (plain) return fit_prepared(train, held_out, spec, {}, inputs, progress, stop);
    const auto begun = std::chrono::steady_clock::now();
    const auto prepared = spec.preparation.fit(train);
    const auto rows = prepared.augment(prepared.apply(train), spec.seed);
    const auto prepared_out = held_out.rows > 0 ? prepared.apply(held_out) : held_out;
    auto result = fit_prepared(rows, prepared_out, spec, prepared, inputs, progress, stop);
    result.prepared = prepared.json();
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return result;
}

struct Predictor::State {
    std::string kind;
    std::string summary;
    std::vector<std::string> class_names;
    Featurizer featurizer;
    std::unique_ptr<Model> model;
    FittedPreparation prepared;
    Decision decision;
    std::optional<InputSignature> inputs;
};

Predictor::Predictor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

Predictor Predictor::load(std::string_view artefact) {
    const auto [payload, written] = unseal(artefact);
    Reader in(payload);
    auto state = std::make_unique<State>();
    state->kind = in.text();
    state->summary = in.text();
    for (auto count = in.get<std::uint64_t>(); count > 0; --count)
        state->class_names.push_back(in.text());
    if (written >= with_signature) state->inputs = InputSignature::load(in);
    state->featurizer =
        written >= with_signature ? Featurizer::load(in) : Featurizer::load_first(in);
    state->model = make_model(state->kind, {});
    state->model->load(in);
    if (!in.done())
        if (const auto prepared = in.text(); !prepared.empty())
            state->prepared = FittedPreparation::load(prepared);
    if (written >= with_decision) state->decision = Decision::load(in, state->class_names.size());
    if (!in.done()) Reader::broken();
    return Predictor(std::move(state));
}

const std::string& Predictor::model() const {
    return state_->kind;
}
const std::vector<std::string>& Predictor::class_names() const {
    return state_->class_names;
}
const std::string& Predictor::summary() const {
    return state_->summary;
}

const FittedPreparation& Predictor::preparation() const {
    return state_->prepared;
}

const Decision& Predictor::decision() const {
    return state_->decision;
}

std::vector<std::pair<std::string, double>> Predictor::gains() const {
    std::vector<std::pair<std::string, double>> out;
    for (const auto& [column, gain] : state_->model->gains())
        out.emplace_back(state_->featurizer.name(column), gain);
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return a.second > b.second;
    });
    return out;
}

std::vector<int> Predictor::decide(std::span<const double> probabilities) const {
    return state_->decision.decide(probabilities, state_->class_names.size());
}

const std::optional<InputSignature>& Predictor::inputs() const {
    return state_->inputs;
}

const Featurizer& Predictor::featurizer() const {
    return state_->featurizer;
}

PlainModel Predictor::plain() const {
    return state_->model->plain();
}

Finds Predictor::finds() const {
    return model_kind(state_->kind).finds;
}

const Finder* Predictor::finder() const {
    return dynamic_cast<const Finder*>(state_->model.get());
}

std::string Predictor::feature_name(std::size_t column) const {
    return state_->featurizer.name(column);
}

Design Predictor::rows_of(const Examples& examples, Team& team, Alignment* notes) const {
    check(examples);
    const auto& inputs = state_->inputs;
    const auto from = [&](const Examples& rows) {
        if (state_->prepared.empty()) return state_->featurizer.apply(rows, team);
        return state_->featurizer.apply(state_->prepared.apply(rows), team);
    };
    if (!inputs || (!notes && inputs->fits(examples))) return from(examples);
    return from(inputs->align(examples, notes));
}

std::vector<double>
Predictor::predict(const Examples& examples, std::size_t threads, Alignment* notes) const {
    check(examples);
    if (examples.rows == 0) return {};
    Team team(threads);
    auto said = state_->model->predict(rows_of(examples, team, notes), team);
    state_->decision.calibrator().apply(said);
    return said;
}

std::vector<CurvePoint> learning_curve(
    const Examples& train,
    const Examples& held_out,
    const TrainSpec& spec,
    std::stop_token stop
) {
    auto plain = spec;
    plain.tune.clear();
    plain.decision = {};
    auto by_error = spec;
    by_error.objective = Objective::error;
    std::vector<std::size_t> order(train.rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    base::CounterRandom(spec.seed, 11).shuffle(std::span(order));
    std::vector<CurvePoint> points;
    for (std::size_t part = 16; part >= 1; part /= 2) {
        const auto rows = train.rows / part;
        if (rows < 20) continue;
        const auto sample =
            take(train, {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(rows)});
        Examples none;
        const auto model = Predictor::load(fit(sample, none, plain, {}, stop).artefact);
        const auto predicted = model.predict(held_out, spec.threads);
        Design shape;
        shape.rows = held_out.rows;
        points.push_back(
            {rows,
             cost_of(
                 predicted,
                 view_of(shape, held_out),
                 train.has_classes() ? train.class_names.size() : 0,
                 by_error
             )}
        );
    }
    return points;
}

}  // namespace training
