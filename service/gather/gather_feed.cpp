// Feeds use ingest's reader with redirects followed here, hop by hop, each address checked by the
// fetcher. A feed that cannot be had is an answer with status 0 and no exception, because the
// others can still be read. The fields of entries are the same in every feed, so rules are given
// and no sample is asked for.
#include "service/gather/gather_feed.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/error.hpp"
#include "base/run/stop.hpp"
#include "ingest/sources/feed/feed_source.hpp"
#include "schema/records/record.hpp"
#include "service/gather/credentials.hpp"
#include "service/gather/download.hpp"
#include "service/gather/line.hpp"
#include "service/gather/spec.hpp"

namespace service {

namespace json = boost::json;
using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

namespace {

constexpr int hops_at_most = 10;

std::vector<std::string> urls_of(const json::object& settings) {
    auto urls = Spec(json::serialize(settings)).texts("urls");
    if (urls.empty())
        throw base::UsageError(
            "setting 'urls'", "is missing", "give it the addresses of the feeds"
        );
    for (const auto& url : urls)
        if (!is_web_address(url))
            throw base::UsageError(
                "feed '" + url + "'",
                "is no address",
                "write http:// or https://; files are of kind files"
            );
    return urls;
}

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

}  // namespace

FeedReading describe_feed(
    Context& context,
    const schema::Source& source,
    const std::vector<std::string>& others,
    std::stop_token stop
) {
    auto settings = json::parse(source.spec).as_object();
    auto urls = urls_of(settings);
    crawler::FetchOptions options;
    options.user_agent = context.config.crawl.user_agent;
    read_reach(Spec(source.spec), options);
    options.limits.total = 1min;
    options.limits.body = 64U << 20U;
    auto line = std::make_shared<Line>(std::move(options));
    ingest::api::World world;
    world.send = [line](const ingest::api::Request& request) -> ingest::api::Response {
        try {
            return follow(*line, request);
        } catch (const base::Error& error) {  // the other feeds can still be had
            return {0, {}, {}, error.what()};
        }
    };
    world.clock.now = [] { return Clock::now(); };
    world.clock.sleep = [stop](std::chrono::milliseconds span) { return base::rest(stop, span); };
    for (const auto& other : others) settings.erase(other);
    return {
        "feed " + base::sha256_hex(json::serialize(settings)),
        {[urls, world](std::string_view cursor, std::string_view bookmark) {
             return ingest::open_feeds(urls, {}, world, cursor, bookmark);
         },
         [urls, world](ingest::Page& page) {
             auto connector = ingest::open_feeds(urls, {}, world);
             connector->next(page, 1000, std::size_t{8} << 20U);
             return connector->explain();
         }}};
}

ingest::Rules feed_rules() {
    ingest::Rules rules;
    rules.title = {"title"};
    rules.body = {"content"};
    rules.time = "published";
    return rules;
}

void check_feed_spec(const json::object& spec, const std::vector<std::string>& others) {
    for (const auto& item : spec) {
        std::string key(item.key());
        if (key != "urls" && std::find(others.begin(), others.end(), key) == others.end())
            throw base::UsageError(
                "setting '" + key + "'",
                "unknown for a source of kind feed",
                "remove it or mend its name"
            );
    }
    urls_of(spec);
}

std::vector<std::string> explain_feed(const json::object& settings) {
    std::vector<std::string> lines;
    for (const auto& url : urls_of(settings))
        lines.push_back("GET " + url + ", if it changed since the last run");
    return lines;
}

}  // namespace service
