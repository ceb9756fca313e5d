// Verbs over HTTP. A row names a verb, its method and its path; all else (roles, summary, members
// of the request, the answer) is the verb's own, so that HTTP can not say it otherwise than the
// command line. Members of the request come from the path, the query and the JSON body, in this
// order.
#include "api/verb_routes.hpp"

#include <boost/json/object.hpp>

#include "api/store.hpp"
#include "base/bytes/percent.hpp"
#include "service/refusal.hpp"
#include "service/verb.hpp"

namespace api {

namespace {

struct Row {
    Method method;
    std::string_view pattern;  // its segments are members of the request
    std::string_view verb;
    std::string_view operation;  // operationId
    int status = 200;
    bool secret = false;
};

constexpr auto post = Method::post;

// clang-format off
constexpr Row rows[] = {
    {post, "/api/v1/sources/{source}/pause", "source pause", "pauseSource"},
    {post, "/api/v1/sources/{source}/resume", "source resume", "resumeSource"},
    {Method::del, "/api/v1/sources/{source}", "source remove", "removeSource"},

    {Method::get, "/api/v1/sources/{source}/records", "records list", "listRecords"},
    {Method::get, "/api/v1/sources/{source}/search", "records search", "searchRecords"},
    {Method::get, "/api/v1/sources/{source}/lineage", "records lineage", "showLineage"},
    {Method::get, "/api/v1/records/{id}", "records show", "showRecord"},
    {post, "/api/v1/records/purge", "records purge", "purgeRecords"},

    {Method::get, "/api/v1/sources/{source}/quality/profile", "quality profile", "profileSource"},
    {Method::get, "/api/v1/sources/{source}/quality/report", "quality report", "reportQuality"},
    {Method::get, "/api/v1/sources/{source}/quality/bias", "quality bias", "reportBias"},
    {post, "/api/v1/sources/{source}/quality/pages", "quality pages", "judgePages"},
    {post, "/api/v1/sources/{source}/quality/check", "quality check", "checkRecords"},
    {post, "/api/v1/sources/{source}/quality/duplicates", "quality duplicates", "findDuplicates"},
    {post, "/api/v1/sources/{source}/quality/errors", "quality errors", "findErrors"},
    {post, "/api/v1/sources/{source}/quality/outliers", "quality outliers", "findOutliers"},
    {Method::get, "/api/v1/quality/drift", "quality drift", "findDrift"},

    {Method::get, "/api/v1/sources/{source}/preparations", "prepare list", "listPreparations"},
    {post, "/api/v1/sources/{source}/preparations", "prepare add", "addPreparation", 201},
    {post, "/api/v1/sources/{source}/preparations/undo", "prepare undo", "undoPreparation", 201},
    {Method::get, "/api/v1/sources/{source}/preparation", "prepare show", "showPreparation"},
    {post, "/api/v1/sources/{source}/preparation/apply", "prepare apply", "applyPreparation"},
    {post, "/api/v1/sources/{source}/preparation/preview", "prepare preview", "previewPreparation"},
};
// clang-format on

std::vector<std::pair<std::string, std::string>> query_members(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> members;
    while (!query.empty()) {
        auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        if (part.empty()) continue;
        auto equals = std::min(part.find('='), part.size());
        auto name = base::form_decoded(part.substr(0, equals));
        auto value = base::form_decoded(part.substr(std::min(equals + 1, part.size())));
        if (!name || !value)
            throw Problem(400, "Bad query", "the query has a broken escape: " + std::string(part));
        members.emplace_back(std::move(*name), std::move(*value));
    }
    return members;
}

service::Given given_by(const Call& call) {
    bool has_body = call.request.method != Method::get && call.request.method != Method::head &&
                    !call.request.body.empty();
    service::Given given{
        base::Document::of(has_body ? call.body() : boost::json::object{}, "member")};
    for (const auto& [name, value] : call.segments) given.texts.emplace_back(name, value);
    for (auto& member : query_members(call.request.query)) given.texts.push_back(std::move(member));
    return given;
}

Response run_verb(Call& call) {
    const auto& verb = *call.route.verb;
    service::Work work{call.tx, call.here, call.account, call.at};
    try {
        auto answer = verb.run(work, given_by(call));
        if (call.route.method != Method::get)
            store::audit(call.tx, call.account, verb.name, call.request.path, {}, call.now);
        if (!verb.answers()) return no_content();
        return json(answer.json(), call.route.status);
    } catch (const service::Refusal& refusal) {
        throw problem_of(refusal);
    } catch (const base::UsageError& fault) {
        bool by_query = call.route.method == Method::get;
        throw Problem(by_query ? 400 : 422, by_query ? "Bad query" : "Bad request", fault.what());
    } catch (const base::Error& error) {
        throw Problem(409, "Not possible", error.what());
    }
}

}  // namespace

std::vector<Route> verb_routes() {
    std::vector<Route> routes;
    for (const auto& row : rows) {
        const auto& verb = service::verb_named(row.verb);
        routes.push_back(
            {.method = row.method,
             .pattern = row.pattern,
             .roles = verb.roles,
             .handler = run_verb,
             .operation = row.operation,
             .summary = verb.summary,
             .status = verb.answers() ? row.status : 204,
             .secret = row.secret,
             .verb = &verb}
        );
    }
    return routes;
}

}  // namespace api
