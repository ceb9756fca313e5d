// What is asked of sources, and done to them. A source's settings are stored as they were written;
// they are checked by the same readers that a run uses, so that what was accepted can be run.
#include "service/gather/sources.hpp"

#include <algorithm>

#include "base/database/database.hpp"
#include "base/settings/settings.hpp"
#include "base/text/ascii.hpp"
#include "schema/jobs/job_store.hpp"
#include "service/gather/contracts.hpp"
#include "service/gather/crawled.hpp"
#include "service/gather/cron.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/life/source_edit.hpp"
#include "service/gather/life/source_end.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

constexpr int runs_shown = 10;

SourceState set_state(Work& work, const std::string& name, const std::string& state) {
    auto source = known_source(work, name);
    if (source.state == archived) refuse_archived(source);
    schema::set_source_state(work.tx, source.id, state);
    return {source.id, name, state};
}

std::optional<base::Time>
set_schedule(Work& work, std::int64_t source_id, const std::string& schedule) {
    std::optional<base::Time> next;
    if (!schedule.empty()) next = next_time(parse_cron(schedule), work.now);
    schema::set_schedule(work.tx, source_id, schedule, next);
    return next;
}

}  // namespace

const base::Settings<SourceName> SourceName::settings{
    {"source", &SourceName::source, "its name", {.required = true}},
};

const base::Settings<ListSources> ListSources::settings{
    {"archived", &ListSources::archived, "those in the archive too"},
    {&ListSources::page},
};

const base::Settings<ListSourceRuns> ListSourceRuns::settings{
    {"source", &ListSourceRuns::source, "whose runs", {.required = true}},
    {&ListSourceRuns::page},
};

const base::Settings<AddSource> AddSource::settings{
    {"name",
     &AddSource::name,
     "what it is called",
     {.required = true, .check = &check_source_name}},
    {"kind", &AddSource::kind, source_kind_names(), {.required = true}},
    {"schedule", &AddSource::schedule, "five-field cron, @daily and the like"},
    {"spec", &AddSource::spec, "an object: the settings of its kind"},
};

const base::Settings<ScheduleSource> ScheduleSource::settings{
    {"source", &ScheduleSource::source, "its name", {.required = true}},
    {"cron",
     &ScheduleSource::cron,
     "five fields, with TZ=Area/City before them for another zone than UTC; or @hourly, @daily, "
     "@weekly, @monthly; \"\" for none",
     {.required = true}},
};

std::optional<base::Fault> check_source_name(const std::string& name) {
    auto fits = [](char c) { return base::is_alnum(c) || c == '_' || c == '.' || c == '-'; };
    if (!name.empty() && name.size() <= 63 && base::is_alnum(name.front()) &&
        std::all_of(name.begin(), name.end(), fits))
        return std::nullopt;
    return base::Fault{"is no name", "use up to 63 letters, digits, '.', '_' and '-'"};
}

schema::Source known_source(Work& work, const std::string& name) {
    auto source = schema::find_source(work.tx, name);
    if (!source)
        throw Refusal(
            Refusal::Kind::not_found,
            "source '" + name + "'",
            "no such source",
            "see 'tilth source list'"
        );
    return *source;
}

void refuse_archived(const schema::Source& source) {
    throw Refusal(
        Refusal::Kind::conflict,
        "source '" + source.name + "'",
        "is in the archive",
        "take it out first: 'tilth source restore " + source.name + "'"
    );
}

SourceState pause_source(Work& work, const SourceName& request) {
    return set_state(work, request.source, "paused");
}

SourceState resume_source(Work& work, const SourceName& request) {
    return set_state(work, request.source, "active");
}

Page<ListedSource> list_sources(Work& work, const ListSources& request) {
    std::vector<std::int64_t> ids;
    std::vector<ListedSource> items;
    const auto& page = request.page;
    auto list = request.archived ? schema::list_with_archive : schema::list_sources;
    for (auto& line : list(work.tx, page.after, page.limit)) {
        ids.push_back(line.id);
        items.push_back({std::move(line), std::nullopt});
    }
    auto latest = schema::latest_runs(work.tx, ids);
    for (auto& item : items)
        if (auto found = latest.find(item.id); found != latest.end())
            item.last_run = std::move(found->second);
    return page_of(std::move(items), request.page, [](const auto& item) { return item.name; });
}

ShownSource show_source(Work& work, const SourceName& request) {
    auto id = known_source(work, request.source).id;
    return {
        schema::show_source(work.tx, request.source).value(),
        schema::settings_version(work.tx, id),
        schema::latest_columns(work.tx, id),
        schema::list_runs(work.tx, id, runs_shown)};
}

Page<schema::SourceRun> list_source_runs(Work& work, const ListSourceRuns& request) {
    auto id = known_source(work, request.source).id;
    return page_of(
        schema::list_runs(work.tx, id, request.page.limit, request.page.after_number()),
        request.page,
        [](const auto& run) { return std::to_string(run.id); }
    );
}

SourceState add_source(Work& work, const AddSource& request) {
    auto spec = request.spec.text.empty() ? "{}" : request.spec.text;
    check_spec(request.kind, base::Document::json(spec));
    auto added = schema::add_source(
        work.tx,
        {.name = request.name, .kind = request.kind, .spec = spec, .schedule = {}, .state = {}},
        work.now
    );
    if (!added) {
        bool stored_away = known_source(work, request.name).state == archived;
        throw Refusal(
            Refusal::Kind::conflict,
            "source '" + request.name + "'",
            stored_away ? "there is one of that name in the archive" : "there is one of that name",
            stored_away ? "'tilth source restore' or 'delete' it, or choose another name"
                        : "choose another name, or 'tilth source edit' it"
        );
    }
    schema::note_maker(work.tx, added->id, work.caller.name);
    set_schedule(work, added->id, request.schedule);
    return {added->id, added->name, added->state};
}

SourceCheck check_source(Work& work, const SourceName& request) {
    auto source = known_source(work, request.source);
    check_spec(source.kind, base::Document::json(source.spec));
    if (!source.schedule.empty()) parse_cron(source.schedule);
    return {source.name, true, source_kind(source.kind).explain(base::Document::json(source.spec))};
}

QueuedRun run_source(Work& work, const SourceName& request) {
    auto source = known_source(work, request.source);
    check_run(source);
    auto queued = queue_source(work.tx, source, work.now, work.now);
    return {.source = source.name, .queued = queued.added, .job = queued.job};
}

SourceSchedule schedule_source(Work& work, const ScheduleSource& request) {
    auto source = known_source(work, request.source);
    return {source.name, *request.cron, set_schedule(work, source.id, *request.cron)};
}

std::span<const Verb> source_verbs() {
    static const std::vector<Verb> verbs{
        verb<add_source>(
            "source add", "Describe a source, from a TOML file or by flags", operators
        ),
        verb<list_sources>("source list", "All sources", analysts),
        verb<show_source>("source show", "One source: settings, columns and last runs", analysts),
        verb<set_source>("source set", "Change one setting of a source", operators),
        verb<edit_source>("source edit", "Give a source other settings", operators),
        verb<list_source_settings>(
            "source settings", "A source's settings and those it had before", analysts
        ),
        verb<revert_source>(
            "source revert", "Give a source the settings that it had before", operators
        ),
        verb<list_source_runs>("source runs", "Runs of a source, the newest first", analysts),
        verb<show_run_log>(
            "source log",
            "How a run of a source goes, or went: what it fetched, rejected, and how it ended",
            analysts
        ),
        verb<check_source>(
            "source check",
            "Whether a source's settings are sound, without touching its data",
            operators
        ),
        verb<run_source>(
            "source run",
            "Gather a source: queue it for the workers, or here and now with --wait",
            operators
        ),
        verb<pause_source>("source pause", "Let the scheduler and workers pass it by", operators),
        verb<resume_source>("source resume", "Undo pause", operators),
        verb<archive_source>(
            "source archive",
            "Take it out of lists and schedules; its records stay, and it can be restored",
            operators
        ),
        verb<archive_source>("source remove", "The same as archive", operators),
        verb<restore_source>("source restore", "Undo archive", operators),
        verb<delete_source>(
            "source delete",
            "Destroy a source with its records, labels and models; without --yes only say what "
            "goes",
            admins
        ),
        verb<schedule_source>(
            "source schedule",
            "When the scheduler of 'tilth up' runs a source; \"\" ends it",
            operators
        ),
        verb<list_urls>(
            "source urls",
            "Addresses that a crawl met: waiting, fetched, or not fetched and why",
            analysts
        ),
        verb<list_hosts>("source hosts", "How the hosts of a crawl fare", analysts),
        verb<show_rules>(
            "source rules",
            "What a source's fields are taken to mean, as a file for --map",
            operators
        ),
        verb<list_fields>(
            "source fields",
            "A source's contract: the fields of its records, and those that wait in quarantine",
            analysts
        ),
        verb<accept_fields>(
            "source accept",
            "Take fields into a source's contract and let their records out of quarantine",
            operators
        ),
    };
    return verbs;
}

}  // namespace service
