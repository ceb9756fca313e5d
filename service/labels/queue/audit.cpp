// Audits as verbs over labeling/quality. The one that runs is a project's only one, so that no verb
// names a number; without one the last that ran is shown.
#include "service/labels/queue/audit.hpp"

#include <chrono>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "service/labels/projects.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

labeling::Audit known_audit(Work& work, const labeling::StoredProject& stored) {
    if (auto audit = labeling::last_audit(work.tx, stored.id)) return *std::move(audit);
    const auto& name = stored.project.name;
    throw Refusal(
        Refusal::Kind::not_found,
        "project '" + name + "'",
        "was never audited",
        "start an audit with 'tilth label audit " + name + " start'"
    );
}

AuditState state_of(Work& work, const labeling::StoredProject& stored) {
    AuditState state;
    static_cast<labeling::Audit&>(state) = known_audit(work, stored);
    state.project = stored.project.name;
    state.progress = labeling::audit_progress(work.tx, state.audit, work.now);
    return state;
}

std::string auditor(const Work& work) {
    return work.caller.name.empty() ? "command line" : work.caller.name;
}

// Another one at each start, so that no two audits draw the same labels.
std::int64_t seed_of(base::Time now) {
    auto ticks = static_cast<std::uint64_t>(now.time_since_epoch().count());
    return static_cast<std::int64_t>(base::mix(ticks) >> 1);
}

}  // namespace

const base::Settings<AuditName> AuditName::settings{
    {"project", &AuditName::project, "its name", {.required = true}},
};
const base::Settings<StartAudit> StartAudit::settings{
    {"project", &StartAudit::project, "its name", {.required = true}},
    {"sample",
     &StartAudit::sample,
     "how many labels to draw; all if there are no more",
     {.low = 1, .high = 100'000, .required = true}},
    {"by", &StartAudit::by, "from all labels alike, or from each class"},
    {"seed", &StartAudit::seed, "of the draw; another one each time by default"},
};
const base::Settings<StopAudit> StopAudit::settings{
    {"project", &StopAudit::project, "its name", {.required = true}},
    {"review", &StopAudit::review, "flag records whose answer differs from the label for review"},
};

std::int64_t
running_audit_for(Work& work, const labeling::StoredProject& stored, const schema::User& who) {
    const auto& name = stored.project.name;
    Caller caller{.id = who.id, .name = who.name, .role = who.role};
    if (!may(who.role, analysts) && !may_in_project(work.tx, caller, project_reviewers, name))
        throw Refusal(
            Refusal::Kind::conflict,
            "user '" + who.name + "'",
            "does not review project '" + name + "'",
            "audits are answered by its reviewers and owners, and by operators"
        );
    if (auto audit = labeling::running_audit(work.tx, stored.id)) return *audit;
    throw Refusal(
        Refusal::Kind::conflict,
        "project '" + name + "'",
        "has no audit that runs",
        "start one with 'tilth label audit " + name + " start'"
    );
}

AuditState show_audit(Work& work, const AuditName& request) {
    return state_of(work, known_project(work, request.project));
}

AuditState start_audit(Work& work, const StartAudit& request) {
    auto stored = known_project(work, request.project);
    if (request.sample < 1)
        throw base::UsageError("'sample'", "is missing", "say how many labels to draw, as in 200");
    auto begun = labeling::start_audit(
        work.tx,
        stored,
        {.sample = request.sample,
         .by = request.by,
         .seed = request.seed.value_or(seed_of(work.now)),
         .made_by = auditor(work)},
        work.now
    );
    if (!begun)
        throw Refusal(
            Refusal::Kind::conflict,
            "project '" + request.project + "'",
            "is being audited",
            "stop that audit first with 'tilth label audit " + request.project + " stop'"
        );
    return state_of(work, stored);
}

labeling::AuditReport report_audit(Work& work, const AuditName& request) {
    auto stored = known_project(work, request.project);
    return labeling::audit_report(work.tx, stored, known_audit(work, stored));
}

AuditState stop_audit(Work& work, const StopAudit& request) {
    auto stored = known_project(work, request.project);
    auto audit = known_audit(work, stored);
    if (audit.stopped_at)
        throw Refusal(
            Refusal::Kind::conflict,
            "project '" + request.project + "'",
            "has no audit that runs",
            "see what the last one said with 'tilth label audit " + request.project + " report'"
        );
    auto flagged =
        labeling::end_audit(work.tx, stored, audit, auditor(work), request.review, work.now);
    auto state = state_of(work, stored);
    state.flagged = flagged;
    return state;
}

}  // namespace service
