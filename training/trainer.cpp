// The artefact's payload (artefact.hpp) is kind, summary, class names, input signature, features,
// model, preparation. Versions 1 and 2 have no signature and are given rows as they come; version 1
// has no preparation either.
#include "training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/analysis/forecast.hpp"
#include "training/artefact.hpp"
#include "training/evaluation/selection.hpp"
#include "training/features/features.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

// All that can be refused is refused here, before the first feature is computed.
void check_spec(const Examples& train, const Examples& validation, const TrainSpec& spec) {
    check(train);
    check(validation);
    if (train.rows == 0)
        throw base::Error("training", "no training rows", "label more items or widen the snapshot");
    if (train.classes.empty() && train.targets.empty())
        throw base::Error("training", "no labels", "choose a target");
    if (train.rows > 4'000'000'000)
        throw base::Error("training", "more than 4,000,000,000 rows", "sample the snapshot");
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
}

std::string summary_of(
    const TrainSpec& spec,
    const Chosen& chosen,
    const InputSignature& inputs,
    const std::string& features,
    const FittedPreparation& prepared,
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
    const FittedPreparation& prepared
) {
    Writer out;
    out.text(kind);
    out.text(summary);
    const bool classes = train.has_classes();
    out.put<std::uint64_t>(classes ? train.class_names.size() : 0);
    if (classes) {
        for (const auto& name : train.class_names) out.text(name);
    }
    inputs.save(out);
    featurizer.save(out);
    model.save(out);
    if (!prepared.empty()) out.text(prepared.json());
    return seal(out.take());
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

    result.kind = chosen.kind;
    result.params = chosen.params;
    result.trials = chosen.trials;
    result.features = form.train.columns;
    result.summary =
        summary_of(spec, chosen, inputs, form.featurizer.json(), prepared, form.train.columns);
    result.artefact =
        artefact_of(chosen.kind, result.summary, train, inputs, form.featurizer, *model, prepared);
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
    if (!in.done()) state->prepared = FittedPreparation::load(in.text());
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

const std::optional<InputSignature>& Predictor::inputs() const {
    return state_->inputs;
}

std::vector<double>
Predictor::predict(const Examples& examples, std::size_t threads, Alignment* notes) const {
    check(examples);
    if (examples.rows == 0) return {};
    Team team(threads);
    const auto& inputs = state_->inputs;
    const auto from = [&](const Examples& rows) {
        if (state_->prepared.empty())
            return state_->model->predict(state_->featurizer.apply(rows, team), team);
        return state_->model->predict(
            state_->featurizer.apply(state_->prepared.apply(rows), team), team
        );
    };
    if (!inputs || (!notes && inputs->fits(examples))) return from(examples);
    return from(inputs->align(examples, notes));
}

Design Predictor::features(const Examples& examples, std::size_t threads) const {
    check(examples);
    Team team(threads);
    const auto from = [&](const Examples& rows) {
        return state_->featurizer.apply(
            state_->prepared.empty() ? rows : state_->prepared.apply(rows), team
        );
    };
    const auto& inputs = state_->inputs;
    return !inputs || inputs->fits(examples) ? from(examples) : from(inputs->align(examples));
}

std::vector<CurvePoint> learning_curve(
    const Examples& train,
    const Examples& held_out,
    const TrainSpec& spec,
    std::stop_token stop
) {
    std::vector<CurvePoint> points;
    for (const auto& size : errors_by_size(train, held_out, spec, stop)) {
        const double mean = std::accumulate(size.errors.begin(), size.errors.end(), 0.0) /
                            static_cast<double>(std::max<std::size_t>(1, size.errors.size()));
        points.push_back({size.rows, train.has_classes() ? mean : std::sqrt(mean)});
    }
    return points;
}

}  // namespace training
