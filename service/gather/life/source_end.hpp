#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schema/records/purge_store.hpp"
#include "service/gather/sources.hpp"

// The archive of sources, and their end.
namespace service {

// Takes a source out of all lists; it starts no runs, and jobs that would are cancelled. Its
// records, labels and models stay and can be asked for as before. Its name stays taken.
SourceState archive_source(Work& work, const SourceName& request);
// Undoes archive_source(): the source is as it was, active or paused.
SourceState restore_source(Work& work, const SourceName& request);

struct DeleteSource {
    std::string source;
    bool yes = false;
    static const base::Settings<DeleteSource> settings;
};
// What goes with a source, as a purge counts it; `snapshots` are those of its projects.
struct DeletedSource : schema::PurgeCounts {
    std::string source;
    bool deleted = false;  // or only counted
    std::vector<std::string> projects;
    std::vector<std::string> models;  // "spam 2 (production)"
    std::uint64_t trainings = 0;      // runs of models
    std::uint64_t runs = 0;           // of the source
};
BOOST_DESCRIBE_STRUCT(
    DeletedSource,
    (schema::PurgeCounts),
    (source, deleted, projects, models, trainings, runs)
)
// Destroys a source with all that was made of it, in one transaction, and frees its name; without
// `yes` it is only counted. Refusal conflict while a worker gathers it.
DeletedSource delete_source(Work& work, const DeleteSource& request);

// Deletes a source that its first run left without anything to look at: no record, no reject, no
// address, and no other run that waits. False if there is something.
bool drop_if_empty(const Environment& here, const schema::Source& source);

}  // namespace service
