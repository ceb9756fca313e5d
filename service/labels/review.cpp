// Review and adjudication. Every step names the record by its key and answers with all that there
// is of it then, so that a reviewer sees what came of it.
#include "service/labels/review.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "labeling/queue/task_store.hpp"
#include "labeling/tasks/task_type.hpp"
#include "service/labels/projects.hpp"
#include "service/people/people.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

constexpr auto time_to_answer = std::chrono::days(7);

std::optional<base::Fault> check_note(const std::string& text) {
    if (text.size() <= 10'000) return std::nullopt;
    return base::Fault{.reason = "is longer than 10,000 bytes", .mend = "say it shorter"};
}

std::optional<base::Fault> one_list(ListReview& request) {
    auto lists =
        (request.flagged ? 1 : 0) + (request.decided ? 1 : 0) + (request.key.empty() ? 0 : 1);
    if (lists <= 1) return std::nullopt;
    return base::Fault{
        .reason = "stand beside each other", .mend = "ask for one of them", .at = "flagged"};
}

// "<place>:<task>"
std::string text_of_review(const labeling::ReviewPlace& last) {
    return fmt::format("{}:{}", last.place, last.task);
}

std::optional<labeling::ReviewPlace> review_place_of(std::string_view text) {
    if (text.empty()) return std::nullopt;
    auto colon = std::min(text.find(':'), text.size());
    auto place = base::parse_number(text.substr(0, colon));
    auto task = base::whole_number<std::int64_t>(text.substr(std::min(colon + 1, text.size())), 10);
    if (!place || !task)
        throw base::UsageError(
            "'after'", "is not the 'next' of an earlier answer", "leave it out at first"
        );
    return labeling::ReviewPlace{.place = *place, .task = *task};
}

std::int64_t
reviewed_task(Work& work, const labeling::StoredProject& stored, const std::string& key) {
    if (auto task = labeling::task_of_key(work.tx, stored, key)) return *task;
    throw Refusal(
        Refusal::Kind::not_found,
        "record '" + key + "'",
        "was never in the queue of project '" + stored.project.name + "'",
        "queue it, or import its label"
    );
}

labeling::ReviewItem item_of_task(Work& work, std::int64_t task) {
    return labeling::review_items(work.tx, {task}).at(0);
}

std::string answer_by(Work& work, std::int64_t task, const std::string& name) {
    auto said = labeling::standing_answer(work.tx, task, known_user(work, name).id);
    if (said) return *said;
    throw Refusal(
        Refusal::Kind::conflict,
        "user '" + name + "'",
        "has no answer to this record that stands",
        "see 'tilth label review' with the record's key"
    );
}

}  // namespace

const base::Settings<ListReview> ListReview::settings{
    {{"project", &ListReview::project, "its name", {.required = true}},
     {"flagged", &ListReview::flagged, "those that people want a reviewer to look at"},
     {"decided", &ListReview::decided, "those that reviewers decided"},
     {"key", &ListReview::key, "this record only"},
     {&ListReview::page}},
    &one_list,
};
const base::Settings<AcceptAnswer> AcceptAnswer::settings{
    {"project", &AcceptAnswer::project, "its name", {.required = true}},
    {"key", &AcceptAnswer::key, "of the record", {.required = true}},
    {"user", &AcceptAnswer::user, "whose answer is right; by default the label as it is"},
    {"comment", &AcceptAnswer::comment, "why", {.check = &check_note}},
};
const base::Settings<FixLabel> FixLabel::settings{
    {"project", &FixLabel::project, "its name", {.required = true}},
    {"key", &FixLabel::key, "of the record", {.required = true}},
    {"class", &FixLabel::class_name, "name of the class that is right"},
    {"value", &FixLabel::value, "or an answer as the question's kind has it"},
    {"comment", &FixLabel::comment, "why", {.check = &check_note}},
};
const base::Settings<SendBack> SendBack::settings{
    {"project", &SendBack::project, "its name", {.required = true}},
    {"key", &SendBack::key, "of the record", {.required = true}},
    {"user", &SendBack::user, "who should answer again", {.required = true}},
    {"comment", &SendBack::comment, "for them", {.required = true, .check = &check_note}},
};
const base::Settings<UndoReview> UndoReview::settings{
    {"project", &UndoReview::project, "its name", {.required = true}},
    {"key", &UndoReview::key, "of the record", {.required = true}},
};

Page<labeling::ReviewItem> list_review(Work& work, const ListReview& request) {
    using labeling::ReviewList;
    auto stored = known_project(work, request.project);
    if (!request.key.empty())
        return {{item_of_task(work, reviewed_task(work, stored, request.key))}, std::nullopt};
    auto list = request.flagged   ? ReviewList::flagged
                : request.decided ? ReviewList::decided
                                  : ReviewList::disagreed;
    auto places = labeling::reviewed_places(
        work.tx, stored.id, list, review_place_of(request.page.after), request.page.limit
    );
    std::vector<std::int64_t> tasks;
    for (const auto& place : places) tasks.push_back(place.task);
    Page<labeling::ReviewItem> page{labeling::review_items(work.tx, tasks), std::nullopt};
    if (places.size() == static_cast<std::size_t>(request.page.limit))
        page.next = text_of_review(places.back());
    return page;
}

labeling::ReviewItem accept_answer(Work& work, const AcceptAnswer& request) {
    auto stored = known_project(work, request.project);
    auto task = reviewed_task(work, stored, request.key);
    labeling::Decision decision{
        .answer = {},
        .comment = request.comment,
        .made_by = work.caller.name,
        .person = request.user};
    if (!request.user.empty()) {
        decision.answer = answer_by(work, task, request.user);
    } else {
        auto label = labeling::standing_label(work.tx, task);
        if (!label)
            throw Refusal(
                Refusal::Kind::conflict,
                "record '" + request.key + "'",
                "has no label yet",
                "say whose answer is right, or fix it"
            );
        decision.answer = label->answer;
    }
    labeling::decide(work.tx, stored, task, decision, work.now);
    return item_of_task(work, task);
}

labeling::ReviewItem fix_label(Work& work, const FixLabel& request) {
    auto stored = known_project(work, request.project);
    auto task = reviewed_task(work, stored, request.key);
    if (request.class_name.empty() == request.value.text.empty())
        throw base::UsageError("'class' or 'value'", "one of them is wanted", "say what is right");
    auto said = request.class_name.empty() ? request.value.text
                                           : labeling::answer_of_class(request.class_name);
    const auto& question = stored.project.question;
    said = labeling::task_type(question.kind)
               .read(question, said, labeling::TaskRecord(work.tx, task));
    labeling::decide(
        work.tx,
        stored,
        task,
        {.answer = std::move(said), .comment = request.comment, .made_by = work.caller.name},
        work.now
    );
    return item_of_task(work, task);
}

labeling::ReviewItem send_back(Work& work, const SendBack& request) {
    auto stored = known_project(work, request.project);
    auto task = reviewed_task(work, stored, request.key);
    auto label = labeling::standing_label(work.tx, task);
    if (label && label->decided)
        throw Refusal(
            Refusal::Kind::conflict,
            "record '" + request.key + "'",
            "was decided by a reviewer",
            "undo the decision first"
        );
    answer_by(work, task, request.user);
    auto user = known_user(work, request.user).id;
    labeling::send_back(
        work.tx,
        stored,
        task,
        user,
        request.comment,
        work.caller.name,
        work.now,
        work.now + time_to_answer
    );
    return item_of_task(work, task);
}

labeling::ReviewItem undo_review(Work& work, const UndoReview& request) {
    auto stored = known_project(work, request.project);
    auto task = reviewed_task(work, stored, request.key);
    if (!labeling::undo_decision(work.tx, stored, task, work.now))
        throw Refusal(
            Refusal::Kind::conflict,
            "record '" + request.key + "'",
            "no reviewer has decided it",
            "see 'tilth label review' with --decided"
        );
    return item_of_task(work, task);
}

}  // namespace service
