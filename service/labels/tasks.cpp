// Claim, answer, skip, renew and undo: what the page of a labeler asks for all day.
//
// A claim waits three times for the database between begin and end, an answer twice, or three times
// where it closes its task: what does not need each other's rows goes in one batch.
//
// A lease is told to the labeler as one text, `token.attempt`, which comes back with the answer:
// the token fences answers that are late, the attempt tells a repeated request from a second answer
// after an undo.
#include "service/labels/tasks.hpp"

#include <algorithm>
#include <chrono>

#include <boost/json.hpp>

#include "base/database/batch.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "labeling/quality/audit_store.hpp"
#include "labeling/quality/gold_store.hpp"
#include "labeling/queue/claim_store.hpp"
#include "labeling/queue/news_store.hpp"
#include "labeling/queue/own_work_store.hpp"
#include "labeling/queue/people_store.hpp"
#include "labeling/queue/task_store.hpp"
#include "labeling/tasks/stored_answer.hpp"
#include "labeling/tasks/task_type.hpp"
#include "labeling/truth/truth_store.hpp"
#include "service/labels/machine/shown_suggestion.hpp"
#include "service/labels/projects.hpp"
#include "service/labels/queue/audit.hpp"
#include "service/labels/queue/claims.hpp"
#include "service/labels/shown_record.hpp"
#include "service/people/people.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

namespace json = boost::json;
using labeling::Project;
using labeling::TaskInHand;

constexpr std::int64_t longest_answer = 86'400'000;  // milliseconds: a day

constexpr int most_with_others = 1'000;

struct Lease {
    std::int64_t token = 0;
    int attempt = 0;
};

std::string text_of(const Lease& lease) {
    return std::to_string(lease.token) + "." + std::to_string(lease.attempt);
}

Lease lease_of(std::string_view text) {
    auto dot = std::min(text.find('.'), text.size());
    auto token = base::whole_number<std::int64_t>(text.substr(0, dot), 10);
    auto attempt = base::whole_number<int>(text.substr(std::min(dot + 1, text.size())), 10);
    if (!token || !attempt)
        throw base::UsageError("'lease'", "is not one", "send the lease of the claimed task");
    return {.token = *token, .attempt = *attempt};
}

[[noreturn]] void given_on(std::int64_t task) {
    throw Refusal(
        Refusal::Kind::conflict,
        "task " + std::to_string(task),
        "was held too long or undone, and went back to the queue",
        "claim the next one"
    );
}

Task task_of(const Project& project, const TaskInHand& held) {
    Task task{
        .id = held.task_id,
        .lease = text_of({.token = held.token, .attempt = held.attempt}),
        .expires_at = held.expires_at,
        .item = shown(project, held),
        .draft = held.draft,
        .audit = held.audit,
        .bookmarked = held.bookmarked};
    if (!held.returned_by.empty())
        task.sent_back = SentBack{.by = held.returned_by, .comment = held.comment};
    return task;
}

[[noreturn]] void no_task(std::int64_t task) {
    throw Refusal(
        Refusal::Kind::not_found, "task " + std::to_string(task), "no such task", "claim one"
    );
}

// Who answers a task, and its project; refused to those for whom it is not there.
struct Answering {
    schema::User who;
    labeling::StoredProject project;
};

Answering answering(Work& work, std::int64_t task, const std::string& name) {
    base::Batch batch(work.tx);
    PersonAsked person(work, batch, name);
    auto project = labeling::project_to_answer(batch, task);
    auto who = *person;
    auto stored = *project;
    if (!stored || !sees_project(work.tx, who.id, who.role, *stored)) no_task(task);
    return {.who = std::move(who), .project = *std::move(stored)};
}

// The person whose work on a task it is, if they see its project.
std::int64_t worker_on(Work& work, std::int64_t task, const std::string& name) {
    auto user = person(work, name);
    if (!sees_task(work.tx, user.id, user.role, task)) no_task(task);
    return user.id;
}

struct Said {
    std::string text;  // as the kind of question reads it
    labeling::Answer answer;
};

// What was said, read as the project's question has it.
template <typename Request>
Said said_in(
    Work& work,
    const labeling::StoredProject& stored,
    const Request& request,
    std::int64_t user
) {
    const auto& question = stored.project.question;
    if (!request.class_name.empty() && !request.value.text.empty())
        throw base::UsageError("'class'", "stands beside 'value'", "answer with one of them");
    auto said = request.class_name.empty() ? request.value.text
                                           : labeling::answer_of_class(request.class_name);
    if (said.empty())
        throw base::UsageError("'value'", "is missing", "send an answer, or skip the task");
    said = labeling::task_type(question.kind)
               .read(question, said, labeling::TaskRecord(work.tx, request.task));
    auto given = labeling::stored_answer(question, said);
    labeling::Answer answer{
        .task = request.task, .user_id = user, .class_id = given.class_id, .value = given.value};
    if (request.milliseconds)
        answer.milliseconds =
            static_cast<std::int32_t>(std::min(*request.milliseconds, longest_answer));
    return {.text = std::move(said), .answer = std::move(answer)};
}

[[noreturn]] void said_otherwise(Work& work, std::int64_t task, std::int64_t user, int attempt) {
    throw Refusal(
        Refusal::Kind::conflict,
        "task " + std::to_string(task),
        "was answered under this lease with " +
            labeling::answer_given(work.tx, task, user, attempt).value_or("another answer"),
        "undo that answer first"
    );
}

// Of an answer to a gold task, if the project tells.
std::optional<GoldFeedback>
feedback(Work& work, const Project& project, std::int64_t task, const std::string& said) {
    if (!project.gold_feedback) return std::nullopt;
    auto truth = labeling::gold_truth(work.tx, task);
    if (!truth) return std::nullopt;
    auto likeness =
        labeling::task_type(project.question.kind).likeness(project.question, said, truth->answer);
    return GoldFeedback{
        .right = likeness >= labeling::right_likeness,
        .likeness = likeness,
        .truth = {truth->answer},
        .explanation = truth->explanation};
}

void put_first(std::vector<TaskInHand>& held, TaskInHand task) {
    std::erase_if(held, [&](const TaskInHand& each) { return each.task_id == task.task_id; });
    held.insert(held.begin(), std::move(task));
}

constexpr auto whose = "whose work it is; one's own by default";

std::optional<base::Fault> check_reason(const std::string& reason) {
    if (reason.size() <= 1000) return std::nullopt;
    return base::Fault{.reason = "is longer than 1000 bytes", .mend = "say it shorter"};
}

}  // namespace

const base::Settings<ClaimTasks> ClaimTasks::settings{
    {"project", &ClaimTasks::project, "its name", {.required = true}},
    {"n", &ClaimTasks::n, "how many, those in hand among them", {.low = 1, .high = 20}},
    {"audit",
     &ClaimTasks::audit,
     "labels that are audited, without what they say; for those who review the project"},
    {"task", &ClaimTasks::task, "the number of one to begin with, though it is not its turn"},
    {"user", &ClaimTasks::user, whose},
};
const base::Settings<SubmitAnswer> SubmitAnswer::settings{
    {"task", &SubmitAnswer::task, "its number", {.required = true}},
    {"lease", &SubmitAnswer::lease, "of the claimed task", {.required = true}},
    {"class", &SubmitAnswer::class_name, "name of a class of the project"},
    {"value",
     &SubmitAnswer::value,
     "an answer as the question's kind has it: a text, a number, a list or an object"},
    {"milliseconds", &SubmitAnswer::milliseconds, "that the person took", {.low = 0}},
    {"user", &SubmitAnswer::user, whose},
};
const base::Settings<SaveDraft> SaveDraft::settings{
    {"task", &SaveDraft::task, "its number", {.required = true}},
    {"lease", &SaveDraft::lease, "of the claimed task", {.required = true}},
    {"value", &SaveDraft::value, "what there is so far, as the page has it", {.required = true}},
    {"user", &SaveDraft::user, whose},
};
const base::Settings<CorrectAnswer> CorrectAnswer::settings{
    {"task", &CorrectAnswer::task, "its number", {.required = true}},
    {"attempt",
     &CorrectAnswer::attempt,
     "of the answer that was wrong, as one's history tells it",
     {.low = 1, .required = true}},
    {"class", &CorrectAnswer::class_name, "name of a class of the project"},
    {"value", &CorrectAnswer::value, "or an answer as the question's kind has it"},
    {"milliseconds", &CorrectAnswer::milliseconds, "that the person took", {.low = 0}},
    {"user", &CorrectAnswer::user, whose},
};
const base::Settings<SkipTask> SkipTask::settings{
    {"task", &SkipTask::task, "its number", {.required = true}},
    {"lease", &SkipTask::lease, "of the claimed task", {.required = true}},
    {"reason", &SkipTask::reason, "why", {.required = true, .check = &check_reason}},
    {"user", &SkipTask::user, whose},
};
const base::Settings<RenewTask> RenewTask::settings{
    {"task", &RenewTask::task, "its number", {.required = true}},
    {"lease", &RenewTask::lease, "of the claimed task", {.required = true}},
    {"user", &RenewTask::user, whose},
};
const base::Settings<UndoAnswer> UndoAnswer::settings{
    {"project", &UndoAnswer::project, "its name", {.required = true}},
    {"user", &UndoAnswer::user, whose},
};

ClaimedTasks claim_tasks(Work& work, const ClaimTasks& request) {
    base::Batch first(work.tx);
    PersonAsked person(work, first, request.user);
    auto named = labeling::find_project(first, request.project);
    auto who = *person;
    auto stored = known_project(work, *named, request.project, who);
    check_skills(work.tx, who, stored);
    auto user = who.id;
    std::optional<std::int64_t> audit;
    if (request.audit) audit = running_audit_for(work, stored, who);
    const labeling::Claiming claiming{
        .project_id = stored.id, .user_id = user, .now = work.now, .lease = lease_time};
    base::Batch second(work.tx);
    auto in_hand = labeling::tasks_in_hand(second, stored.id, user, {}, request.n, work.now);
    auto mine = labeling::answers_of(second, stored.id, user);
    auto place = labeling::find_place(second, claiming);
    auto held = *in_hand;
    if (request.task)
        put_first(held, claim_named(work, stored, who, *request.task, std::ssize(held)));
    Room room;
    if (auto missing = request.n - static_cast<int>(held.size()); missing > 0) {
        auto in_hand_now = static_cast<std::int64_t>(held.size());
        room = room_for(work, stored, user, in_hand_now, missing);
        auto n = static_cast<int>(room.tasks);
        std::vector<TaskInHand> more;
        if (!request.audit)
            more = claim_more(work, stored, claiming, *place, n, request.n, held.empty());
        else if (!labeling::claim_audit(work.tx, stored, *audit, user, n, work.now, lease_time)
                      .empty())
            more = labeling::tasks_in_hand(work.tx, stored.id, user, {}, request.n, work.now);
        if (!more.empty()) {
            if (request.task) put_first(more, held.front());
            held = std::move(more);
        }
    }
    ClaimedTasks claimed{.tasks = {}, .mine = *mine};
    if (held.empty()) {
        claimed.limit = room.limit;
        claimed.with_others =
            labeling::tasks_with_others(work.tx, stored.id, user, most_with_others);
    }
    for (const auto& each : held) claimed.tasks.push_back(task_of(stored.project, each));
    show_suggestions(work, stored, user, claimed.tasks);
    return claimed;
}

TaskOutcome submit_answer(Work& work, const SubmitAnswer& request) {
    auto lease = lease_of(request.lease);
    auto [who, stored] = answering(work, request.task, request.user);
    auto user = who.id;
    auto [said, answer] = said_in(work, stored, request, user);
    answer.token = lease.token;
    answer.attempt = lease.attempt;
    auto outcome = labeling::submit_and_settle(work.tx, stored, answer, work.now);
    switch (outcome) {
        case labeling::Submitted::accepted:
        case labeling::Submitted::repeated:
            break;
        case labeling::Submitted::different:
            said_otherwise(work, request.task, user, lease.attempt);
        default:
            given_on(request.task);
    }
    bool kept = outcome == labeling::Submitted::accepted;
    return {
        .state = Reply::answered,
        .gold = feedback(work, stored.project, request.task, said),
        .suggestion = tell_suggestion(work, stored, user, request.task, lease.attempt, said, kept)};
}

Nothing save_draft(Work& work, const SaveDraft& request) {
    auto lease = lease_of(request.lease);
    auto user = worker_on(work, request.task, request.user);
    const auto& value = request.value.text;
    if (!labeling::save_draft(work.tx, request.task, user, lease.token, value, work.now))
        given_on(request.task);
    return {};
}

TaskOutcome correct_answer(Work& work, const CorrectAnswer& request) {
    auto [who, stored] = answering(work, request.task, request.user);
    auto user = who.id;
    auto [said, answer] = said_in(work, stored, request, user);
    answer.attempt = request.attempt;
    auto outcome = labeling::correct(work.tx, answer, work.now);
    switch (outcome) {
        case labeling::Submitted::accepted:
            labeling::settle(work.tx, stored, request.task, work.now, user);
            break;
        case labeling::Submitted::repeated:
            break;
        case labeling::Submitted::different:
            said_otherwise(work, request.task, user, request.attempt + 1);
        default:
            throw Refusal(
                Refusal::Kind::conflict,
                "task " + std::to_string(request.task),
                "your last answer to it is not of attempt " + std::to_string(request.attempt),
                "see 'tilth label mine'"
            );
    }
    bool kept = outcome == labeling::Submitted::accepted;
    return {
        .state = Reply::answered,
        .gold = feedback(work, stored.project, request.task, said),
        .suggestion =
            tell_suggestion(work, stored, user, request.task, request.attempt + 1, said, kept)};
}

TaskOutcome skip_task(Work& work, const SkipTask& request) {
    auto lease = lease_of(request.lease);
    auto user = worker_on(work, request.task, request.user);
    if (!labeling::skip(work.tx, request.task, user, lease.token, request.reason, work.now))
        given_on(request.task);
    return {.state = Reply::skipped};
}

RenewedLease renew_task(Work& work, const RenewTask& request) {
    auto lease = lease_of(request.lease);
    auto user = worker_on(work, request.task, request.user);
    auto until = work.now + lease_time;
    if (!labeling::renew(work.tx, request.task, user, lease.token, until)) given_on(request.task);
    return {.expires_at = until};
}

Task undo_answer(Work& work, const UndoAnswer& request) {
    auto who = person(work, request.user);
    auto stored = known_project(work, request.project, who);
    auto user = who.id;
    auto back = labeling::undo_last(work.tx, stored.id, user, work.now, lease_time);
    if (!back)
        throw Refusal(
            Refusal::Kind::not_found,
            "project '" + request.project + "'",
            "nothing was answered or skipped here yet"
        );
    auto refreshed = labeling::refresh_truth(work.tx, stored, back->task, work.now);
    labeling::tell_of_answer(work.tx, stored, back->task, refreshed, work.now);
    auto held = labeling::tasks_in_hand(work.tx, stored.id, user, back->task, 1, work.now);
    if (held.empty())
        throw Refusal(
            Refusal::Kind::conflict,
            "task " + std::to_string(back->task),
            "is no longer in the queue",
            "claim the next one"
        );
    std::vector<Task> tasks{task_of(stored.project, held.front())};
    show_suggestions(work, stored, user, tasks);
    return std::move(tasks.front());
}

}  // namespace service
