// From answers to the truth, as verbs over labeling/agreement and labeling/truth.
//
// All run in the transaction of the request: a truth that is half stored would be believed by the
// next snapshot, and a request that wants a second connection can wait for ever. A simulation that
// is told of at the terminal stands for many people over a long time, so that its claims and
// answers are transactions of their own, as theirs are, and an interruption keeps what is done.
#include "service/labels/judging.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "labeling/queue/simulate.hpp"
#include "labeling/tasks/task_type.hpp"
#include "labeling/truth/truth_store.hpp"
#include "service/labels/projects.hpp"
#include "service/people/people.hpp"
#include "training/snapshots/example_store.hpp"

namespace service {

namespace {

// "<rk>.<user>.<attempt>.<key>": the key comes last, since it may hold anything.
std::string text_of(const labeling::AnswerPlace& place) {
    return fmt::format("{}.{}.{}.{}", place.rk, place.user_id, place.attempt, place.key);
}

labeling::AnswerPlace place_of(std::string_view text) {
    labeling::AnswerPlace place;
    if (text.empty()) return place;
    auto next = [&] {
        auto dot = std::min(text.find('.'), text.size());
        auto number = base::whole_number<std::int64_t>(text.substr(0, dot), 10);
        if (!number || dot == text.size())
            throw base::UsageError(
                "'after'", "is not the 'next' of an earlier answer", "leave it out at first"
            );
        text.remove_prefix(dot + 1);
        return *number;
    };
    place.rk = next();
    place.user_id = next();
    place.attempt = static_cast<int>(next());
    place.key = std::string(text);
    return place;
}

// "ada:0.1" or just an error rate.
labeling::SimulatedAnnotator annotator_of(const std::string& text, std::size_t number) {
    auto colon = text.find(':');
    auto name = colon == text.npos ? fmt::format("simulated-{}", number) : text.substr(0, colon);
    auto error = base::parse_number(colon == text.npos ? text : text.substr(colon + 1));
    if (error && *error >= 0 && *error <= 1) return {.name = name, .error = *error};
    throw base::UsageError(
        fmt::format("annotator '{}'", text), "is no error rate", "write NAME:0.1 or 0.1"
    );
}

}  // namespace

const base::Settings<ListAnnotators> ListAnnotators::settings{
    {"project", &ListAnnotators::project, "its name", {.required = true}},
};
const base::Settings<ListAnswers> ListAnswers::settings{
    {"project", &ListAnswers::project, "its name", {.required = true}},
    {"user", &ListAnswers::user, "only those of this user"},
    {&ListAnswers::page},
};
const base::Settings<ResolveTruth> ResolveTruth::settings{
    {"project", &ResolveTruth::project, "its name", {.required = true}},
    {"method", &ResolveTruth::method, "how answers become truth; as the project says by default"},
    {"replace_imported", &ResolveTruth::replace_imported, "also where a label was imported"},
};
const base::Settings<ResolvedTruth> ResolvedTruth::settings{
    {"project", &ResolvedTruth::project, "its name"},
    {"method", &ResolvedTruth::method, "that was used"},
    {"why", &ResolvedTruth::why, "if it was chosen"},
    {"records", &ResolvedTruth::records, "with answers"},
    {"workers", &ResolvedTruth::workers, "who answered"},
    {"answers", &ResolvedTruth::answers, "that count"},
    {"new", &ResolvedTruth::added, "labels"},
    {"changed", &ResolvedTruth::changed, "labels"},
    {"below_target", &ResolvedTruth::below_target, "records less probable than the target"},
    {"asked_again", &ResolvedTruth::asked_again, "of these, within max_overlap"},
    {"closed", &ResolvedTruth::closed, "tasks that waited only because they were unsure"},
    {"judged", &ResolvedTruth::judged, "records whose label is also known by import"},
    {"accuracy", &ResolvedTruth::accuracy, "on these"},
    {"worker_accuracy", &ResolvedTruth::worker_accuracy, "estimated"},
    {"machines_left_out", &ResolvedTruth::machines_left_out, "why, where machines count"},
};
const base::Settings<SimulateAnswers> SimulateAnswers::settings{
    {"project", &SimulateAnswers::project, "its name", {.required = true}},
    {"field",
     &SimulateAnswers::field,
     "of the records, that holds the true class",
     {.required = true}},
    {"annotator", &SimulateAnswers::annotator, "NAME:ERROR, several times", {.required = true}},
    {"seed", &SimulateAnswers::seed, "of their errors"},
    {"answers", &SimulateAnswers::answers, "at most so many", {.low = 0}},
};

Page<labeling::AnnotatorQuality> list_annotators(Work& work, const ListAnnotators& request) {
    return {
        labeling::annotator_quality(work.tx, known_project(work, request.project)), std::nullopt};
}

Page<labeling::AnswerEntry> list_answers(Work& work, const ListAnswers& request) {
    auto stored = known_project(work, request.project);
    std::optional<std::int64_t> user;
    if (!request.user.empty()) user = known_user(work, request.user).id;
    auto rows = labeling::list_answers(
        work.tx, stored.id, place_of(request.page.after), user, request.page.limit
    );
    Page<labeling::AnswerEntry> page;
    if (rows.size() == static_cast<std::size_t>(request.page.limit))
        page.next = text_of(rows.back().place());
    for (auto& row : rows) page.items.push_back(std::move(row));
    return page;
}

ResolvedTruth resolve_truth(Work& work, const ResolveTruth& request) {
    known_project(work, request.project);
    auto done = labeling::resolve_truth(
        work.tx, request.project, request.method, !request.replace_imported, work.now
    );
    return {
        .project = request.project,
        .method = done.method,
        .why = done.why,
        .records = done.records,
        .workers = done.workers,
        .answers = done.answers,
        .added = done.added,
        .changed = done.changed,
        .below_target = done.below_target,
        .asked_again = done.asked_again,
        .closed = done.closed,
        .judged = done.judged,
        .accuracy = done.accuracy,
        .worker_accuracy = std::move(done.worker_accuracy),
        .machines_left_out = std::move(done.machines_left_out)};
}

namespace {

SimulatedAnswers simulate_in(
    base::Transactions steps,
    Work& work,
    const SimulateAnswers& request,
    const std::function<void(std::int64_t answers)>& tell
) {
    auto stored = known_project(work, request.project);
    auto truths = training::field_by_key(work.tx, stored.source_id, request.field);
    if (truths.empty())
        throw base::UsageError(
            fmt::format("field '{}'", request.field),
            fmt::format("no record of {} has a value in it", stored.project.source),
            "name the field that holds the right answer"
        );
    labeling::Simulation simulation;
    for (const auto& text : request.annotator)
        simulation.pool.push_back(annotator_of(text, simulation.pool.size() + 1));
    simulation.seed = request.seed;
    simulation.at_most = request.answers;
    simulation.truth = [&](const std::string& key) -> std::optional<std::string> {
        auto found = truths.find(key);
        if (found == truths.end()) return std::nullopt;
        const auto& question = stored.project.question;
        return labeling::task_type(question.kind).answer_of_value(question, found->second);
    };
    simulation.on_progress = tell;
    auto done = labeling::simulate(steps, stored, simulation, [] {
        return std::chrono::system_clock::now();
    });
    return {
        .project = request.project,
        .answers = done.answers,
        .wrong = done.wrong,
        .skipped = done.skipped};
}

}  // namespace

SimulatedAnswers simulate_answers(Work& work, const SimulateAnswers& request) {
    return simulate_in(work.tx, work, request, {});
}

SimulatedAnswers simulate_and_tell(
    Work& work,
    const SimulateAnswers& request,
    const std::function<void(std::int64_t answers)>& tell
) {
    return simulate_in(work.here.database, work, request, tell);
}

}  // namespace service
