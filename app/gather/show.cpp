// One run of a source, as crawl, ingest and `source run --wait` show it: progress while it goes on,
// and the sums at its end, for people or as one object of JSON. What was rejected is part of the
// sums, and a run that was stopped ends with 130, so that a scheduler sees it.
#include "app/gather/show.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include "app/output.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/run/progress.hpp"
#include "base/run/stop.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/life/source_end.hpp"

namespace app {

namespace json = boost::json;

namespace {

json::object to_json(const schema::Source& source, const service::GatherResult& result) {
    json::array notes;
    for (const auto& note : result.notes) notes.emplace_back(note);
    const auto& counts = result.counts;
    return {
        {"source", source.name},
        {"run", result.run_id},
        {"state", result.state},
        {"read", counts.read},
        {"new", counts.added},
        {"changed", counts.changed},
        {"unchanged", counts.unchanged},
        {"rejected", counts.rejected},
        {"bytes", result.bytes},
        {"seconds", result.seconds},
        {"resumed", result.resumed},
        {"due_again",
         result.due_again ? json::value(schema::timestamp(*result.due_again)) : json::value()},
        {"notes", notes}};
}

// What stands in its way is no news beside what the run failed of.
void drop_quietly(const service::Environment& here, const schema::Source& source) {
    try {
        service::drop_if_empty(here, source);
    } catch (const std::exception& error) {
        base::log::warning("source '{}': {}", source.name, error.what());
    }
}

}  // namespace

void gather_given(
    service::Context& context,
    const service::SourceKind& kind,
    const GivenSettings& given
) {
    auto here = context.environment();
    service::Wanted wanted;
    service::run_locally(here, [&](service::Work& work) {
        wanted = service::want_source(work, given.source, kind, given.spec, given.save);
    });
    const auto& source = wanted.source;
    try {
        auto result =
            gather_and_tell(context, source, {.share = given.share, .keeps_other = wanted.differs});
        if (wanted.made && result.counts.read == 0 && !result.due_again)
            service::drop_if_empty(here, source);
    } catch (...) {
        if (wanted.made) drop_quietly(here, source);
        throw;
    }
}

service::GatherResult gather_and_tell(
    service::Context& context,
    const schema::Source& source,
    const RunOptions& options
) {
    service::GatherResult result;
    {
        base::Progress progress(
            source.name, service::source_kind(source.kind).crawls ? "pages" : "records"
        );
        result = service::gather(
            context.environment(),
            source,
            context.stop(),
            {[&](const schema::Counts& counts, std::uint64_t, const std::string& more) {
                progress.update(counts.read, more);
            }},
            options.share ? service::Company::share : service::Company::none
        );
        progress.update(result.counts.read);
    }
    if (result.due_again)
        service::run_locally(context.environment(), [&](service::Work& work) {
            service::queue_source(
                work.tx, source, *result.due_again, work.now, options.keeps_other
            );
        });
    if (options.keeps_other)
        result.notes.push_back(fmt::format(
            "these settings were for this run alone: source '{}' keeps its own (--save changes "
            "them)",
            source.name
        ));
    const auto& counts = result.counts;
    if (context.json) {
        print_json(to_json(source, result));
    } else {
        for (const auto& note : result.notes) print_line(note);
        if (result.resumed) print_line("went on where an earlier run stopped");
        print_line(fmt::format(
            "{}: {} read = {} new + {} changed + {} unchanged + {} rejected, {:.1f} s",
            source.name,
            base::grouped(counts.read),
            base::grouped(counts.added),
            base::grouped(counts.changed),
            base::grouped(counts.unchanged),
            base::grouped(counts.rejected),
            result.seconds
        ));
        if (result.state == "done" && counts.added + counts.changed == 0 && counts.unchanged > 0)
            print_line("nothing new: every record was stored before");
        if (counts.rejected > 0)
            print_line(
                fmt::format("see the rejects with 'tilth rejects list --source {}'", source.name)
            );
    }
    if (result.nothing) throw result.nothing->error();
    if (result.state == "interrupted" && context.stop().stop_requested()) throw base::Interrupted();
    return result;
}

}  // namespace app
