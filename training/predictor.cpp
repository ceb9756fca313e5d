// The artefact read back. Versions 1 and 2 have no signature and are given rows as they come;
// version 1 has no preparation either; those before 4 have no decision.
#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "training/answers/answer_model.hpp"
#include "training/artefact.hpp"
#include "training/features/features.hpp"
#include "training/models/label_sets.hpp"
#include "training/models/unsupervised/finder.hpp"
#include "training/trainer.hpp"

namespace training {

namespace {

// So many are predicted sooner than other threads start; what comes out is the same.
constexpr std::size_t rows_for_one_thread = 64;

}  // namespace

struct Predictor::State {
    std::string kind;
    std::string summary;
    std::vector<std::string> class_names;
    std::vector<double> thresholds;  // of sets
    Featurizer featurizer;
    std::unique_ptr<Model> model;
    std::unique_ptr<SpanModel> spans;      // in the place of featurizer and model
    std::string question;                  // its kind
    std::unique_ptr<AnswerModel> answers;  // likewise
    FittedPreparation prepared;
    Decision decision;
    std::optional<InputSignature> inputs;

    void load_answers(Reader& in) {
        AskedQuestion asked;
        try {
            asked = AskedQuestion::parse(in.text());
        } catch (const std::exception&) {
            Reader::broken();
        }
        const auto* by = answer_kind(asked.kind);
        if (!by || asked.classes != class_names) Reader::broken();
        inputs->set_fields(fields_of(asked));
        question = asked.kind;
        answers = by->make(asked);
        answers->load(in);
    }
    // What has no features of whole records.
    bool of_parts() const { return spans || answers; }
    [[noreturn]] void refuse_parts() const {
        throw base::Error(
            "model",
            spans ? "it finds spans of texts, and says no class or value of them"
                  : "it answers questions of kind " + question + ", with no one class or value"
        );
    }
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
    if (state->kind.starts_with(spans_by) && state->inputs) {
        state->kind.erase(0, spans_by.size());
        state->spans = std::make_unique<SpanModel>();
        state->spans->load(in, state->class_names);
        if (!in.done()) Reader::broken();
        return Predictor(std::move(state));
    }
    if (state->kind.starts_with(answers_by) && state->inputs) {
        state->kind.erase(0, answers_by.size());
        state->load_answers(in);
        if (!in.done()) Reader::broken();
        return Predictor(std::move(state));
    }
    state->featurizer =
        written >= with_signature ? Featurizer::load(in) : Featurizer::load_first(in);
    const bool sets = state->kind.starts_with(sets_of);
    if (sets) state->kind.erase(0, sets_of.size());
    state->model = sets ? make_set_model(state->kind, {}) : make_model(state->kind, {});
    state->model->load(in);
    if (sets) {
        state->thresholds = static_cast<const LabelSets&>(*state->model).thresholds();
        if (state->thresholds.size() != state->class_names.size()) Reader::broken();
    }
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
const std::vector<double>& Predictor::thresholds() const {
    return state_->thresholds;
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
    if (state_->of_parts()) return out;
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

bool Predictor::predicts_spans() const {
    return state_->spans != nullptr;
}

std::string_view Predictor::question_kind() const {
    return state_->spans ? std::string_view("spans") : std::string_view(state_->question);
}

bool Predictor::reads_whole_texts() const {
    const auto* by = answer_kind(state_->question);
    return predicts_spans() || (by && by->whole_texts);
}

const AnswerModel* Predictor::answers() const {
    return state_->answers.get();
}

std::vector<SaidAnswer>
Predictor::answer(const Examples& examples, std::size_t threads, Alignment* notes) const {
    check(examples);
    if (examples.rows == 0) return {};
    const auto team = examples.rows <= rows_for_one_thread ? 1 : threads;
    auto aligned = state_->inputs->align(examples, notes);
    aligned.answers.clear();
    return state_->answers->predict(aligned, team);
}

AnswersJudged Predictor::judge_answers(const Examples& truth, const AnswerJudging& how) const {
    check(truth);
    if (truth.rows == 0) return {};
    return state_->answers->judge(state_->inputs->align(truth), how);
}

std::vector<std::vector<double>>
Predictor::span_probabilities(const Examples& examples, std::size_t threads) const {
    check(examples);
    if (examples.rows == 0) return {};
    Team team(threads);
    auto aligned = state_->inputs->align(examples, nullptr);
    aligned.spans = examples.spans;
    return state_->spans->probabilities(aligned, team);
}

std::vector<TaggedText>
Predictor::find_spans(const Examples& examples, std::size_t threads, Alignment* notes) const {
    check(examples);
    if (examples.rows == 0) return {};
    Team team(examples.rows <= rows_for_one_thread ? 1 : threads);
    return state_->spans->predict(state_->inputs->align(examples, notes), team);
}

const Featurizer& Predictor::featurizer() const {
    return state_->featurizer;
}

PlainModel Predictor::plain() const {
    if (state_->of_parts()) return {};
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
    if (state_->of_parts()) state_->refuse_parts();
    check(examples);
    const auto& inputs = state_->inputs;
    const auto from = [&](const Examples& rows) {
        if (state_->prepared.empty()) return state_->featurizer.apply(rows, team);
        return state_->featurizer.apply(state_->prepared.apply(rows), team);
    };
    if (!inputs || (!notes && inputs->fits(examples))) return from(examples);
    return from(inputs->code(examples, notes));
}

std::vector<double>
Predictor::predict(const Examples& examples, std::size_t threads, Alignment* notes) const {
    check(examples);
    if (state_->of_parts()) state_->refuse_parts();
    if (examples.rows == 0) return {};
    Team team(examples.rows <= rows_for_one_thread ? 1 : threads);
    auto said = state_->model->predict(rows_of(examples, team, notes), team);
    state_->decision.calibrator().apply(said);
    return said;
}

void Predictor::predict_blocks(
    const Examples& examples,
    const std::function<void(std::size_t, std::vector<double>&)>& see
) const {
    const auto width = std::max<std::size_t>(1, state_->class_names.size());
    if (examples.rows <= most_said / width) {
        auto said = predict(examples);
        if (examples.rows > 0) see(0, said);
        return;
    }
    check(examples);
    if (state_->of_parts()) state_->refuse_parts();
    Team team(0);
    const auto rows = rows_of(examples, team);
    const auto at_once = std::max<std::size_t>(1, block_said / width);
    for (std::size_t from = 0; from < rows.rows; from += at_once) {
        std::vector<std::uint32_t> chosen(std::min(at_once, rows.rows - from));
        std::iota(chosen.begin(), chosen.end(), static_cast<std::uint32_t>(from));
        auto said = state_->model->predict(take_rows(rows, chosen), team);
        state_->decision.calibrator().apply(said);
        see(from, said);
    }
}

}  // namespace training
