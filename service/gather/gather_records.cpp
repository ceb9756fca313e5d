// Files, APIs, databases and feeds end in one RunRequest. Each kind names its settings and opens
// its reader; what all have in common (rules, contract, limits) is read once in common_request().
// Checking a source makes its request and throws it away, so what is accepted is what can be run.
#include "service/gather/gather_records.hpp"
#include "service/config.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "service/gather/download.hpp"
#include "service/gather/kinds/api.hpp"
#include "service/gather/kinds/archives.hpp"
#include "service/gather/kinds/database.hpp"
#include "service/gather/kinds/feed.hpp"
#include "service/gather/settings.hpp"

namespace service {

namespace {

constexpr std::size_t sampled_records = 1000;

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

GatherResult told(const ingest::RunResult& result) {
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
            fmt::format("{} records are gone: the complete listing does not have them", result.gone)
        );
    if (result.quarantined > 0)
        told.notes.push_back(fmt::format(
            "{} records are in quarantine for fields that are new or of another kind: see 'tilth "
            "source fields'",
            result.quarantined
        ));
    if (!result.parked) return told;
    told.due_again = result.parked->due;
    told.notes.push_back(fmt::format(
        "parked: {}; goes on at {}", result.parked->reason, schema::timestamp(result.parked->due)
    ));
    return told;
}

}  // namespace

void check_records_spec(const std::string& kind, const base::Document& document) {
    auto rules = [&](const MappingSettings& settings) {
        mapping_rules(settings.rules, settings.rules_name, document);
    };
    if (kind == "api") return rules(ApiSettings::settings.read(document).mapping);
    if (kind == "database") return rules(DatabaseSettings::settings.read(document).mapping);
    if (kind == "feed") return rules(FeedSettings::settings.read(document).mapping);
    if (kind != "files")
        throw base::UsageError(
            fmt::format("kind '{}'", kind),
            "unknown",
            "use crawl, files, api, database, feed or push"
        );
    auto files = FileSettings::settings.read(document);
    if (holds_archives(files)) {
        scraping_of(files, document);
    } else {
        rules(files.mapping);
    }
}

std::vector<std::string> explain_records(const schema::Source& source) {
    auto document = base::Document::json(source.spec);
    if (source.kind == "api") return explain_api(ApiSettings::settings.read(document));
    if (source.kind == "database")
        return explain_database(DatabaseSettings::settings.read(document));
    if (source.kind == "feed") return explain_feed(FeedSettings::settings.read(document));
    return {};
}

ingest::RunRequest
run_request(const Environment& here, const schema::Source& source, std::stop_token stop) {
    auto document = base::Document::json(source.spec);
    if (source.kind == "api") {
        auto settings = ApiSettings::settings.read(document);
        auto request = mapped_request(source, settings.mapping, document);
        request.key = settings.key;
        auto api = describe_api(here, settings, stop);
        request.inputs = {api.identity};
        request.reading = api.reading;
        return request;
    }
    if (source.kind == "database") {
        auto settings = DatabaseSettings::settings.read(document);
        auto request = mapped_request(source, settings.mapping, document);
        auto database = describe_database(settings);
        request.inputs = {database.identity};
        request.reading = database.reading;
        request.mark_gone = database.mark_gone;
        return request;
    }
    if (source.kind == "feed") {
        auto settings = FeedSettings::settings.read(document);
        auto request = mapped_request(source, settings.mapping, document);
        request.key = settings.key;
        auto feed = describe_feed(here, settings, stop);
        request.inputs = {feed.identity};
        if (!request.rules && request.key.empty()) request.rules = feed_rules();
        request.reading = feed.reading;
        return request;
    }
    auto settings = FileSettings::settings.read(document);
    auto request = mapped_request(source, settings.mapping, document);
    request.key = settings.key;
    request.inputs = settings.inputs;
    request.read = read_options(settings);
    for (auto& input : request.inputs)
        if (is_web_address(input))
            input =
                download(here.config, input, here.config.home / "downloads", settings.mapping.reach)
                    .string();
    return request;
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
    if (!request.rules && request.reading) {
        request.reading->sample(sample);
    } else if (!request.rules) {
        connector = open_request(request);
        connector->next(sample, sampled_records, request.batch_bytes);
    }
    return rules_for(request, sample);
}

GatherResult gather_records(
    const Environment& here,
    const schema::Source& source,
    std::stop_token stop,
    const GatherEvents& events
) {
    auto request = run_request(here, source, stop);
    return told(store(here, request, stop, events));
}

}  // namespace service
