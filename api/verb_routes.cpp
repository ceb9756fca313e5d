// Verbs over HTTP. A row names a verb, its method and its path; all else (roles, summary, members
// of the request, the answer) is the verb's own, so that HTTP can not say it otherwise than the
// command line. Members of the request come from the path, the query and the JSON body, in this
// order.
#include "api/verb_routes.hpp"

#include <algorithm>
#include <array>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/tables.hpp"
#include "base/bytes/percent.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/utf8.hpp"
#include "schema/people/audit_store.hpp"
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
    bool versioned = false;  // its ETag is the version in the answer; writes need If-Match
};

constexpr auto get = Method::get;
constexpr auto post = Method::post;
constexpr auto put = Method::put;
constexpr auto patch = Method::patch;
constexpr auto del = Method::del;

// clang-format off
constexpr Row rows[] = {
    {get, "/api/v1/webhooks", "webhook list", "listWebhooks"},
    {post, "/api/v1/webhooks", "webhook add", "addWebhook", 201},
    {del, "/api/v1/webhooks/{name}", "webhook remove", "removeWebhook"},
    {post, "/api/v1/webhooks/{name}/pause", "webhook pause", "pauseWebhook"},
    {post, "/api/v1/webhooks/{name}/resume", "webhook resume", "resumeWebhook"},
    {post, "/api/v1/webhooks/{name}/test", "webhook test", "testWebhook"},
    {get, "/api/v1/webhooks/{name}/log", "webhook log", "listMessages"},
    {post, "/api/v1/webhooks/{name}/retry", "webhook retry", "retryMessages"},
    {get, "/api/v1/jobs", "jobs list", "listJobs"},
    {get, "/api/v1/jobs/{job}", "jobs show", "showJob"},
    {Method::del, "/api/v1/jobs/{job}", "jobs cancel", "cancelJob"},
    {get, "/api/v1/models", "model list", "listModels"},
    {get, "/api/v1/models/{model}", "model show", "showModel"},
    {post, "/api/v1/models/{model}/promote", "model promote", "promoteModel"},
    {get, "/api/v1/models/{model}/export", "model export", "exportModel"},
    {post, "/api/v1/models/{model}/predict", "model predict", "predict"},
    {get, "/api/v1/runs", "runs list", "listRuns"},
    {get, "/api/v1/runs/{run}", "runs show", "showRun"},
    {get, "/api/v1/runs/{run}/confusion", "runs confusion", "showConfusion"},
    {get, "/api/v1/runs/{run}/report", "report", "showReport"},
    {post, "/api/v1/runs/{run}/errors", "errors", "analyseErrors"},
    {get, "/api/v1/runs/{a}/compare/{b}", "runs compare", "compareRuns"},
    {post, "/api/v1/runs", "train", "queueTraining", 202},
    {post, "/api/v1/snapshots", "snapshot create", "createSnapshot", 201},
    {get, "/api/v1/snapshots", "snapshot list", "listSnapshots"},
    {get, "/api/v1/snapshots/{snapshot}", "snapshot show", "showSnapshot"},
    {get, "/api/v1/snapshots/{snapshot}/export", "snapshot export", "exportSnapshot"},
    {get, "/api/v1/snapshots/{snapshot}/diff/{other}", "snapshot diff", "diffSnapshots"},
    {get, "/api/v1/snapshots/{snapshot}/card", "snapshot card", "cardOfSnapshot"},
    {post, "/api/v1/snapshots/{snapshot}/verify", "snapshot verify", "verifySnapshot"},
    {post, "/api/v1/crawl", "crawl", "queueCrawl", 202},
    {post, "/api/v1/ingest", "ingest", "queueIngest", 202},
    {post, "/api/v1/sources/{source}/upload", "source upload", "uploadFile", 202},
    {get, "/api/v1/sources", "source list", "listSources"},
    {post, "/api/v1/sources", "source add", "addSource", 201},
    {get, "/api/v1/sources/{source}", "source show", "showSource", 200, false, true},
    {put, "/api/v1/sources/{source}", "source edit", "editSource", 200, false, true},
    {patch, "/api/v1/sources/{source}", "source set", "setSource"},
    {get, "/api/v1/sources/{source}/runs", "source runs", "listSourceRuns"},
    {post, "/api/v1/sources/{source}/check", "source check", "checkSource"},
    {post, "/api/v1/sources/{source}/run", "source run", "runSource", 202},
    {post, "/api/v1/sources/{source}/schedule", "source schedule", "scheduleSource"},
    {get, "/api/v1/sources/{source}/urls", "source urls", "listUrls"},
    {get, "/api/v1/sources/{source}/hosts", "source hosts", "listHosts"},
    {post, "/api/v1/sources/{source}/rules", "source rules", "showRules"},
    {get, "/api/v1/sources/{source}/fields", "source fields", "listFields"},
    {post, "/api/v1/sources/{source}/accept", "source accept", "acceptFields"},
    {get, "/api/v1/sources/{source}/rejects", "rejects list", "listRejects"},
    {get, "/api/v1/sources/{source}/rejects/{id}", "rejects show", "showReject"},
    {post, "/api/v1/sources/{source}/rejects/replay", "rejects replay", "replayRejects", 202},
    {post, "/api/v1/sources/{source}/rejects/expire", "rejects expire", "expireRejects"},
    {post, "/api/v1/sources/{source}/pause", "source pause", "pauseSource"},
    {post, "/api/v1/sources/{source}/resume", "source resume", "resumeSource"},
    {get, "/api/v1/sources/{source}/settings", "source settings", "listSourceSettings"},
    {post, "/api/v1/sources/{source}/revert", "source revert", "revertSource"},
    {post, "/api/v1/sources/{source}/archive", "source archive", "archiveSource"},
    {post, "/api/v1/sources/{source}/remove", "source remove", "removeSource"},
    {post, "/api/v1/sources/{source}/restore", "source restore", "restoreSource"},
    {del, "/api/v1/sources/{source}", "source delete", "deleteSource"},

    {get, "/api/v1/users", "user list", "listUsers"},
    {post, "/api/v1/users", "user add", "createUser", 201},
    {patch, "/api/v1/users/{user}", "user edit", "editUser"},
    {put, "/api/v1/users/{user}/openid", "user openid", "linkIdentity"},
    {put, "/api/v1/password", "user password", "setPassword", 204, true},
    {get, "/api/v1/tokens", "token list", "listTokens"},
    {post, "/api/v1/tokens", "token create", "createToken", 201, true},
    {del, "/api/v1/tokens/{id}", "token revoke", "revokeToken"},
    {get, "/api/v1/sessions", "session list", "listSessions"},
    {del, "/api/v1/sessions/{id}", "session end", "endSession"},
    {get, "/api/v1/audit", "audit", "listAudit"},

    {get, "/api/v1/projects", "label project list", "listProjects"},
    {post, "/api/v1/projects", "label project create", "createProject", 201},
    {get, "/api/v1/projects/{project}", "label project show", "showProject", 200, false, true},
    {patch, "/api/v1/projects/{project}", "label project edit", "editProject", 200, false, true},
    {get, "/api/v1/projects/{project}/members", "label members list", "listMembers"},
    {put, "/api/v1/projects/{project}/members/{user}", "label members add", "addMember"},
    {del, "/api/v1/projects/{project}/members/{user}", "label members remove", "removeMember"},
    {get, "/api/v1/labels/templates/{kind}", "label template", "showTemplate"},
    {get, "/api/v1/projects/{project}/schema", "label schema log", "listSchemaChanges"},
    {post, "/api/v1/projects/{project}/schema/rename", "label schema rename", "renameClass"},
    {post, "/api/v1/projects/{project}/schema/merge", "label schema merge", "mergeClasses"},
    {post, "/api/v1/projects/{project}/schema/split", "label schema split", "splitClass"},
    {post, "/api/v1/projects/{project}/schema/add", "label schema add", "addClass"},
    {post, "/api/v1/projects/{project}/schema/retire", "label schema retire", "retireClass"},
    {post, "/api/v1/projects/{project}/schema/undo", "label schema undo", "undoSchemaChange"},
    {post, "/api/v1/projects/{project}/import", "label project import", "importLabels"},
    {get, "/api/v1/projects/{project}/export", "label project export", "exportLabels"},
    {post, "/api/v1/projects/{project}/queue", "label queue", "queueRecords"},
    {get, "/api/v1/projects/{project}/annotators", "label annotators", "listAnnotators"},
    {get, "/api/v1/projects/{project}/guidelines", "label guidelines", "listGuidelines"},
    {get, "/api/v1/projects/{project}/annotators/invalidated", "label annotators invalidated",
     "listInvalidations"},
    {post, "/api/v1/projects/{project}/annotators/invalidate", "label annotators invalidate",
     "invalidateAnswers"},
    {post, "/api/v1/projects/{project}/annotators/restore", "label annotators restore",
     "restoreAnswers"},
    {get, "/api/v1/projects/{project}/gold", "label gold list", "listGold"},
    {post, "/api/v1/projects/{project}/gold", "label gold add", "addGold"},
    {post, "/api/v1/projects/{project}/gold/remove", "label gold remove", "removeGold"},
    {post, "/api/v1/projects/{project}/suggestions", "label suggest import", "importSuggestions"},
    {get, "/api/v1/projects/{project}/suggestions", "label suggest list", "listSuggestions"},
    {post, "/api/v1/projects/{project}/suggestions/model", "label suggest model", "suggestByModel"},
    {post,
     "/api/v1/projects/{project}/suggestions/endpoint",
     "label suggest endpoint",
     "suggestByEndpoint"},
    {get,
     "/api/v1/projects/{project}/suggestions/report",
     "label suggest report",
     "reportSuggestions"},
    {get, "/api/v1/projects/{project}/machines", "label machine list", "listMachines"},
    {post, "/api/v1/projects/{project}/machines/test", "label machine test", "testMachine"},
    {put, "/api/v1/projects/{project}/rules", "label rules set", "setRules"},
    {get, "/api/v1/projects/{project}/rules", "label rules list", "listRules"},
    {get, "/api/v1/projects/{project}/rules/show", "label rules show", "showLabelRules"},
    {del, "/api/v1/projects/{project}/rules/{rule}", "label rules remove", "removeRule"},
    {post, "/api/v1/projects/{project}/rules/run", "label rules run", "runRules"},
    {get, "/api/v1/projects/{project}/rules/report", "label rules report", "reportRules"},
    {post, "/api/v1/projects/{project}/rules/apply", "label rules apply", "applyRules"},
    {post, "/api/v1/projects/{project}/rules/clear", "label rules clear", "clearRules"},
    {get, "/api/v1/projects/{project}/answers", "label answers", "listAnswers"},
    {get, "/api/v1/projects/{project}/review", "label review", "listReview"},
    {post, "/api/v1/projects/{project}/review/accept", "label review accept", "acceptAnswer"},
    {post, "/api/v1/projects/{project}/review/fix", "label review fix", "fixLabel"},
    {post, "/api/v1/projects/{project}/review/send-back", "label review send-back", "sendBack"},
    {post, "/api/v1/projects/{project}/review/undo", "label review undo", "undoReview"},
    {get, "/api/v1/projects/{project}/audit", "label audit", "showAudit"},
    {post, "/api/v1/projects/{project}/audit", "label audit start", "startAudit", 201},
    {get, "/api/v1/projects/{project}/audit/report", "label audit report", "reportAudit"},
    {post, "/api/v1/projects/{project}/audit/stop", "label audit stop", "stopAudit"},
    {get, "/api/v1/projects/{project}/agreement", "label agreement", "showAgreement"},
    {get, "/api/v1/projects/{project}/dashboard", "label dashboard", "showDashboard"},
    {post, "/api/v1/projects/{project}/truth", "label truth", "resolveTruth"},
    {post, "/api/v1/projects/{project}/simulate", "label simulate", "simulateAnswers"},
    {post, "/api/v1/projects/{project}/claim", "label claim", "claimTasks"},
    {post, "/api/v1/projects/{project}/undo", "label undo", "undoTask"},
    {get, "/api/v1/projects/{project}/mine", "label mine", "listMyTasks"},
    {get, "/api/v1/projects/{project}/progress", "label progress", "showProgress"},
    {get, "/api/v1/projects/{project}/comments", "label comments", "listComments"},
    {put, "/api/v1/tasks/{task}/draft", "label draft", "saveDraft"},
    {post, "/api/v1/tasks/{task}/comment", "label comment", "commentTask"},
    {post, "/api/v1/tasks/{task}/correct", "label correct", "correctAnswer"},
    {post, "/api/v1/tasks/{task}/submit", "label submit", "submitTask"},
    {post, "/api/v1/tasks/{task}/skip", "label skip", "skipTask"},
    {post, "/api/v1/tasks/{task}/renew", "label renew", "renewTask"},

    {get, "/api/v1/sources/{source}/records", "records list", "listRecords"},
    {get, "/api/v1/sources/{source}/search", "records search", "searchRecords"},
    {get, "/api/v1/sources/{source}/lineage", "records lineage", "showLineage"},
    {get, "/api/v1/records/{id}", "records show", "showRecord"},
    {post, "/api/v1/records/purge", "records purge", "purgeRecords"},

    {get, "/api/v1/sources/{source}/quality/profile", "quality profile", "profileSource"},
    {get, "/api/v1/sources/{source}/quality/report", "quality report", "reportQuality"},
    {get, "/api/v1/sources/{source}/quality/bias", "quality bias", "reportBias"},
    {post, "/api/v1/sources/{source}/quality/pages", "quality pages", "judgePages"},
    {post, "/api/v1/sources/{source}/quality/check", "quality check", "checkRecords"},
    {post, "/api/v1/sources/{source}/quality/duplicates", "quality duplicates", "findDuplicates"},
    {post, "/api/v1/sources/{source}/quality/errors", "quality errors", "findErrors"},
    {post, "/api/v1/sources/{source}/quality/outliers", "quality outliers", "findOutliers"},
    {get, "/api/v1/quality/drift", "quality drift", "findDrift"},

    {get, "/api/v1/sources/{source}/preparations", "prepare list", "listPreparations"},
    {post, "/api/v1/sources/{source}/preparations", "prepare add", "addPreparation", 201},
    {post, "/api/v1/sources/{source}/preparations/undo", "prepare undo", "undoPreparation", 201},
    {get, "/api/v1/sources/{source}/preparation", "prepare show", "showPreparation"},
    {post, "/api/v1/sources/{source}/preparation/apply", "prepare apply", "applyPreparation"},
    {post, "/api/v1/sources/{source}/preparation/preview", "prepare preview", "previewPreparation"},
};
// clang-format on

// Those that read and compute for seconds over a source, a project or a run.
constexpr std::string_view long_ones[] = {
    "report",
    "errors",
    "user password",
    "runs compare",
    "snapshot create",
    "snapshot verify",
    "snapshot card",
    "snapshot diff",
    "snapshot export",
    "label project export",
    "label truth",
    "label agreement",
    "label annotators invalidate",
    "label annotators restore",
    "label simulate",
    "label schema rename",
    "label schema merge",
    "label schema split",
    "label schema undo",
    "quality profile",
    "quality report",
    "quality bias",
    "quality pages",
    "quality check",
    "quality errors",
    "quality outliers",
    "quality drift",
    "quality duplicates",
    "prepare apply",
    "prepare preview",
    "records purge",
    "source delete",
    "label suggest import",
    "label suggest model",
    "label suggest endpoint",
    "label suggest report",
    "label machine test",
    "label rules set",
    "label rules run",
    "label rules report",
    "label rules apply",
    "label rules clear",
    "label project import"};

std::vector<std::pair<std::string, std::string>> query_members(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> members;
    while (!query.empty()) {
        auto part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        if (part.empty()) continue;
        auto equals = std::min(part.find('='), part.size());
        auto name = base::form_decoded(part.substr(0, equals));
        auto value = base::form_decoded(part.substr(std::min(equals + 1, part.size())));
        if (!name || !value || !base::is_utf8(*name) || !base::is_utf8(*value))
            throw Problem(
                400, "Bad query", "the query is no percent-encoded UTF-8: " + std::string(part)
            );
        members.emplace_back(std::move(*name), std::move(*value));
    }
    return members;
}

std::string etag_of(std::int64_t version) {
    return "\"" + std::to_string(version) + "\"";
}

// The version in If-Match: 428 when it is missing, 412 when it is not one of ours.
std::string wanted_version(const Request& request) {
    auto header = request.header("if-match");
    if (header.empty())
        throw Problem(428, "If-Match required", "send the ETag of what you edited in If-Match");
    if (header.size() > 2 && header.front() == '"' && header.back() == '"') {
        auto inner = header.substr(1, header.size() - 2);
        if (base::whole_number<std::int64_t>(inner, 10)) return std::string(inner);
    }
    throw Problem(412, "Changed meanwhile", "the If-Match header is no ETag of this");
}

bool gives_file(const service::Verb& verb) {
    return &verb.answer() == &base::shape_of<service::Download>();
}

Response file_of(const service::Download& download) {
    Response response;
    response.media_type = download.media_type;
    response.body = download.bytes;
    response.file = download.file;
    if (response.media_type.starts_with("text/html")) {  // shown, but it can run nothing
        response.set(
            "Content-Security-Policy",
            "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri "
            "'none'; form-action 'none'; frame-ancestors 'none'"
        );
        return response;
    }
    response.set("Content-Disposition", "attachment; filename=\"" + download.name + "\"");
    return response;
}

service::Given given_by(const Call& call) {
    bool has_body = call.request.method != Method::get && call.request.method != Method::head &&
                    !call.request.body.empty();
    service::Given given{
        base::Document::of(has_body ? call.body() : boost::json::object{}, "member")};
    for (const auto& [name, value] : call.segments) given.texts.emplace_back(name, value);
    for (auto& member : query_members(call.request.query)) given.texts.push_back(std::move(member));
    if (call.route.versioned && call.route.method != Method::get)
        given.texts.emplace_back("version", wanted_version(call.request));
    return given;
}

constexpr std::array<std::string_view, 2> never_noted{"password", "current"};

// What was done, and by which plain members of the request: lists and tables may be as long as they
// like, and are told by their result. No secret is among them.
void note(Call& call, const service::Given& given) {
    boost::json::object detail;
    if (const auto* body = given.document.root().if_object())
        for (const auto& [name, value] : *body)
            if (!value.is_structured() &&
                std::find(never_noted.begin(), never_noted.end(), name) == never_noted.end())
                detail[name] = value;
    schema::add_audit(
        call.tx,
        call.account.id,
        {.at = call.at,
         .actor = call.account.name,
         .action = std::string(call.route.verb->name),
         .subject = call.request.path,
         .detail = {boost::json::serialize(detail)}}
    );
}

Response run_verb(Call& call) {
    const auto& verb = *call.route.verb;
    service::Work work{call.tx, call.here, call.account, call.at};
    try {
        auto given = given_by(call);
        auto answer = verb.run(work, given);
        if (call.route.method != Method::get) note(call, given);
        if (!verb.answers()) return no_content();
        if (const auto* download = answer.as<service::Download>()) return file_of(*download);
        if (auto table = as_table(call.request, answer)) return *table;
        auto value = answer.json();
        auto response = json(value, call.route.status);
        if (call.route.versioned) response.set("ETag", etag_of(value.at("version").as_int64()));
        return response;
    } catch (const service::Outdated& outdated) {
        auto problem = problem_of(outdated);
        problem.headers.emplace_back("ETag", etag_of(outdated.present));
        throw problem;
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
             .answer = gives_file(verb) ? "*/*" : "",
             .status = verb.answers() ? row.status : 204,
             .secret = row.secret,
             .versioned = row.versioned,
             .takes_long = std::find(std::begin(long_ones), std::end(long_ones), row.verb) !=
                           std::end(long_ones),
             .kept = row.verb == "report",
             .verb = &verb}
        );
    }
    return routes;
}

}  // namespace api
