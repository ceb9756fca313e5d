// Looking through tasks. Who reviews sees all of a project; who only labels sees what he was given,
// without what others said of it. Gold stays hidden from those who do not own the project.
#include "service/labels/queue/browse.hpp"

#include <algorithm>
#include <iterator>

#include "labeling/quality/gold_store.hpp"
#include "labeling/queue/task_store.hpp"
#include "service/labels/projects.hpp"
#include "service/labels/shown_record.hpp"
#include "service/people/people.hpp"
#include "service/project_access.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

Refusal no_such_task(std::int64_t task) {
    return {
        Refusal::Kind::not_found,
        "task " + std::to_string(task),
        "is not one that you may see",
        "see 'tilth label tasks list' or 'tilth label mine'"};
}

// Who labels elsewhere reads of the records what the project shows, also where they review.
void read_as_shown(labeling::TaskFilter& filter, const labeling::Project& project) {
    using labeling::FieldsRead;
    filter.reads_text = shows(project, labeling::Project::Show::text);
    filter.fields = labeling::asked_fields(project.question);
    filter.reads_fields = project.show.empty() ? FieldsRead::bare : FieldsRead::named;
    if (!shows(project, labeling::Project::Show::fields)) return;
    if (project.fields.empty()) filter.reads_fields = FieldsRead::all;
    std::ranges::copy(project.fields, std::back_inserter(filter.fields));
}

}  // namespace

const base::Settings<ListTasks> ListTasks::settings{
    {"project", &ListTasks::project, "its name", {.required = true}},
    {"state",
     &ListTasks::state,
     "only those in this state; all but the cancelled by default",
     {.choices = {"open", "done", "cancelled", "gold", "audit"}}},
    {"class", &ListTasks::class_name, "only those whose label is, or has in it, this class"},
    {"user", &ListTasks::user, "only those that this person answered"},
    {"find", &ListTasks::find, "only those whose record holds this text"},
    {"disagreed", &ListTasks::disagreed, "only those whose answers are apart"},
    {"flagged", &ListTasks::flagged, "only those that people want a reviewer to look at"},
    {"bookmarked", &ListTasks::bookmarked, "only one's own bookmarks"},
    {&ListTasks::page},
};
const base::Settings<ShowTask> ShowTask::settings{
    {"project", &ShowTask::project, "its name", {.required = true}},
    {"task", &ShowTask::task, "its number", {.required = true}},
};
const base::Settings<BookmarkTask> BookmarkTask::settings{
    {"task", &BookmarkTask::task, "its number", {.required = true}},
    {"remove", &BookmarkTask::remove, "it is none any more"},
    {"user", &BookmarkTask::user, "whose; one's own by default"},
};

Page<labeling::TaskLine> list_tasks(Work& work, const ListTasks& request) {
    auto stored = known_project(work, request.project);
    labeling::TaskFilter filter{
        .state = request.state,
        .label = request.class_name,
        .text = request.find,
        .disagreed = request.disagreed,
        .flagged = request.flagged,
        .bookmarked = request.bookmarked,
        .tells_gold = owns(work.tx, work.caller, stored.id)};
    if (work.caller.role == Role::label) read_as_shown(filter, stored.project);
    if (!request.user.empty()) filter.by = known_user(work, request.user).id;
    auto found = labeling::list_tasks(
        work.tx,
        stored.id,
        work.caller.id,
        filter,
        request.page.after_number().value_or(0),
        request.page.limit
    );
    Page<labeling::TaskLine> page{std::move(found.items), std::nullopt};
    if (found.next) page.next = std::to_string(*found.next);
    return page;
}

LookedAt show_task(Work& work, const ShowTask& request) {
    auto stored = known_project(work, request.project);
    auto seen = labeling::see_task(work.tx, stored.id, request.task, work.caller.id);
    const bool all = reviews(work.tx, work.caller, stored.id);
    if (!seen || (!all && seen->part.empty())) throw no_such_task(request.task);
    LookedAt answer{
        .task = seen->task,
        .item = shown(stored.project, *seen),
        .part = seen->part,
        .bookmarked = seen->bookmarked};
    if (!all) return answer;
    answer.review = labeling::review_items(work.tx, {seen->task}).at(0);
    if (!owns(work.tx, work.caller, stored.id) && labeling::gold_truth(work.tx, seen->task))
        answer.review->state = "open";
    return answer;
}

Nothing bookmark_task(Work& work, const BookmarkTask& request) {
    auto who = person(work, request.user);
    auto project = labeling::project_of_task(work.tx, request.task);
    if (!project || !sees_task(work.tx, who.id, who.role, request.task))
        throw no_such_task(request.task);
    if (request.remove) {
        labeling::drop_bookmark(work.tx, request.task, who.id);
        return {};
    }
    bool any = reviews(work.tx, who, *project);
    if (!labeling::keep_bookmark(work.tx, request.task, who.id, any, work.now))
        throw no_such_task(request.task);
    return {};
}

}  // namespace service
