#include "schema/jobs/job_store.hpp"

#include "base/database/database.hpp"
#include "schema/sql.hpp"
#include "schema/records/values.hpp"

namespace schema {

std::optional<std::int64_t> add_job(
    base::Tx& tx,
    const std::string& kind,
    const std::string& spec,
    const std::string& dedup,
    Time due,
    Time now
) {
    return tx.value<std::int64_t>(
        sql::file["add_job"], kind, spec, filled(dedup), timestamp(due), timestamp(now)
    );
}

std::optional<Job> claim_job(
    base::Tx& tx,
    const std::vector<std::string>& kinds,
    const std::string& worker,
    Time now,
    Time until
) {
    auto rows =
        tx.exec(sql::file["claim_job"], array_of(kinds), worker, timestamp(now), timestamp(until));
    if (rows.empty()) return std::nullopt;
    return Job{
        rows[0][0].as<std::int64_t>(),
        rows[0][1].as<std::string>(),
        rows[0][2].as<std::string>(),
        rows[0][3].as<std::int64_t>(),
        rows[0][4].as<int>()};
}

bool renew_job(base::Tx& tx, const Job& job, Time until) {
    return tx.change(sql::file["renew_job"], job.id, job.token, timestamp(until)) == 1;
}

bool finish_job(
    base::Tx& tx,
    const Job& job,
    const std::string& state,
    const std::string& result,
    Time now
) {
    return tx.change(sql::file["finish_job"], job.id, job.token, state, result, timestamp(now)) ==
           1;
}

bool release_job(base::Tx& tx, const Job& job, Time due) {
    return tx.change(sql::file["release_job"], job.id, job.token, timestamp(due)) == 1;
}

std::vector<DueSource> due_sources(base::Tx& tx, Time now) {
    std::vector<DueSource> due;
    for (const auto& row : tx.exec(sql::file["due_sources"], timestamp(now)))
        due.push_back(
            {row[0].as<std::int64_t>(),
             row[1].as<std::string>(),
             row[2].as<std::string>(),
             row[3].as<std::string>()}
        );
    return due;
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
