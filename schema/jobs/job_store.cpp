// The queue of jobs. A job that ended moves to job_history, so that the queue stays as small as the
// work that waits; a worker holds one by a lease, and what it held is given on when that is over.
#include "schema/jobs/job_store.hpp"

#include <limits>

#include <boost/json/parse.hpp>

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"
#include "schema/webhooks/webhook_store.hpp"

namespace schema {

std::optional<std::int64_t> add_job(
    base::Tx& tx,
    JobKind kind,
    const std::string& spec,
    const std::string& dedup,
    Time due,
    Time now
) {
    return tx.value<std::int64_t>(
        sql::file["add_job"],
        std::string(base::name_of(kind)),
        spec,
        filled(dedup),
        timestamp(due),
        timestamp(now)
    );
}

std::optional<std::int64_t> job_named(base::Tx& tx, const std::string& dedup) {
    return tx.value<std::int64_t>(sql::file["job_named"], dedup);
}

namespace {

std::string names_of(const std::vector<JobKind>& kinds) {
    std::vector<std::string> names;
    for (auto kind : kinds) names.emplace_back(base::name_of(kind));
    return array_of(names);
}

}  // namespace

std::optional<Job> claim_job(
    base::Tx& tx,
    const std::vector<JobKind>& kinds,
    const std::string& worker,
    Time now,
    Time until
) {
    tx.exec(sql::file["begin_claim"]);
    return base::first_as<Job>(
        tx.exec(sql::file["claim_job"], names_of(kinds), worker, timestamp(now), timestamp(until))
    );
}

bool job_waits(base::Tx& tx, const std::vector<JobKind>& kinds, Time now) {
    return tx.value<bool>(sql::file["job_waits"], names_of(kinds), timestamp(now)).value();
}

bool renew_job(base::Tx& tx, const Job& job, Time until) {
    return tx.change(sql::file["renew_job"], job.id, job.token, timestamp(until)) == 1;
}

bool finish_job(base::Tx& tx, const Job& job, JobState state, const std::string& result, Time now) {
    auto ended = std::string(base::name_of(state));
    auto changed = tx.change(
        sql::file["finish_job"], job.id, job.token, ended, result, timestamp(now), job.attempts
    );
    if (changed == 1) {
        boost::json::object data{
            {"job", job.id}, {"kind", base::name_of(job.kind)}, {"state", ended}};
        data["spec"] = boost::json::parse(job.spec);
        data["result"] = boost::json::parse(result);
        tell(tx, WebhookEvent::job_ended, data, {}, now);
    }
    return changed == 1;
}

namespace {

bool give_back(base::Tx& tx, const Job& job, Time due, int attempts) {
    return tx.change(sql::file["release_job"], job.id, job.token, timestamp(due), attempts) == 1;
}

}  // namespace

bool release_job(base::Tx& tx, const Job& job, Time due) {
    return give_back(tx, job, due, job.attempts);
}

bool park_job(base::Tx& tx, const Job& job, Time due) {
    return give_back(tx, job, due, job.attempts - 1);
}

void let_go_job(base::Tx& tx, const Job& job, Time until) {
    tx.exec(sql::file["let_go_job"], job.id, job.token, timestamp(until), job.attempts - 1);
}

std::vector<JobEntry> list_jobs(base::Tx& tx, const JobChoice& choice, Time now) {
    return base::rows_as<JobEntry>(tx.exec(
        sql::file["list_jobs"],
        timestamp(now),
        choice.kind ? std::string(base::name_of(*choice.kind)) : "",
        choice.state ? std::string(base::name_of(*choice.state)) : "",
        choice.before.value_or(std::numeric_limits<std::int64_t>::max()),
        choice.at_most,
        choice.source
    ));
}

std::optional<JobEntry> show_job(base::Tx& tx, std::int64_t id, Time now) {
    return base::first_as<JobEntry>(tx.exec(sql::file["show_job"], timestamp(now), id));
}

std::int64_t count_jobs(base::Tx& tx) {
    return *tx.value<std::int64_t>(sql::file["count_jobs"]);
}

bool cancel_job(base::Tx& tx, std::int64_t id, Time now) {
    return tx.change(sql::file["cancel_job"], id, timestamp(now)) == 1;
}

std::vector<Source> due_sources(base::Tx& tx, Time now) {
    return base::rows_as<Source>(tx.exec(sql::file["due_sources"], timestamp(now)));
}

void set_schedule(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& schedule,
    std::optional<Time> next_due
) {
    tx.exec(
        sql::file["set_source_schedule"],
        source_id,
        filled(schedule),
        next_due ? std::optional(timestamp(*next_due)) : std::nullopt
    );
}

}  // namespace schema
