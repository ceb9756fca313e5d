#include "schema/jobs/worker_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

void tell_workers(base::Tx& tx, const std::vector<WorkerLine>& workers, base::Time silent) {
    std::vector<std::string> names, doing, about, jobs, versions, started, since, seen;
    for (const auto& worker : workers) {
        names.push_back(worker.name);
        doing.emplace_back(base::name_of(worker.doing));
        about.push_back(worker.about);
        jobs.push_back(worker.job ? std::to_string(*worker.job) : "");
        versions.push_back(worker.version);
        started.push_back(timestamp(worker.started_at));
        since.push_back(timestamp(worker.since));
        seen.push_back(timestamp(worker.seen_at));
    }
    tx.exec(
        sql::file["tell_workers"],
        array_of(names),
        array_of(doing),
        array_of(about),
        array_of_optional(jobs),
        array_of(versions),
        array_of(started),
        array_of(since),
        array_of(seen)
    );
    tx.exec(sql::file["forget_workers"], timestamp(silent));
}

void drop_workers(base::Tx& tx, const std::vector<std::string>& names) {
    tx.exec(sql::file["drop_workers"], array_of(names));
}

std::vector<WorkerLine> list_workers(base::Tx& tx, const std::string& after, int at_most) {
    return base::rows_as<WorkerLine>(tx.exec(sql::file["list_workers"], after, at_most));
}

WorkerCounts count_workers(base::Tx& tx, base::Time since) {
    return base::first_as<WorkerCounts>(tx.exec(sql::file["count_workers"], timestamp(since)))
        .value();
}

}  // namespace schema
