#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json/shape.hpp"
#include "schema/records/record.hpp"

namespace base {
class Tx;
}

// Sources, their runs and how far they have been read. Each function is one step inside the
// caller's transaction.
namespace schema {

struct Source {
    std::int64_t id = 0;
    std::string name;
    std::string kind;      // by its name: service/gather/kinds
    std::string spec;      // JSON object: what `source run` needs to gather it again
    std::string schedule;  // five-field cron or @daily and the like; empty: by hand
    std::string state;     // active, paused, archived
};
BOOST_DESCRIBE_STRUCT(Source, (), (id, name, kind, spec, schedule, state))

// Nothing if the name is taken.
std::optional<Source> add_source(base::Tx& tx, const Source& source, Time now);
std::optional<Source> find_source(base::Tx& tx, const std::string& name);
// The source of a run, by the settings that this run goes by.
std::optional<Source> source_of_run(base::Tx& tx, std::int64_t run_id);
// find_source, or base::Error that names the mend.
Source require_source(base::Tx& tx, const std::string& name);

// A source as lists show it.
struct SourceLine {
    std::int64_t id = 0;
    std::string name, kind, state;
    std::optional<std::string> schedule;
    std::optional<Time> next_due_at;
    Time created_at;
    base::JsonText spec;
    std::int64_t records = 0;   // that its runs stored, less what was purged since
    std::int64_t rejected = 0;  // inputs that wait as rejects now
};
BOOST_DESCRIBE_STRUCT(
    SourceLine,
    (),
    (id, name, kind, state, schedule, next_due_at, created_at, spec, records, rejected)
)

// In order of name, behind `after`.
std::vector<SourceLine> list_sources(base::Tx& tx, const std::string& after, int at_most);
std::optional<SourceLine> show_source(base::Tx& tx, const std::string& name);
void set_source_state(base::Tx& tx, std::int64_t id, const std::string& state);

struct SourceRun : Counts {
    std::int64_t id = 0;
    std::string state;  // running, done, empty, interrupted, failed
    std::int64_t bytes = 0;
    std::optional<std::string> error;
    Time started_at;
    std::optional<Time> ended_at;  // nothing while it runs
};
BOOST_DESCRIBE_STRUCT(SourceRun, (Counts), (id, state, bytes, error, started_at, ended_at))

// Starts a run. Runs of this source that a killed program left as running become interrupted.
std::int64_t begin_run(base::Tx& tx, std::int64_t source_id, const std::string& spec, Time now);

// The counts of a run that was just begun: a row beside it, which each batch changes.
void begin_counts(base::Tx& tx, std::int64_t run_id, std::int64_t source_id);

void end_run(
    base::Tx& tx,
    std::int64_t run_id,
    const std::string& state,
    const std::string& error,
    Time now
);
// A run at work, or one that ended lately.
struct RunProgress {
    std::int64_t id = 0;
    std::string source, state;
    std::int64_t read = 0, added = 0, changed = 0, unchanged = 0, rejected = 0;
};
BOOST_DESCRIBE_STRUCT(
    RunProgress,
    (),
    (id, source, state, read, added, changed, unchanged, rejected)
)
// Those at work, and those that ended since.
std::vector<RunProgress> recent_runs(base::Tx& tx, Time since);
// Of all runs of all sources.
struct RunTotals {
    std::int64_t added = 0, rejected = 0;
};
BOOST_DESCRIBE_STRUCT(RunTotals, (), (added, rejected))
RunTotals run_totals(base::Tx& tx);
Counts run_counts(base::Tx& tx, std::int64_t run_id);
// The newest first, those before `before`.
std::vector<SourceRun> list_runs(
    base::Tx& tx,
    std::int64_t source_id,
    int at_most,
    std::optional<std::int64_t> before = std::nullopt
);
// The latest run of each of these sources that has one.
std::map<std::int64_t, SourceRun>
latest_runs(base::Tx& tx, const std::vector<std::int64_t>& source_ids);
bool has_records(base::Tx& tx, std::int64_t source_id);
std::int64_t count_records(base::Tx& tx, std::int64_t source_id);

// How far a stream of a source (a file, an archive's member, an API's stream) has been read: an
// opaque text.
std::optional<std::string>
load_cursor(base::Tx& tx, std::int64_t source_id, const std::string& stream);
void save_cursor(
    base::Tx& tx,
    std::int64_t source_id,
    const std::string& stream,
    const std::string& position,
    std::int64_t run_id,
    Time now
);
void drop_cursor(base::Tx& tx, std::int64_t source_id, const std::string& stream);

// The column set that numbers of new records are stored against; a new version is made when
// `columns` differ from the latest one. Returns the version; 0 for no columns.
int ensure_columns(
    base::Tx& tx,
    std::int64_t source_id,
    const std::vector<Column>& columns,
    Time now
);
// The latest column set, empty if there is none.
std::vector<Column> latest_columns(base::Tx& tx, std::int64_t source_id);
std::vector<Column> columns_of(base::Tx& tx, std::int64_t source_id, int version);
// The columns of some versions: what the newest of them has, then what only older ones have, each
// once; what they say of a column the newest one decides.
std::vector<Column> columns_together(const std::map<int, std::vector<Column>>& versions);
// The values of a category column; a value's code is its index.
std::vector<std::string>
category_values(base::Tx& tx, std::int64_t source_id, const std::string& column);

}  // namespace schema
