// The archive and the end of a source.
//
// An end is one transaction over all modules that hold something of it: labels and what was learnt
// from them first, for they refer to the rest, then the records by the same way as any purge, then
// what is left. What would go is found by doing it and rolling back, so the numbers are those of
// the deed. A run in another process finds its run gone when it wants to count its next batch, and
// stores nothing more.
#include "service/gather/life/source_end.hpp"

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "crawler/frontier/watch_store.hpp"
#include "ingest/mapping/contract_store.hpp"
#include "ingest/sources/push/push_store.hpp"
#include "labeling/projects/project_store.hpp"
#include "quality/checks/check_store.hpp"
#include "schema/jobs/job_store.hpp"
#include "schema/people/audit_store.hpp"
#include "schema/sources/source_settings_store.hpp"
#include "service/gather/cron.hpp"
#include "service/gather/kinds/uploads.hpp"
#include "service/refusal.hpp"
#include "training/snapshots/ending_store.hpp"

namespace service {

namespace {

// Ends the transaction of a count without keeping anything of it.
struct RolledBack {};

Refusal gone(const std::string& name) {
    return {Refusal::Kind::not_found, "source '" + name + "'", "was deleted meanwhile"};
}

// Jobs of the source go from the queue; those that a worker holds stand against it.
void clear_jobs(base::Tx& tx, const schema::Source& source, base::Time now) {
    for (const auto& job : schema::jobs_of_source(tx, source.name, now)) {
        if (job.held.value_or(false))
            throw Refusal(
                Refusal::Kind::conflict,
                "source '" + source.name + "'",
                "a worker is gathering it",
                "wait for it, or 'tilth jobs cancel " + std::to_string(job.id) + "'"
            );
        schema::cancel_job(tx, job.id, now);
    }
}

DeletedSource end_source(
    base::Tx& tx,
    const schema::Source& source,
    base::Time now,
    std::vector<std::string>& files
) {
    if (!schema::lock_source(tx, source.id)) throw gone(source.name);
    clear_jobs(tx, source, now);
    DeletedSource done;
    done.source = source.name;
    std::vector<std::int64_t> projects;
    for (auto& project : labeling::projects_of_source(tx, source.id)) {
        projects.push_back(project.id);
        done.projects.push_back(std::move(project.name));
    }
    auto learnt = training::end_projects(tx, source.id, projects);
    auto labels = labeling::drop_projects(tx, projects);
    static_cast<schema::PurgeCounts&>(done) =
        schema::purge_source(tx, source.id, learnt.artefacts, files);
    done.labels += labels + learnt.predictions;
    done.snapshots = std::move(learnt.snapshots);
    done.models = std::move(learnt.models);
    done.trainings = learnt.runs;
    done.addresses = crawler::drop_frontier(tx, source.id);
    ingest::drop_contract(tx, source.id);
    ingest::drop_receipts(tx, source.id);
    quality::drop_findings(tx, source.id);
    auto dropped = schema::drop_source(tx, source.id);
    done.rejects = dropped.rejects;
    done.runs = dropped.runs;
    return done;
}

DeletedSource count_end(base::Database& database, const schema::Source& source, base::Time now) {
    DeletedSource counted;
    std::vector<std::string> files;
    try {
        database.call([&](base::Tx& tx) {
            counted = end_source(tx, source, now, files);
            throw RolledBack();
        });
    } catch (const RolledBack&) {
    }
    return counted;
}

}  // namespace

const base::Settings<DeleteSource> DeleteSource::settings{
    {"source", &DeleteSource::source, "its name", {.required = true}},
    {"yes", &DeleteSource::yes, "do it; without it is only said what would go"},
};

SourceState archive_source(Work& work, const SourceName& request) {
    auto source = known_source(work, request.source);
    for (const auto& job : schema::jobs_of_source(work.tx, source.name, work.now))
        schema::cancel_job(work.tx, job.id, work.now);
    schema::archive_source(work.tx, source.id, work.now);
    return {source.id, source.name, "archived"};
}

SourceState restore_source(Work& work, const SourceName& request) {
    auto source = known_source(work, request.source);
    schema::restore_source(work.tx, source.id);
    if (!source.schedule.empty())  // what was due meanwhile is not made up for
        schema::set_schedule(
            work.tx, source.id, source.schedule, next_time(parse_cron(source.schedule), work.now)
        );
    return {source.id, source.name, known_source(work, request.source).state};
}

DeletedSource delete_source(Work& work, const DeleteSource& request) {
    auto source = known_source(work, request.source);
    auto& database = work.here.database;
    if (!request.yes) return count_end(database, source, work.now);
    std::vector<std::string> files;
    Uploads uploads;
    auto done = database.call([&](base::Tx& tx) {
        auto ended = end_source(tx, source, work.now, files);
        ended.deleted = true;
        uploads = uploads_of(work.here, source.name);
        std::optional<std::int64_t> who;
        if (work.caller.id != 0) who = work.caller.id;
        schema::add_audit(
            tx,
            who,
            {.at = work.now,
             .actor = work.caller.name,
             .action = "source.delete",
             .subject = source.name,
             .detail = {base::json_text(ended)}}
        );
        return ended;
    });
    schema::remove_files(work.here.blobs, files);
    drop_uploads(work.here, uploads);
    return done;
}

bool drop_if_empty(const Environment& here, const schema::Source& source) {
    std::vector<std::string> files;
    Uploads uploads;
    auto now = std::chrono::system_clock::now();
    try {
        here.database.call([&](base::Tx& tx) {
            if (schema::has_records(tx, source.id) ||
                !schema::jobs_of_source(tx, source.name, now).empty())
                throw RolledBack();
            auto ended = end_source(tx, source, now, files);
            if (ended.records + ended.rejects + ended.addresses > 0 || !ended.projects.empty())
                throw RolledBack();
            if (reads_upload(source)) uploads = uploads_of(here, source.name);
        });
    } catch (const RolledBack&) {
        return false;
    }
    drop_uploads(here, uploads);
    return true;
}

}  // namespace service
