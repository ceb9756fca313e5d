// Feeds use ingest's reader with redirects followed here, hop by hop, each address checked by the
// fetcher. A feed that cannot be had is an answer with status 0 and no exception, because the
// others can still be read. The fields of entries are the same in every feed, so rules are given
// and no sample is asked for.

#include <algorithm>

#include <fmt/format.h>
#include <boost/algorithm/string/join.hpp>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/run/stop.hpp"
#include "base/settings/settings.hpp"
#include "ingest/sources/feed/feed_source.hpp"
#include "schema/records/record.hpp"
#include "service/config.hpp"
#include "service/gather/gather_records.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/line.hpp"
#include "service/gather/settings.hpp"

namespace service {

using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

namespace {

constexpr int hops_at_most = 10;

// A redirected feed keeps its name.
ingest::api::Response follow(Line& line, ingest::api::Request request) {
    for (int hop = 0; hop <= hops_at_most; ++hop) {
        auto response = line.send(request, "check the address");
        auto target = std::string(ingest::api::header(response.headers, "location"));
        bool moved = response.status > 300 && response.status < 400 && response.status != 304;
        if (!moved || target.empty()) return response;
        auto next = ingest::api::resolve(target, request.url);
        if (next.empty()) return {0, {}, {}, "redirects to what is no address"};
        request.url = next;
    }
    return {0, {}, {}, fmt::format("redirects more than {} times", hops_at_most)};
}

ingest::Rules feed_rules() {
    ingest::Rules rules;
    rules.title = {"title"};
    rules.body = {"content"};
    rules.time = "published";
    return rules;
}

// Private addresses are refused unless the settings allow them.
ingest::RunRequest request_feed(const Opening& opening) {
    auto document = base::Document::json(opening.source.spec);
    auto settings = FeedSettings::settings.read(document);
    auto request = mapped_request(opening.source, settings.mapping, document);
    request.key = settings.key;
    if (!request.rules && request.key.empty()) request.rules = feed_rules();
    auto urls = settings.urls;
    crawler::FetchOptions options;
    options.user_agent = opening.here.config.crawl.user_agent;
    crawler::apply(settings.mapping.reach, options);
    options.limits.total = 1min;
    options.limits.body = 64U << 20U;
    auto line = line_of(opening, std::move(options));
    ingest::api::World world;
    world.send = [line](const ingest::api::Request& asked) -> ingest::api::Response {
        try {
            return follow(*line, asked);
        } catch (const base::Error& error) {  // the other feeds can still be had
            return {0, {}, {}, error.what()};
        }
    };
    world.clock.now = [] { return Clock::now(); };
    world.clock.sleep = [stop = opening.stop](std::chrono::milliseconds span) {
        return base::rest(stop, span);
    };
    request.inputs = {"feed " + base::sha256_hex(boost::algorithm::join(urls, "\n"))};
    request.reading = {[urls, world](std::string_view cursor, std::string_view bookmark) {
        return ingest::open_feeds(urls, {}, world, cursor, bookmark);
    }};
    return request;
}

std::vector<std::string> explain_feed(const base::Document& document) {
    std::vector<std::string> lines;
    for (const auto& url : FeedSettings::settings.read(document).urls)
        lines.push_back("GET " + url + ", if it changed since the last run");
    return lines;
}

}  // namespace

const SourceKind feed_kind{
    .name = "feed",
    .words = "entries of RSS, Atom and JSON feeds",
    .example = R"({"urls": ["https://example.org/feed.xml"]})",
    .shape = base::shape_of<FeedSettings>,
    .check = check_mapped<FeedSettings>,
    .explain = explain_feed,
    .request = request_feed,
};

}  // namespace service
