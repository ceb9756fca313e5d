// The artefact's payload (artefact.hpp) is kind, summary, class names, input signature, features,
// model, preparation. Versions 1 and 2 have no signature and are given rows as they come; version 1
// has no preparation either.
//
// Trials of a search run on one thread each and several at once; the final fit has all threads.
// Both give the same bits. For learning curves the model is fitted without validation rows, or
// early stopping would look at the rows that it is judged by.
#include "training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "training/artefact.hpp"
#include "training/features/features.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace {

constexpr int dense_text_bits = 12;  // 4,096 columns of hashed words at most, for dense rows

// For models that take every feature of every row.
void lower_columns(TextSpec& text) {
    text.bits = std::min(text.bits, dense_text_bits);
    constexpr int most = 1 << dense_text_bits;
    if (text.max_features == 0 || text.max_features > most) text.max_features = most;
}

View view_of(const detail::Design& rows, const Examples& examples) {
    return {&rows, examples.classes, examples.targets};
}

// Lower is better: mean log-loss, error rate, or RMSE.
double cost_of(
    const std::vector<double>& predicted,
    const View& truth,
    std::size_t classes,
    Objective objective
) {
    double sum = 0;
    const auto n = truth.size();
    for (std::size_t row = 0; row < n; ++row) {
        if (classes == 0) {
            sum += (predicted[row] - truth.targets[row]) * (predicted[row] - truth.targets[row]);
            continue;
        }
        const auto* line = predicted.data() + row * classes;
        const auto label = static_cast<std::size_t>(truth.classes[row]);
        if (objective == Objective::error) {
            sum += std::max_element(line, line + classes) == line + label ? 0 : 1;
        } else {
            sum -= std::log(std::max(line[label], 1e-15));
        }
    }
    sum /= static_cast<double>(std::max<std::size_t>(1, n));
    return classes == 0 ? std::sqrt(sum) : sum;
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
        if (one && !model_kind(spec.model).baseline) {
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
    if (!spec.tune.empty() && spec.tune != "none" && validation.rows == 0) {
        throw base::UsageError(
            "tune", "there are no validation rows to judge by", "split with a validation part"
        );
    }
}

std::string summary_of(
    const TrainSpec& spec,
    const Params& params,
    const InputSignature& inputs,
    const std::string& features,
    const FittedPreparation& prepared,
    std::size_t columns
) {
    boost::json::object values;
    for (const auto& [name, value] : params) values[name] = value;
    return boost::json::serialize(boost::json::object{
        {"model", spec.model},
        {"parameters", values},
        {"inputs", boost::json::parse(inputs.json())},
        {"features", boost::json::parse(features)},
        {"preparation", boost::json::parse(prepared.json())},
        {"columns", columns},
        {"seed", spec.seed},
        {"kernels", detail::kernels().name},
    });
}

// Everything one training run needs at hand.
struct Run {
    const TrainSpec& spec;
    const detail::Design& train_rows;
    const detail::Design& validation_rows;
    const Examples& train;
    const Examples& validation;
    std::stop_token stop;

    std::size_t classes() const { return train.has_classes() ? train.class_names.size() : 0; }

    // The cost of one setting on validation, on one thread.
    double judge(const Params& params, double fraction) const {
        detail::Team team(1);
        auto model = make_model(spec.model, params);
        const FitContext context{spec.seed, stop, {}, &team};
        const auto validation_view = view_of(validation_rows, validation);
        if (fraction >= 1) {
            model->fit(view_of(train_rows, train), validation_view, classes(), context);
        } else {
            std::vector<std::uint32_t> order(train_rows.rows);
            std::iota(order.begin(), order.end(), 0U);
            base::CounterRandom(spec.seed, 9).shuffle(std::span(order));
            order.resize(std::max<std::size_t>(
                1, static_cast<std::size_t>(fraction * static_cast<double>(order.size()))
            ));
            const auto rows = detail::take_rows(train_rows, order);
            std::vector<int> labels;
            std::vector<double> targets;
            for (auto row : order) {
                if (classes() > 0) {
                    labels.push_back(train.classes[row]);
                } else {
                    targets.push_back(train.targets[row]);
                }
            }
            model->fit({&rows, labels, targets}, validation_view, classes(), context);
        }
        return cost_of(
            model->predict(validation_rows, team), validation_view, classes(), spec.objective
        );
    }
};

std::string artefact_of(
    const std::string& kind,
    const std::string& summary,
    const Examples& train,
    const InputSignature& inputs,
    const Featurizer& featurizer,
    const Model& model,
    const FittedPreparation& prepared
) {
    detail::Writer out;
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
    return detail::seal(out.take());
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
    const auto search = parse_search(spec.tune);
    detail::Team team(spec.threads);
    TrainResult result;

    if (progress) progress({"features", 0, train.rows, 0, {}});
    auto feature_spec = spec.features;
    if (model_kind(spec.model).dense_text) lower_columns(feature_spec.text);
    detail::Design train_rows;
    const auto featurizer = Featurizer::fit(train, feature_spec, team, train_rows, spec.seed);
    const auto validation_rows =
        validation.rows > 0 ? featurizer.apply(validation, team) : detail::Design{};
    if (progress) progress({"features", train.rows, train.rows, 0, {}});
    if (stop.stop_requested()) throw base::Interrupted();

    const Run run{spec, train_rows, validation_rows, train, validation, stop};
    result.params = complete(spec.model, spec.params);
    if (search.kind != Search::Kind::none) {
        const auto judge = [&](const Params& params, double fraction) {
            return run.judge(params, fraction);
        };
        result.trials = tune(
            model_kind(spec.model).hyperparameters,
            spec.params,
            search,
            spec.seed,
            team.threads(),
            judge,
            progress
        );
        result.params = best_trial(result.trials).params;
    }

    auto model = make_model(spec.model, result.params);
    const auto note = [&](const Progress& now) {
        result.epochs.push_back(now);
        if (progress) progress(now);
    };
    const auto held_out = validation.rows > 0 ? view_of(validation_rows, validation) : View{};
    model->fit(view_of(train_rows, train), held_out, run.classes(), {spec.seed, stop, note, &team});

    result.features = train_rows.columns;
    result.summary =
        summary_of(spec, result.params, inputs, featurizer.json(), prepared, train_rows.columns);
    result.artefact =
        artefact_of(spec.model, result.summary, train, inputs, featurizer, *model, prepared);
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
    complete(spec.model, spec.params);  // refuses bad names before the work starts
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
    const auto [payload, written] = detail::unseal(artefact);
    detail::Reader in(payload);
    auto state = std::make_unique<State>();
    state->kind = in.text();
    state->summary = in.text();
    for (auto count = in.get<std::uint64_t>(); count > 0; --count)
        state->class_names.push_back(in.text());
    if (written >= detail::with_signature) state->inputs = InputSignature::load(in);
    state->featurizer =
        written >= detail::with_signature ? Featurizer::load(in) : Featurizer::load_first(in);
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

const std::optional<InputSignature>& Predictor::inputs() const {
    return state_->inputs;
}

std::vector<double>
Predictor::predict(const Examples& examples, std::size_t threads, Alignment* notes) const {
    check(examples);
    if (examples.rows == 0) return {};
    detail::Team team(threads);
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

std::vector<CurvePoint> learning_curve(
    const Examples& train,
    const Examples& held_out,
    const TrainSpec& spec,
    std::stop_token stop
) {
    auto plain = spec;
    plain.tune.clear();
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
                 Objective::error
             )}
        );
    }
    return points;
}

}  // namespace training
