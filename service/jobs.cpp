// Jobs as verbs over schema/jobs. Whoever may queue a job may take it back: analysts their
// trainings and examinations, but nothing that gathers.
#include "service/jobs.hpp"

#include <vector>

#include "base/database/database.hpp"
#include "schema/jobs/job_store.hpp"
#include "service/areas.hpp"
#include "service/refusal.hpp"

namespace service {

const base::Settings<ListJobs> ListJobs::settings{
    {"kind", &ListJobs::kind, "only of this kind"},
    {"state", &ListJobs::state, "only in this state"},
    {"source",
     &ListJobs::source,
     "only those that gather, replay or judge this source; trainings name a snapshot instead"},
    {"limit", &ListJobs::limit, "how many at most", {.low = 1, .high = 200}},
    {"after", &ListJobs::after, "the 'next' of an earlier answer"},
};

const base::Settings<JobNumber> JobNumber::settings{
    {"job", &JobNumber::job, "its number", {.required = true}},
};

namespace {

Job job_of(const schema::JobEntry& entry) {
    return {
        .id = entry.id,
        .kind = entry.kind,
        .state = entry.state,
        .spec = {entry.spec},
        .result = {entry.result.value_or("")},
        .worker = entry.worker,
        .attempts = entry.attempts,
        .created_at = entry.created_at,
        .due_at = entry.due_at,
        .ended_at = entry.ended_at};
}

std::string named(std::int64_t id) {
    return "job " + std::to_string(id);
}

}  // namespace

Page<Job> list_jobs(Work& work, const ListJobs& request) {
    auto found = schema::list_jobs(
        work.tx,
        {.kind = request.kind,
         .state = request.state,
         .source = request.source,
         .before = request.after,
         .at_most = request.limit + 1},
        work.now
    );
    Page<Job> page;
    for (const auto& entry : found) {
        if (page.items.size() == static_cast<std::size_t>(request.limit)) {
            page.next = std::to_string(page.items.back().id);
            break;
        }
        page.items.push_back(job_of(entry));
    }
    return page;
}

Job show_job(Work& work, const JobNumber& request) {
    auto found = schema::show_job(work.tx, request.job, work.now);
    if (!found)
        throw Refusal(
            Refusal::Kind::not_found, named(request.job), "no such job", "see 'tilth jobs list'"
        );
    return job_of(*found);
}

Job cancel_job(Work& work, const JobNumber& request) {
    auto job = show_job(work, request);
    bool is_analysis = job.kind == schema::JobKind::train || job.kind == schema::JobKind::quality;
    if (!is_analysis && !may(work.caller.role, operators))
        throw Refusal(
            Refusal::Kind::forbidden,
            named(request.job),
            "gathers, which only operators and administrators end",
            "ask one of them"
        );
    if (!schema::cancel_job(work.tx, request.job, work.now))
        throw Refusal(
            Refusal::Kind::conflict,
            named(request.job),
            "has ended as " + std::string(base::name_of(job.state))
        );
    return show_job(work, request);
}

std::span<const Verb> job_verbs() {
    static const std::vector<Verb> verbs{
        verb<list_jobs>("jobs list", "Work of workers, the newest first", analysts),
        verb<show_job>("jobs show", "One job: what it was told, and what came of it", analysts),
        verb<cancel_job>("jobs cancel", "Take back a job that did not end", analysts),
    };
    return verbs;
}

}  // namespace service
