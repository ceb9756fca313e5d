#include "training/answers/fit_answers.hpp"

#include <chrono>

#include <boost/json.hpp>

#include "base/error.hpp"
#include "training/artefact.hpp"
#include "training/epochs.hpp"
#include "training/numeric/kernels.hpp"

namespace training {

namespace json = boost::json;

namespace {

std::string summary_of(
    const TrainSpec& spec,
    const AskedQuestion& question,
    const InputSignature& inputs,
    const AnswerModel::Fitted& fitted
) {
    json::object params;
    for (const auto& [name, value] : fitted.params) params[name] = value;
    return json::serialize(json::object{
        {"model", fitted.kind},
        {"parameters", params},
        {"inputs", json::parse(inputs.json())},
        {"question", json::parse(question.json())},
        {"features", fitted.notes},
        {"preparation", json::parse(FittedPreparation().json())},
        {"decision", Decision().json(question.classes)},
        {"columns", fitted.columns},
        {"seed", spec.seed},
        {"kernels", kernels().name},
    });
}

}  // namespace

const AnswerKind& answer_kind_of(const Examples& examples) {
    const auto question = AskedQuestion::parse(examples.asked);
    if (const auto* kind = answer_kind(question.kind)) return *kind;
    throw base::Error(
        "training", "no model here learns answers of the kind " + question.kind, "export them"
    );
}

TrainResult fit_answers(
    const Examples& train,
    const Examples& validation,
    const TrainSpec& spec,
    const OnProgress& progress,
    std::stop_token stop
) {
    const auto begun = std::chrono::steady_clock::now();
    const auto question = AskedQuestion::parse(train.asked);
    const auto& kind = answer_kind_of(train);
    auto inputs = InputSignature::of(train, !kind.pictures, false, kind.pictures);
    inputs.set_rules(spec.rules);
    inputs.set_fields(fields_of(question));
    TrainResult result;
    const auto note = noting_epochs(result.epochs, progress);
    auto model = kind.make(question);
    auto fitted =
        model->learn(inputs.align(train), inputs.align(validation), spec, note, std::move(stop));
    result.kind = fitted.kind;
    result.params = fitted.params;
    result.features = fitted.columns;
    result.summary = summary_of(spec, question, inputs, fitted);
    result.trials = std::move(fitted.trials);
    Writer out;
    out.text(std::string(answers_by) + result.kind);
    out.text(result.summary);
    out.put<std::uint64_t>(question.classes.size());
    for (const auto& name : question.classes) out.text(name);
    inputs.save(out);
    out.text(question.json());
    model->save(out);
    result.artefact = seal(out.take());
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return result;
}

}  // namespace training
