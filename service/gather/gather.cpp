// From a source's stored settings to a run, for the command line and workers alike. Near-duplicates
// are looked for after each run; what fails there is logged, for it must not spoil what was
// gathered.
#include "service/gather/gather.hpp"

#include <chrono>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/text/figures.hpp"
#include "quality/duplicates/text_clusters.hpp"
#include "schema/jobs/job_store.hpp"
#include "schema/sources/source_settings_store.hpp"
#include "service/config.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/sources.hpp"
#include "service/refusal.hpp"

namespace service {

namespace json = boost::json;

namespace {

// Texts that were gathered get their clusters at the end of each run, complete or not. What fails
// here spoils no run: the next one goes on.
void note_duplicates(
    const Environment& here,
    const schema::Source& source,
    std::stop_token stop,
    GatherResult& result
) {
    try {
        auto found = quality::assign_clusters(here.database, source.id, stop);
        if (found.near > 0)
            result.notes.push_back(fmt::format(
                "{} of {} texts are near-duplicates of others, {} of them word for word",
                base::grouped(found.near),
                base::grouped(found.texts),
                base::grouped(found.exact)
            ));
    } catch (const base::Error& error) {
        base::log::warning("source '{}': near-duplicates: {}", source.name, error.what());
    }
}

}  // namespace

void check_spec(const std::string& kind, const base::Document& document) {
    source_kind(kind).check(document);
}

std::optional<schema::Source>
find_of_kind(base::Tx& tx, const std::string& name, std::string_view kind) {
    auto found = schema::find_source(tx, name);
    if (found && found->kind != kind)
        throw base::Error(
            fmt::format("source '{}'", name),
            fmt::format("is of kind {}, not {}", found->kind, kind),
            "choose another name"
        );
    return found;
}

Wanted want_source(
    Work& work,
    const std::string& name,
    const SourceKind& kind,
    const std::string& spec,
    bool save
) {
    kind.check(base::Document::json(spec));
    Wanted wanted;
    auto found = find_of_kind(work.tx, name, kind.name);
    if (!found) {
        wanted.made = true;
        schema::Source source{0, name, std::string(kind.name), spec, "", ""};
        found = schema::add_source(work.tx, source, work.now);
        if (!found) return want_source(work, name, kind, spec, save);  // made by another meanwhile
        schema::note_maker(work.tx, found->id, work.caller.name);
    } else if (found->state == archived) {
        refuse_archived(*found);
    } else if (save) {
        schema::change_settings(work.tx, found->id, spec, work.caller.name, work.now);
    } else {
        wanted.differs = json::parse(found->spec) != json::parse(spec);
    }
    wanted.source = std::move(*found);
    wanted.source.spec = spec;
    return wanted;
}

void check_run(const schema::Source& source) {
    if (source_kind(source.kind).pushed)
        throw base::UsageError(
            fmt::format("source '{}'", source.name),
            "is pushed to, not run",
            fmt::format("let its sender POST to /api/v1/push/{}", source.name)
        );
    if (source.state == archived) refuse_archived(source);
}

GatherResult gather(
    const Environment& here,
    const schema::Source& source,
    std::stop_token stop,
    const GatherEvents& events,
    Company company
) {
    check_run(source);
    const auto& kind = source_kind(source.kind);
    Gathering run{here, source, stop, events, company};
    auto result = kind.gather ? kind.gather(run) : gather_records(run);
    if (company != Company::help) note_duplicates(here, source, stop, result);
    return result;
}

QueuedSource queue_source(
    base::Tx& tx,
    const schema::Source& source,
    schema::Time due,
    schema::Time now,
    bool as_given,
    bool made,
    const std::string& part
) {
    json::object job{{"source", source.name}};
    if (as_given) job["spec"] = json::parse(source.spec);
    if (made) job["made"] = source.id;
    auto name = "source:" + source.name + (part.empty() ? "" : "/" + part);
    auto added = schema::add_job(tx, job_kind(source), json::serialize(job), name, due, now);
    return {added.has_value(), added ? added : schema::job_named(tx, name)};
}

schema::JobKind job_kind(const schema::Source& source) {
    return source_kind(source.kind).crawls ? schema::JobKind::crawl : schema::JobKind::ingest;
}

}  // namespace service
