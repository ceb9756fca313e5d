// The artefact is magic, version, checksum and a payload: kind, summary, class names, features,
// model, preparation. The checksum comes first, so that a file that was cut or altered is refused
// before any part of its payload is read. A model without a preparation is written as version 1,
// which older programs read.
//
// For learning curves the model is fitted without validation rows, or
// early stopping would look at the rows that it is judged by.
#include "training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/evaluation/selection.hpp"
#include "training/features/features.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

constexpr std::string_view magic{"tilth-model\n", 12};
constexpr std::uint32_t version = 2;  // 1: without a preparation

std::string seal(const std::string& payload, bool prepared) {
    detail::Writer out;
    out.put(prepared ? version : 1U);
    out.put<std::uint64_t>(base::hash_64(payload));
    out.text(payload);
    return std::string(magic) + out.take();
}

std::string unseal(std::string_view artefact) {
    if (!artefact.starts_with(magic))
        throw base::Error("model artefact", "not a model of this program");
    detail::Reader in(artefact.substr(magic.size()));
    const auto written = in.get<std::uint32_t>();
    if (written == 0 || written > version) {
        throw base::Error(
            "model artefact",
            "version " + std::to_string(written) + " is newer than version " +
                std::to_string(version) + ", the newest known",
            "use the program that wrote it"
        );
    }
    const auto checksum = in.get<std::uint64_t>();
    auto payload = in.text();
    if (!in.done() || base::hash_64(payload) != checksum) {
        throw base::Error(
            "model artefact",
            "its checksum does not match",
            "train the model again or restore the artefact"
        );
    }
    return payload;
}

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
        if (one && (spec.model == automatic || !model_kind(spec.model).baseline)) {
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
    if (spec.model != automatic && !(train.classes.empty() && train.targets.empty()))
        check_learns(
            model_kind(spec.model), train.has_classes() ? Learns::classes : Learns::values
        );
}

std::string summary_of(
    const TrainSpec& spec,
    const Chosen& chosen,
    const std::string& features,
    const FittedPreparation& prepared,
    std::size_t columns
) {
    boost::json::object values;
    for (const auto& [name, value] : chosen.params) values[name] = value;
    return boost::json::serialize(boost::json::object{
        {"model", chosen.kind},
        {"parameters", values},
        {"features", boost::json::parse(features)},
        {"preparation", boost::json::parse(prepared.json())},
        {"columns", columns},
        {"seed", spec.seed},
        {"kernels", detail::kernels().name},
    });
}

// With rows that are prepared.
TrainResult fit_prepared(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    const FittedPreparation& prepared,
    const OnProgress& progress,
    std::stop_token stop
) {
    const auto begun = std::chrono::steady_clock::now();
    detail::Team team(spec.threads);
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
    result.summary = summary_of(spec, chosen, form.featurizer.json(), prepared, form.train.columns);
    detail::Writer out;
    out.text(chosen.kind);
    out.text(result.summary);
    const bool classes = train.has_classes();
    out.put<std::uint64_t>(classes ? train.class_names.size() : 0);
    if (classes) {
        for (const auto& name : train.class_names) out.text(name);
    }
    form.featurizer.save(out);
    model->save(out);
    if (!prepared.empty()) out.text(prepared.json());
    result.artefact = seal(out.take(), !prepared.empty());
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
    if (spec.preparation.empty()) return fit_prepared(train, validation, spec, {}, progress, stop);
    const auto begun = std::chrono::steady_clock::now();
    const auto prepared = spec.preparation.fit(train);
    const auto rows = prepared.augment(prepared.apply(train), spec.seed);
    auto result = fit_prepared(rows, prepared.apply(validation), spec, prepared, progress, stop);
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
};

Predictor::Predictor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

Predictor Predictor::load(std::string_view artefact) {
    const auto payload = unseal(artefact);
    detail::Reader in(payload);
    auto state = std::make_unique<State>();
    state->kind = in.text();
    state->summary = in.text();
    for (auto count = in.get<std::uint64_t>(); count > 0; --count)
        state->class_names.push_back(in.text());
    state->featurizer = Featurizer::load(in);
    state->model = make_model(state->kind, {});
    state->model->load(in);
    if (!in.done()) state->prepared = FittedPreparation::load(in.text());
    if (!in.done()) detail::Reader::broken();
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

std::vector<double> Predictor::predict(const Examples& examples, std::size_t threads) const {
    check(examples);
    if (examples.rows == 0) return {};
    detail::Team team(threads);
    if (state_->prepared.empty())
        return state_->model->predict(state_->featurizer.apply(examples, team), team);
    return state_->model->predict(
        state_->featurizer.apply(state_->prepared.apply(examples), team), team
    );
}

std::vector<CurvePoint> learning_curve(
    const Examples& train,
    const Examples& held_out,
    const TrainSpec& spec,
    std::stop_token stop
) {
    auto plain = spec;
    plain.tune.clear();
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
        detail::Design shape;
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
