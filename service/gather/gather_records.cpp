// Files, APIs, databases and feeds end in one RunRequest. Each kind names its settings and opens
// its reader; what all have in common (rules, contract, limits) is read once in common_request().
// Checking a source makes its request and throws it away, so what is accepted is what can be run.
#include "service/gather/gather_records.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "base/text/figures.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/settings.hpp"

namespace service {

namespace {

ingest::RunResult store(
    const Environment& here,
    const ingest::RunRequest& request,
    std::stop_token stop,
    const GatherEvents& events
) {
    return ingest::run(
        here.database,
        here.blobs,
        request,
        stop,
        [&](const ingest::RunProgress& progress) {
            if (events.progress)
                events.progress(
                    progress.counts,
                    0,
                    progress.counts.rejected ? fmt::format("{} rejected", progress.counts.rejected)
                                             : ""
                );
        }
    );
}

GatherResult told(const std::string& source, const ingest::RunResult& result) {
    GatherResult told{
        result.run_id,
        result.state,
        result.counts,
        result.bytes,
        result.seconds,
        result.resumed,
        result.why,
        std::nullopt};
    if (result.gone > 0)
        told.notes.push_back(
            fmt::format("{} records are gone: what was read no longer has them", result.gone)
        );
    if (result.quarantined > 0)
        told.notes.push_back(fmt::format(
            "{} records are in quarantine for fields that are new or of another kind: see 'tilth "
            "source fields'",
            result.quarantined
        ));
    for (const auto& [line, times] : result.notes)
        told.notes.push_back(fmt::format("{} ({})", line, base::grouped(times)));
    if (result.holds_nothing)
        told.nothing = GotNothing{
            "source '" + source + "'",
            "its files hold no record",
            "look at them, or name --format"};
    if (!result.parked) return told;
    told.due_again = result.parked->due;
    told.notes.push_back(fmt::format(
        "parked: {}; goes on at {}", result.parked->reason, schema::timestamp(result.parked->due)
    ));
    return told;
}

}  // namespace

ingest::RunRequest mapped_request(
    const schema::Source& source,
    const MappingSettings& settings,
    const base::Document& document
) {
    ingest::RunRequest request;
    request.source = source.name;
    request.rules = mapping_rules(settings.rules, settings.rules_name, document);
    request.on_drift = settings.contract;
    request.restart = settings.restart;
    request.limit = settings.limit;
    if (settings.max_rejects > 0) request.max_rejects = settings.max_rejects;
    request.max_reject_share = settings.max_reject_share;
    return request;
}

ingest::RunRequest run_request(const Opening& opening) {
    const auto& source = opening.source;
    const auto& kind = source_kind(source.kind);
    check_run(source);
    if (!kind.request)
        throw base::UsageError(
            "source '" + source.name + "'",
            fmt::format("is a {}", kind.name),
            "use 'tilth crawl --dry-run'"
        );
    return kind.request(opening);
}

std::unique_ptr<ingest::Connector> open_request(const ingest::RunRequest& request) {
    if (request.reading) return request.reading->open({}, {});
    return ingest::open_files(request.inputs, request.read);
}

ingest::Rules rules_for(const ingest::RunRequest& request, const ingest::Page& sample) {
    if (!request.rules) return ingest::infer_rules(sample, request.key);
    auto rules = *request.rules;
    if (rules.key.empty() && !request.key.empty()) rules.key = {request.key};
    return rules;
}

ingest::Rules sample_rules(const ingest::RunRequest& request) {
    ingest::Page sample;
    std::unique_ptr<ingest::Connector> connector;
    if (!request.rules) {
        connector = open_request(request);
        if (!connector->look_ahead(sample, sampled_records))
            connector->next(sample, sampled_records, request.batch_bytes);
    }
    return rules_for(request, sample);
}

GatherResult gather_records(const Gathering& run) {
    auto request = run_request({run.here, run.source, run.stop});
    return told(run.source.name, store(run.here, request, run.stop, run.events));
}

}  // namespace service
