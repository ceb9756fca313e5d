#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json/shape.hpp"
#include "schema/sources/source_store.hpp"

namespace base {
class Tx;
}

// A source's settings with those it had before, its archive, and its end. Each function is one step
// inside the caller's transaction.
namespace schema {

// False if these are its settings already; else they are its next version.
bool change_settings(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& spec,
    const std::string& by,
    Time now
);

struct SourceSettings {
    std::int64_t version = 0;
    base::JsonText spec;
    std::string made_by;
    Time made_at;
};
BOOST_DESCRIBE_STRUCT(SourceSettings, (), (version, spec, made_by, made_at))
// The newest first, those before `before`.
std::vector<SourceSettings> list_settings(
    base::Tx& tx,
    std::int64_t source_id,
    int at_most,
    std::optional<std::int64_t> before = std::nullopt
);
// The settings of a version, a JSON object.
std::optional<std::string> settings_of(base::Tx& tx, std::int64_t source_id, std::int64_t version);

// The rules that the source had at any time, of its settings and of runs that had others: each
// once, in JSON.
std::vector<std::string> rules_ever(base::Tx& tx, std::int64_t source_id);
// The rules of the newest run that mapped records, with the columns that only earlier runs had
// behind its own; those of the source's settings (in JSON; a text is TOML) if no run kept any.
// Empty if there are none.
std::string rules_in_use(base::Tx& tx, std::int64_t source_id);

// Of the present settings; 1 for those that it was made with.
std::int64_t settings_version(base::Tx& tx, std::int64_t source_id);
// Who made the source, for its first version.
void note_maker(base::Tx& tx, std::int64_t source_id, const std::string& by);

// In order of name, behind `after`, those in the archive ("archived" is their state) among them.
std::vector<SourceLine> list_with_archive(base::Tx& tx, const std::string& after, int at_most);
// One in the archive starts no runs and stands in no list; its records stay where they are.
void archive_source(base::Tx& tx, std::int64_t source_id, Time now);
void restore_source(base::Tx& tx, std::int64_t source_id);

// A job that gathers a source, or reads its rejects again.
struct SourceJob {
    std::int64_t id = 0;
    std::optional<bool> held;  // by a worker
};
BOOST_DESCRIBE_STRUCT(SourceJob, (), (id, held))
// None is taken up until the transaction ends.
std::vector<SourceJob> jobs_of_source(base::Tx& tx, const std::string& name, Time now);

// Waits for other edits and ends of it. False if it is gone.
bool lock_source(base::Tx& tx, std::int64_t source_id);

struct DroppedSource {
    std::uint64_t runs = 0;
    std::uint64_t rejects = 0;
};
// Ends a source that has no records, projects or findings any more; its name is free.
DroppedSource drop_source(base::Tx& tx, std::int64_t source_id);

}  // namespace schema
