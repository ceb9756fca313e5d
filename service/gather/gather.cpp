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
#include "service/config.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/kinds/kind.hpp"

namespace service {

namespace json = boost::json;
using Clock = std::chrono::system_clock;

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

// The source of that name, if there is one. Throws base::Error if it is of another kind.
std::optional<schema::Source>
find_of_kind(base::Tx& tx, const std::string& name, const std::string& kind) {
    auto found = schema::find_source(tx, name);
    if (found && found->kind != kind)
        throw base::Error(
            fmt::format("source '{}'", name),
            fmt::format("is of kind {}, not {}", found->kind, kind),
            "choose another name"
        );
    return found;
}

}  // namespace

void check_spec(const std::string& kind, const base::Document& document) {
    source_kind(kind).check(document);
}

schema::Source ensure_source(
    const Environment& here,
    const std::string& name,
    const std::string& kind,
    const json::object& spec
) {
    check_spec(kind, base::Document::of(spec));
    return here.database.call([&](base::Tx& tx) {
        auto text = json::serialize(spec);
        auto found = find_of_kind(tx, name, kind);
        if (!found) found = schema::add_source(tx, {0, name, kind, text, "", ""}, Clock::now());
        if (!found)
            throw base::Error(
                fmt::format("source '{}'", name), "was removed", "choose another name"
            );
        schema::set_source_spec(tx, found->id, text);
        found->spec = text;
        return *found;
    });
}

std::vector<crawler::Decision>
plan_crawl(const Environment& here, const std::string& name, const json::object& spec) {
    check_spec("crawl", base::Document::of(spec));
    auto find = [&](base::Tx& tx) { return find_of_kind(tx, name, "crawl"); };
    auto found = here.database.call(find);
    auto source = found.value_or(schema::Source{0, name, "crawl", {}, "", ""});
    source.spec = json::serialize(spec);
    return crawler::plan_crawl(here.database, crawl_options(here.config, source));
}

void check_run(const schema::Source& source) {
    if (source_kind(source.kind).pushed)
        throw base::UsageError(
            fmt::format("source '{}'", source.name),
            "is pushed to, not run",
            fmt::format("let its sender POST to /api/v1/push/{}", source.name)
        );
}

GatherResult gather(
    const Environment& here,
    const schema::Source& source,
    std::stop_token stop,
    const GatherEvents& events,
    bool share
) {
    check_run(source);
    const auto& kind = source_kind(source.kind);
    Gathering run{here, source, stop, events, share};
    auto result = kind.gather ? kind.gather(run) : gather_records(run);
    note_duplicates(here, source, stop, result);
    return result;
}

bool queue_source(base::Tx& tx, const schema::Source& source, schema::Time due, schema::Time now) {
    auto kind = source_kind(source.kind).crawls ? schema::JobKind::crawl : schema::JobKind::ingest;
    auto spec = json::serialize(json::object{{"source", source.name}});
    return schema::add_job(tx, kind, spec, "source:" + source.name, due, now).has_value();
}

}  // namespace service
