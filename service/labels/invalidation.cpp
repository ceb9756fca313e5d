#include "service/labels/invalidation.hpp"

#include <optional>

#include "base/time/parse.hpp"
#include "service/labels/projects.hpp"
#include "service/people/people.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

std::optional<base::Fault> check_moment(const std::string& text) {
    if (text.empty() || base::parse_iso_time(text)) return std::nullopt;
    return base::Fault{
        .reason = "is not a time", .mend = "write 2026-03-01 or 2026-03-01T12:00:00Z"};
}

std::optional<base::Fault> check_why(const std::string& text) {
    if (text.empty()) return base::Fault{.reason = "is empty", .mend = "say why"};
    if (text.size() <= 1'000) return std::nullopt;
    return base::Fault{.reason = "is longer than 1000 bytes", .mend = "say it shorter"};
}

std::optional<base::Time> moment(const std::string& text) {
    return text.empty() ? std::nullopt : base::parse_iso_time(text);
}

}  // namespace

const base::Settings<InvalidateAnswers> InvalidateAnswers::settings{
    {"project", &InvalidateAnswers::project, "its name", {.required = true}},
    {"user", &InvalidateAnswers::user, "whose answers", {.required = true}},
    {"reason", &InvalidateAnswers::reason, "why", {.required = true, .check = &check_why}},
    {"from", &InvalidateAnswers::from, "only those given then or later", {.check = &check_moment}},
    {"to", &InvalidateAnswers::to, "only those given before", {.check = &check_moment}},
};
const base::Settings<RestoreAnswers> RestoreAnswers::settings{
    {"project", &RestoreAnswers::project, "its name", {.required = true}},
    {"user", &RestoreAnswers::user, "whose answers", {.required = true}},
};
const base::Settings<ListInvalidations> ListInvalidations::settings{
    {"project", &ListInvalidations::project, "its name", {.required = true}},
};

InvalidatedAnswers invalidate_answers(Work& work, const InvalidateAnswers& request) {
    auto stored = known_project(work, request.project);
    auto user = known_user(work, request.user).id;
    auto answers = labeling::invalidate(
        work.tx,
        stored,
        {.user_id = user,
         .reason = request.reason,
         .since = moment(request.from),
         .until = moment(request.to),
         .made_by = work.caller.name},
        work.now
    );
    if (answers == 0)
        throw Refusal(
            Refusal::Kind::conflict,
            "user '" + request.user + "'",
            "has no answers there that stand",
            "see 'tilth label answers'"
        );
    return {.user = request.user, .answers = answers};
}

InvalidatedAnswers restore_answers(Work& work, const RestoreAnswers& request) {
    auto stored = known_project(work, request.project);
    auto user = known_user(work, request.user).id;
    auto answers = labeling::restore_invalidated(work.tx, stored, user, work.caller.name, work.now);
    if (!answers)
        throw Refusal(
            Refusal::Kind::conflict,
            "user '" + request.user + "'",
            "has no answers that were invalidated",
            "see 'tilth label annotators' with 'invalidated'"
        );
    return {.user = request.user, .answers = *answers};
}

Page<labeling::Invalidation> list_invalidations(Work& work, const ListInvalidations& request) {
    return {
        labeling::list_invalidations(work.tx, known_project(work, request.project).id),
        std::nullopt};
}

}  // namespace service
