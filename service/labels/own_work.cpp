// What one has done oneself and what one says about it. Comments are bound to a task that one was
// given, so that nobody writes about records that they do not see; the history is paged by the time
// of the end of a lease, which says of skips and answers alike when they were made.
#include "service/labels/own_work.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "labeling/queue/news_store.hpp"
#include "service/labels/projects.hpp"
#include "service/labels/shown_record.hpp"
#include "service/people/people.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

constexpr auto own = "whose work it is; one's own by default";

std::optional<base::Fault> check_comment(const std::string& text) {
    if (text.empty()) return base::Fault{.reason = "is empty", .mend = "say what is the matter"};
    if (text.size() <= 10'000) return std::nullopt;
    return base::Fault{.reason = "is longer than 10,000 bytes", .mend = "say it shorter"};
}

// "<microseconds since 1970>.<task>"
std::string text_of_place(const labeling::OwnTask& last) {
    using std::chrono::microseconds;
    auto at = std::chrono::duration_cast<microseconds>(last.at.time_since_epoch());
    return fmt::format("{}.{}", at.count(), last.task);
}

std::optional<labeling::OwnPlace> own_place_of(std::string_view text) {
    if (text.empty()) return std::nullopt;
    auto dot = std::min(text.find('.'), text.size());
    auto at = base::whole_number<std::int64_t>(text.substr(0, dot), 10);
    auto task = base::whole_number<std::int64_t>(text.substr(std::min(dot + 1, text.size())), 10);
    if (!at || !task)
        throw base::UsageError(
            "'after'", "is not the 'next' of an earlier answer", "leave it out at first"
        );
    return labeling::OwnPlace{.at = base::Time(std::chrono::microseconds(*at)), .task = *task};
}

}  // namespace

const base::Settings<CommentTask> CommentTask::settings{
    {"task", &CommentTask::task, "its number", {.required = true}},
    {"text", &CommentTask::text, "for the reviewer", {.required = true, .check = &check_comment}},
    {"flag", &CommentTask::flag, "a reviewer should look at it"},
    {"user", &CommentTask::user, own},
};
const base::Settings<ListComments> ListComments::settings{
    {"project", &ListComments::project, "its name", {.required = true}},
    {"flagged", &ListComments::flagged, "only those that a reviewer should look at"},
    {&ListComments::page},
};
const base::Settings<ListMine> ListMine::settings{
    {"project", &ListMine::project, "its name", {.required = true}},
    {"skipped", &ListMine::skipped, "only what was skipped"},
    {"bookmarked", &ListMine::bookmarked, "only one's bookmarks, also those that one left"},
    {"find", &ListMine::find, "only with this text, in the record or in the answer"},
    {"user", &ListMine::user, own},
    {&ListMine::page},
};
const base::Settings<ShowProgress> ShowProgress::settings{
    {"project", &ShowProgress::project, "its name", {.required = true}},
    {"user", &ShowProgress::user, own},
};

Nothing comment_task(Work& work, const CommentTask& request) {
    auto user = person(work, request.user);
    if (!sees_task(work.tx, user.id, user.role, request.task) ||
        !labeling::add_comment(
            work.tx, request.task, user.id, request.text, request.flag, work.now
        ))
        throw Refusal(
            Refusal::Kind::not_found,
            "task " + std::to_string(request.task),
            "was never given to you",
            "comment on a task that you claimed"
        );
    if (request.flag)
        labeling::tell_of_flag(work.tx, request.task, user.name, request.text, work.now);
    return {};
}

Page<labeling::Comment> list_comments(Work& work, const ListComments& request) {
    auto project = known_project(work, request.project).id;
    return page_of(
        labeling::list_comments(
            work.tx,
            project,
            request.page.after_number().value_or(0),
            request.flagged,
            request.page.limit
        ),
        request.page,
        [](const labeling::Comment& last) { return std::to_string(last.id); }
    );
}

Page<labeling::OwnTask> list_mine(Work& work, const ListMine& request) {
    auto who = person(work, request.user);
    auto stored = known_project(work, request.project, who);
    return page_of(
        labeling::own_history(
            work.tx,
            stored.id,
            who.id,
            own_place_of(request.page.after),
            {.state = request.skipped ? "skipped" : "",
             .bookmarked = request.bookmarked,
             .text = request.find,
             .reads_text = shows(stored.project, labeling::Project::Show::text)},
            request.page.limit
        ),
        request.page,
        text_of_place
    );
}

labeling::OwnProgress show_progress(Work& work, const ShowProgress& request) {
    auto who = person(work, request.user);
    auto project = known_project(work, request.project, who).id;
    return labeling::own_progress(work.tx, project, who.id, work.now);
}

}  // namespace service
