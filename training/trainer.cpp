// The artefact's payload (artefact.hpp) is kind, summary, class names, input signature, features,
// model, preparation, decision. Versions before 4 have no decision, and no preparation where there
// was none; versions 1 and 2 have no signature and are given rows as they come.
#include "training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/analysis/forecast.hpp"
#include "training/answers/answer_model.hpp"
#include "training/answers/fit_answers.hpp"
#include "training/artefact.hpp"
#include "training/company/mpi_company.hpp"
#include "training/company/shared_fit.hpp"
#include "training/epochs.hpp"
#include "training/features/features.hpp"
#include "training/folds/cross_validation.hpp"
#include "training/models/label_sets.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/numeric/kernels.hpp"
#include "training/tuning/selection.hpp"

namespace training {

namespace json = boost::json;

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
    if (!train.has_classes() && !train.has_parts() && train.targets.empty())
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
    if (validation.rows > 0 &&
        (validation.has_classes() != train.has_classes() ||
         validation.has_sets() != train.has_sets() || validation.has_spans() != train.has_spans() ||
         validation.has_answers() != train.has_answers())) {
        throw base::Error(
            "validation examples",
            "their labels are of another kind than those of training",
            "give classes or targets in both"
        );
    }
    if (validation.rows > 0 && !validation.has_classes() && !validation.has_parts() &&
        validation.targets.empty()) {
        throw base::Error("validation examples", "no labels", "leave validation empty or label it");
    }
    if (spec.model != automatic_model) check_learns(model_kind(spec.model), learnt_of(train));
    if (train.has_spans() && !spec.preparation.empty())
        throw base::Error(
            "spans",
            "they count the characters of texts, and a preparation may change these",
            "train with --prepare 0"
        );
    if (train.has_answers() && !spec.preparation.empty())
        throw base::Error(
            "answers",
            "they are learnt from parts of records, and a preparation is of whole ones",
            "train with --prepare 0"
        );
    if (!train.weights.empty() && (train.has_spans() || train.has_answers()))
        throw base::Error(
            "weight", "it is of whole records, and what is learnt are parts of them", "leave it out"
        );
    if (spec.decision.empty()) return;
    if (!train.has_classes())
        throw base::UsageError(
            "calibrate, decide and abstain",
            "they are of classes, one for each record, and others are learnt"
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
    out.text(train.has_sets() && !finds_structure(kind) ? std::string(sets_of) + kind : kind);
    out.text(summary);
    const bool classes = train.of_classes() && !finds_structure(kind);
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
    auto model = make_model_for(view_of(form.train, train), chosen.kind, chosen.params);
    const auto note = noting_epochs(result.epochs, progress);
    const auto held_out = validation.rows > 0 ? view_of(form.validation, validation) : View{};
    FitContext context{spec.seed, stop, note, &team};
    context.loss = spec.loss;
    context.quantile = spec.quantile;
    const auto classes_learnt = train.of_classes() ? train.class_names.size() : 0;
    context.company = company_of_process();
    model->fit(view_of(form.train, train), held_out, classes_learnt, context);

    const auto decision = fit_decision(train, validation, spec, chosen, *model, selection, team);
    result.kind = chosen.kind;
    result.sharing = words_of_sharing(
        context.company, model_kind(chosen.kind), view_of(form.train, train), classes_learnt
    );
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

// Without labels of several classes or spans.
Examples without_parts(Examples rows) {
    rows.marks.clear();
    rows.spans.clear();
    rows.answers.clear();
    return rows;
}

// Spans of texts, from which a model of its own is learnt.
TrainResult fit_spans(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    InputSignature& inputs,
    const OnProgress& progress,
    std::stop_token stop
) {
    const auto begun = std::chrono::steady_clock::now();
    Team team(spec.threads);
    TrainResult result;
    SpanModel model;
    const auto note = noting_epochs(result.epochs, progress);
    auto fitted = model.learn(train, validation, spec, team, note, stop);
    result.kind = "crf";
    result.params = fitted.params;
    result.trials = std::move(fitted.trials);
    result.features = fitted.columns;
    const json::object notes{
        {"spans", fitted.notes.spans},
        {"widened", fitted.notes.widened},
        {"overlapping", fitted.notes.overlapping},
        {"empty", fitted.notes.empty}};
    const Chosen chosen{result.kind, result.params, {}};
    result.summary = summary_of(
        spec,
        chosen,
        inputs,
        json::serialize(json::object{{"tokens", notes}}),
        {},
        {},
        model.labels(),
        fitted.columns
    );
    Writer out;
    out.text(std::string(spans_by) + result.kind);
    out.text(result.summary);
    out.put<std::uint64_t>(model.labels().size());
    for (const auto& name : model.labels()) out.text(name);
    inputs.save(out);
    model.save(out);
    result.artefact = seal(out.take());
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return result;
}

}  // namespace

Learns learnt_of(const Examples& train) {
    if (train.has_spans()) return Learns::spans;
    if (train.has_answers()) return answer_kind_of(train).learns;
    return train.of_classes() ? Learns::classes : Learns::values;
}

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
    // Structure is looked for in rows, whatever their labels are.
    if (finds_structure(spec.model) && train.has_parts())
        return fit(without_parts(train), without_parts(validation), spec, progress, stop);
    if (train.has_answers()) return fit_answers(train, validation, spec, progress, stop);
    const auto& wanted = spec.features;
    const bool plain = spec.preparation.empty();
    if (train.has_spans()) {
        auto texts = InputSignature::of(train, true, false, false);
        texts.set_rules(spec.rules);
        return fit_spans(train, validation, spec, texts, progress, stop);
    }
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
    // Rows that a preparation makes go with those that they are made of.
    auto dealt = train;
    if (chosen_by_folds(spec, held_out)) dealt.folds = folds_of(train, spec.seed);
    const auto prepared = spec.preparation.fit(dealt);
    const auto rows = prepared.augment(prepared.apply(std::move(dealt)), spec.seed);
    const auto prepared_out = held_out.rows > 0 ? prepared.apply(held_out) : held_out;
    auto result = fit_prepared(rows, prepared_out, spec, prepared, inputs, progress, stop);
    result.prepared = prepared.json();
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return result;
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
        const bool shares = train.has_classes() || train.has_parts();
        points.push_back({size.rows, shares ? mean : std::sqrt(mean)});
    }
    return points;
}

}  // namespace training
