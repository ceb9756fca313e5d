// Files, APIs, databases and feeds end in one RunRequest. Each kind names its settings and opens
// its reader; what all have in common (rules, contract, limits) is read once in common_request().
// Checking a source makes its request and throws it away, so what is accepted is what can be run.
#include "service/gather/gather_records.hpp"

#include <algorithm>

#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "service/gather/csv_options.hpp"
#include "service/gather/download.hpp"
#include "service/gather/gather_api.hpp"
#include "service/gather/gather_archives.hpp"
#include "service/gather/gather_database.hpp"
#include "service/gather/gather_feed.hpp"
#include "service/gather/scraping.hpp"
#include "service/gather/spec.hpp"

namespace service {

namespace json = boost::json;

namespace {

constexpr std::size_t sampled_records = 1000;

// Settings of all kinds of sources whose records are mapped.
const std::vector<std::string> common_keys{
    "key",
    "rules",
    "rules_name",
    "contract",
    "restart",
    "limit",
    "allow_private",
    "max_rejects",
    "max_reject_share"};
const std::vector<std::string> files_keys{
    "inputs",
    "format",
    "delimiter",
    "quote",
    "escape",
    "skip",
    "header_rows",
    "encoding",
    "record_path",
    "widths",
    "columns",
    "attachments"};

ingest::RunRequest common_request(const schema::Source& source) {
    Spec spec(source.spec);
    ingest::RunRequest request;
    request.source = source.name;
    if (auto rules = spec.text("rules"); !rules.empty())
        request.rules = ingest::parse_rules(rules, spec.text("rules_name", "rules"));
    if (source.kind != "database") request.key = spec.text("key");
    auto contract = spec.text("contract", "quarantine");
    auto on_drift = ingest::on_drift(contract);
    if (!on_drift)
        throw base::UsageError(
            "contract '" + contract + "'",
            "unknown",
            "use quarantine, evolve, freeze, discard_value or discard_row"
        );
    request.on_drift = *on_drift;
    request.restart = spec.truth("restart", false);
    request.limit = static_cast<std::uint64_t>(spec.number("limit", 0));
    if (auto most = spec.number("max_rejects", 0); most > 0)
        request.max_rejects = static_cast<std::uint64_t>(most);
    request.max_reject_share = spec.share("max_reject_share", request.max_reject_share);
    return request;
}

std::size_t place_in(const json::object& column, std::string_view key) {
    const auto* found = column.if_contains(key);
    json::error_code failed;
    auto place = found ? found->to_number<std::int64_t>(failed) : -1;
    if (!found || failed || place < (key == "width" ? 1 : 0) || place > 1'000'000)
        throw base::UsageError(
            "setting 'columns'",
            fmt::format("a column has no '{}'", key),
            "write { name = \"id\", start = 0, width = 10 }"
        );
    return static_cast<std::size_t>(place);
}

// By `columns = [{name, start, width}]`, or `widths` of columns that follow each other.
std::vector<ingest::FixedColumn> fixed_columns(const Spec& spec) {
    std::vector<ingest::FixedColumn> columns;
    if (const auto* given = spec.find("columns")) {
        if (!given->is_array())
            throw base::UsageError(
                "setting 'columns'",
                "has a wrong value",
                "write [{ name = \"id\", start = 0, width = 10 }]"
            );
        for (const auto& one : given->as_array()) {
            const auto* column = one.if_object();
            const auto* name = column ? column->if_contains("name") : nullptr;
            if (!name || !name->is_string())
                throw base::UsageError(
                    "setting 'columns'",
                    "a column has no name",
                    "write { name = \"id\", start = 0, width = 10 }"
                );
            columns.push_back(
                {std::string(name->as_string()),
                 place_in(*column, "start"),
                 place_in(*column, "width")}
            );
        }
        std::sort(columns.begin(), columns.end(), [](const auto& a, const auto& b) {
            return a.start < b.start;
        });
    }
    const auto* widths = spec.find("widths");
    if (!widths) return columns;
    if (!widths->is_array() || !columns.empty())
        throw base::UsageError(
            "setting 'widths'",
            "is no list of numbers, or stands beside 'columns'",
            "write [10, 8, 20]"
        );
    std::size_t start = 0;
    for (const auto& width : widths->as_array()) {
        json::error_code failed;
        auto size = width.to_number<std::int64_t>(failed);
        if (failed || size < 1 || size > 1'000'000)
            throw base::UsageError(
                "setting 'widths'", "holds what is no width", "write [10, 8, 20]"
            );
        columns.push_back({"", start, static_cast<std::size_t>(size)});
        start += static_cast<std::size_t>(size);
    }
    return columns;
}

ingest::RunRequest files_request(const schema::Source& source) {
    Spec spec(source.spec);
    auto request = common_request(source);
    request.inputs = spec.texts("inputs");
    request.read.format = spec.text("format", "auto");
    request.read.encoding = spec.text("encoding");
    request.read.record_path = spec.text("record_path");
    request.read.columns = fixed_columns(spec);
    request.read.attachments = spec.truth("attachments", false);
    if (auto delimiter = spec.text("delimiter"); !delimiter.empty())
        request.read.delimiter = separator_of(delimiter);
    request.read.quote = sign_of("quote", spec.text("quote"));
    request.read.escape = sign_of("escape", spec.text("escape"));
    if (spec.has("skip")) request.read.skip = static_cast<std::size_t>(spec.number("skip", 0));
    if (spec.has("header_rows")) {
        request.read.header_rows = static_cast<std::size_t>(spec.number("header_rows", 1));
        request.read.header = *request.read.header_rows > 0;
    }
    return request;
}

ingest::RunResult store(
    Context& context,
    const ingest::RunRequest& request,
    std::stop_token stop,
    const GatherEvents& events
) {
    return ingest::run(
        context.database(),
        context.blobs(),
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

void check_records_spec(
    const std::string& kind,
    const json::object& spec,
    const std::function<std::string(const std::string& key)>& where
) {
    schema::Source source{0, "checked", kind, json::serialize(spec), "", "active"};
    if (kind == "api") {
        check_api_spec(spec, common_keys);
        common_request(source);
        return;
    }
    if (kind == "database") {
        check_database_spec(spec, common_keys);
        common_request(source);
        return;
    }
    if (kind == "feed") {
        check_feed_spec(spec, common_keys);
        common_request(source);
        return;
    }
    std::set<std::string, std::less<>> known(files_keys.begin(), files_keys.end());
    known.insert(common_keys.begin(), common_keys.end());
    check_keys(kind, known, spec, where);
    // The rules of archives are those of a crawl.
    if (holds_archives(source)) {
        read_scraping(Spec(source.spec));
    } else {
        files_request(source);
    }
}

std::vector<std::string> explain_records(const schema::Source& source) {
    auto settings = json::parse(source.spec).as_object();
    if (source.kind == "api") return explain_api(settings, common_keys);
    if (source.kind == "database") return explain_database(settings, common_keys);
    if (source.kind == "feed") return explain_feed(settings);
    return {};
}

ingest::RunRequest
run_request(Context& context, const schema::Source& source, std::stop_token stop) {
    if (source.kind == "api") {
        auto request = common_request(source);
        auto api = describe_api(context, source, common_keys, stop);
        request.inputs = {api.identity};
        request.reading = api.reading;
        return request;
    }
    if (source.kind == "database") {
        auto request = common_request(source);
        auto database = describe_database(source, common_keys);
        request.inputs = {database.identity};
        request.reading = database.reading;
        request.mark_gone = database.mark_gone;
        return request;
    }
    if (source.kind == "feed") {
        auto request = common_request(source);
        auto feed = describe_feed(context, source, common_keys, stop);
        request.inputs = {feed.identity};
        if (!request.rules && request.key.empty()) request.rules = feed_rules();
        request.reading = feed.reading;
        return request;
    }
    auto request = files_request(source);
    if (request.inputs.empty())
        throw base::UsageError(
            fmt::format("source '{}'", source.name), "has no inputs", "give it paths"
        );
    for (auto& input : request.inputs)
        if (is_web_address(input))
            input = download(
                        context.config, input, context.config.home / "downloads", Spec(source.spec)
            )
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
    Context& context,
    const schema::Source& source,
    std::stop_token stop,
    const GatherEvents& events
) {
    auto request = run_request(context, source, stop);
    return told(store(context, request, stop, events));
}

}  // namespace service
