#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/shape.hpp"
#include "base/settings/fwd.hpp"
#include "schema/sources/source_store.hpp"
#include "service/paging.hpp"
#include "service/verb.hpp"

// What people do with sources.
namespace service {

// Of a source that is to be made; as the constraint source_name_form has it.
std::optional<base::Fault> check_source_name(const std::string& name);

// The source of that name, also one in the archive, or Refusal not_found.
schema::Source known_source(Work& work, const std::string& name);
// The state of those in the archive, which take no runs and no edits.
inline constexpr std::string_view archived = "archived";
[[noreturn]] void refuse_archived(const schema::Source& source);

struct SourceName {
    std::string source;
    static const base::Settings<SourceName> settings;
};

struct SourceState {
    std::int64_t id = 0;
    std::string name;
    std::string state;
};
BOOST_DESCRIBE_STRUCT(SourceState, (), (id, name, state))

// A paused source starts no more runs, by schedule or by hand, until it is resumed.
SourceState pause_source(Work& work, const SourceName& request);
SourceState resume_source(Work& work, const SourceName& request);

struct ListSources {
    bool archived = false;
    Paging page;
    static const base::Settings<ListSources> settings;
};
struct ListedSource : schema::SourceLine {
    std::optional<schema::SourceRun> last_run;
};
BOOST_DESCRIBE_STRUCT(ListedSource, (schema::SourceLine), (last_run))
Page<ListedSource> list_sources(Work& work, const ListSources& request);

struct ShownSource : schema::SourceLine {
    std::int64_t version = 0;  // of its settings
    std::vector<schema::Column> columns;
    std::vector<schema::SourceRun> runs;  // the last ten
};
BOOST_DESCRIBE_STRUCT(ShownSource, (schema::SourceLine), (version, columns, runs))
ShownSource show_source(Work& work, const SourceName& request);

struct ListSourceRuns {
    std::string source;
    Paging page;
    static const base::Settings<ListSourceRuns> settings;
};
// The newest first.
Page<schema::SourceRun> list_source_runs(Work& work, const ListSourceRuns& request);

struct AddSource {
    std::string name, kind, schedule;
    base::JsonText spec;  // an object: the settings of that kind
    static const base::Settings<AddSource> settings;
};
// Throws base::UsageError for settings that its kind does not know or cannot take; Refusal conflict
// if the name is taken.
SourceState add_source(Work& work, const AddSource& request);

struct SourceCheck {
    std::string name;
    bool ok = true;
    std::vector<std::string> plan;  // what a run would do
};
BOOST_DESCRIBE_STRUCT(SourceCheck, (), (name, ok, plan))
// Nothing is read and nothing is sent. Throws base::UsageError for what is not sound.
SourceCheck check_source(Work& work, const SourceName& request);

struct QueuedRun {
    std::string source;
    bool queued = false;              // or it waits or runs already
    bool keeps_other = false;         // the source has other settings than this run, and keeps them
    std::optional<std::int64_t> job;  // that was queued, or the one that waits or runs already
};
BOOST_DESCRIBE_STRUCT(QueuedRun, (), (source, queued, keeps_other, job))
QueuedRun run_source(Work& work, const SourceName& request);

struct ScheduleSource {
    std::string source;
    std::optional<std::string> cron;  // empty: no more by itself
    static const base::Settings<ScheduleSource> settings;
};
struct SourceSchedule {
    std::string name, schedule;
    std::optional<base::Time> next;
};
BOOST_DESCRIBE_STRUCT(SourceSchedule, (), (name, schedule, next))
SourceSchedule schedule_source(Work& work, const ScheduleSource& request);

}  // namespace service
