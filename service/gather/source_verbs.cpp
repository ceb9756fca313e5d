// What is asked of sources, and done to them. A source's settings are stored as they were written;
// they are checked by the same readers that a run uses, so that what was accepted can be run.
#include "service/gather/sources.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/settings/settings.hpp"
#include "base/text/ascii.hpp"
#include "schema/jobs/job_store.hpp"
#include "service/gather/contracts.hpp"
#include "service/gather/crawled.hpp"
#include "service/gather/cron.hpp"
#include "service/gather/gather.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/refusal.hpp"

namespace service {

namespace json = boost::json;

namespace {

constexpr int runs_shown = 10;

SourceState set_state(Work& work, const std::string& name, const std::string& state) {
    auto source = known_source(work, name);
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

const base::Settings<SetSource> SetSource::settings{
    {"source", &SetSource::source, "its name", {.required = true}},
    {"key", &SetSource::key, "a setting of its kind", {.required = true}},
    {"value",
     &SetSource::value,
     "JSON, or plain text; null takes the setting away",
     {.scalars = true}},
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

SourceState pause_source(Work& work, const SourceName& request) {
    return set_state(work, request.source, "paused");
}

SourceState resume_source(Work& work, const SourceName& request) {
    return set_state(work, request.source, "active");
}

SourceState remove_source(Work& work, const SourceName& request) {
    return set_state(work, request.source, "removed");
}

Page<ListedSource> list_sources(Work& work, const ListSources& request) {
    std::vector<std::int64_t> ids;
    std::vector<ListedSource> items;
    for (auto& line : schema::list_sources(work.tx, request.page.after, request.page.limit)) {
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
    if (!added)
        throw Refusal(
            Refusal::Kind::conflict,
            "source '" + request.name + "'",
            "there is one of that name",
            "choose another name, or remove it first"
        );
    set_schedule(work, added->id, request.schedule);
    return {added->id, added->name, added->state};
}

void set_member(base::JsonText& spec, const std::string& key, const std::string& value) {
    auto settings = json::parse(spec.text.empty() ? "{}" : spec.text);
    boost::system::error_code error;
    auto parsed = json::parse(value, error);
    if (error) parsed = json::value(value);
    if (parsed.is_null()) {
        settings.as_object().erase(key);
    } else {
        settings.as_object()[key] = parsed;
    }
    spec.text = json::serialize(settings);
}

ShownSource set_source(Work& work, const SetSource& request) {
    auto source = known_source(work, request.source);
    base::JsonText spec{source.spec};
    set_member(spec, request.key, request.value);
    check_spec(source.kind, base::Document::json(spec.text));
    schema::set_source_spec(work.tx, source.id, spec.text);
    return show_source(work, {request.source});
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
    return {source.name, queue_source(work.tx, source, work.now, work.now)};
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
        verb<list_source_runs>("source runs", "Runs of a source, the newest first", analysts),
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
        verb<remove_source>(
            "source remove", "Take it out of all lists; its records stay", operators
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
