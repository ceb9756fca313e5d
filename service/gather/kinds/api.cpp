// Puts an API source together: settings, an HTTP line, a clock that ends its sleep on a stop, and
// secrets. ingest knows none of these, which is why its readers can be tested without a network.
// Redirects are not followed: they could carry credentials to another host.
//
// The identity is a hash of the settings that matter, so cursors of another description are not
// taken for this one's. A rotated secret is written beside its file, readable by the owner alone,
// and renamed.

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/run/stop.hpp"
#include "base/settings/settings.hpp"
#include "crawler/fetch/fetch.hpp"
#include "ingest/sources/api/connector.hpp"
#include "schema/records/record.hpp"
#include "service/config.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/line.hpp"
#include "service/gather/secret.hpp"
#include "service/gather/settings.hpp"

namespace service {

using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

namespace {

// A file is replaced whole or not at all.
void replace_secret(const std::string& reference, const std::string& value) {
    if (!reference.starts_with("file:")) {
        base::log::warning(
            "secret '{}' was replaced by its server, but only files can be written", reference
        );
        return;
    }
    std::filesystem::path file = reference.substr(5);
    auto part = file;
    part += ".part";
    {
        std::ofstream out(part, std::ios::binary | std::ios::trunc);
        std::filesystem::permissions(
            part, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write
        );
        out << value << "\n";
        if (!out.flush())
            throw base::Error(
                "secret '" + reference + "'", "cannot be written", "check its folder"
            );
    }
    std::filesystem::rename(part, file);
}

// Private addresses are refused unless the settings allow them; waits end with the stop.
ingest::RunRequest request_api(const Opening& opening) {
    auto document = base::Document::json(opening.source.spec);
    auto settings = ApiSettings::settings.read(document);
    auto request = mapped_request(opening.source, settings.mapping, document);
    request.key = settings.key;
    const auto& spec = settings.api;
    crawler::FetchOptions options;
    options.user_agent = opening.here.config.crawl.user_agent;
    crawler::apply(settings.mapping.reach, options);
    options.limits.total = 5min;
    options.limits.stalled = 1min;
    options.limits.body = 256U << 20U;
    auto line = line_of(opening, std::move(options));
    ingest::api::World world;
    world.send = [line](const ingest::api::Request& asked) {
        return line->send(asked, "check base_url and path");
    };
    world.clock.now = [] { return Clock::now(); };
    world.clock.sleep = [stop = opening.stop](std::chrono::milliseconds span) {
        return base::rest(stop, span);
    };
    world.secrets.load = secret_of;
    world.secrets.replace = replace_secret;
    request.inputs = {"api " + base::sha256_hex(ingest::api::Spec::settings.text(spec))};
    request.reading = {[spec, world](std::string_view cursor, std::string_view bookmark) {
        return ingest::api::open_api(spec, world, cursor, bookmark);
    }};
    return request;
}

std::vector<std::string> explain_api(const base::Document& document) {
    auto spec = ApiSettings::settings.read(document).api;
    std::vector<std::string> lines;
    for (const auto& stream : spec.streams) {
        std::string query;
        for (const auto& [name, value] : stream.query)
            query += (query.empty() ? "?" : "&") + name + "=" + value;
        auto line = fmt::format(
            "{}: {} {}{}{}", stream.name, stream.method, spec.base_url, stream.path, query
        );
        if (!stream.records.empty()) line += ", records at " + stream.records;
        if (stream.parent) line += ", for each of " + stream.parent->stream;
        if (stream.slices) line += fmt::format(", spans of {} s", stream.slices->step.count());
        if (stream.incremental) line += ", new ones by " + stream.incremental->cursor;
        line += stream.key.empty() ? ", no key: the content names a record" : "";
        lines.push_back(line + (stream.store ? "" : ", not stored"));
    }
    tell_secret(lines, spec.auth.secret);
    tell_secret(lines, spec.auth.refresh_token);
    for (const auto& [name, value] : spec.headers) tell_secret(lines, value);
    return lines;
}

}  // namespace

const SourceKind api_kind{
    .name = "api",
    .words = "records of an HTTP API",
    .example =
        R"({"base_url": "https://api.example.org/v2", "stream": [{"name": "items", "path": "/items", "records": "/data", "key": "/id"}]})",
    .shape = base::shape_of<ApiSettings>,
    .check = check_mapped<ApiSettings>,
    .explain = explain_api,
    .request = request_api,
};

}  // namespace service
