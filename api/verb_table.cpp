// A path for each verb: the only thing that HTTP says of it.
#include "api/verb_table.hpp"

#include <algorithm>
#include <span>

#include "service/verb.hpp"

namespace api {

namespace {

constexpr auto get = Method::get;
constexpr auto post = Method::post;
constexpr auto put = Method::put;
constexpr auto patch = Method::patch;
constexpr auto del = Method::del;

// clang-format off
constexpr VerbRow rows[] = {
    {get, "/api/v1/webhooks", "webhook list", "listWebhooks"},
    {post, "/api/v1/webhooks", "webhook add", "addWebhook", 201},
    {del, "/api/v1/webhooks/{name}", "webhook remove", "removeWebhook"},
    {post, "/api/v1/webhooks/{name}/pause", "webhook pause", "pauseWebhook"},
    {post, "/api/v1/webhooks/{name}/resume", "webhook resume", "resumeWebhook"},
    {post, "/api/v1/webhooks/{name}/test", "webhook test", "testWebhook"},
    {get, "/api/v1/webhooks/{name}/log", "webhook log", "listMessages"},
    {post, "/api/v1/webhooks/{name}/retry", "webhook retry", "retryMessages"},
    {get, "/api/v1/disk", "disk", "showDisk"},
    {get, "/api/v1/jobs", "jobs list", "listJobs"},
    {get, "/api/v1/jobs/{job}", "jobs show", "showJob"},
    {Method::del, "/api/v1/jobs/{job}", "jobs cancel", "cancelJob"},
    {get, "/api/v1/workers", "workers", "listWorkers"},
    {get, "/api/v1/models", "model list", "listModels"},
    {get, "/api/v1/models/{model}", "model show", "showModel"},
    {get, "/api/v1/models/{model}/versions", "model versions", "listModelVersions"},
    {get, "/api/v1/models/{model}/tests", "model tests", "listModelTests"},
    {post, "/api/v1/models/{model}/promote", "model promote", "promoteModel"},
    {post, "/api/v1/models/{model}/test", "model test", "testModel"},
    {get, "/api/v1/models/{model}/card", "model card", "cardOfModel"},
    {get, "/api/v1/models/{model}/drift", "model drift", "findModelDrift"},
    {patch, "/api/v1/models/{model}", "model edit", "editModel"},
    {get, "/api/v1/models/{model}/export", "model export", "exportModel"},
    {post, "/api/v1/models/{model}/predict", "model predict", "predict"},
    {get, "/api/v1/runs", "runs list", "listRuns"},
    {get, "/api/v1/runs/{run}", "runs show", "showRun", 200, false, true},
    {patch, "/api/v1/runs/{run}", "runs edit", "editRun", 200, false, true},
    {get, "/api/v1/runs/{run}/steps", "runs watch", "watchRun"},
    {get, "/api/v1/runs/{run}/confusion", "runs confusion", "showConfusion"},
    {get, "/api/v1/runs/{run}/confusion/records", "runs cell", "listCell"},
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
    {get, "/api/v1/source-kinds", "source kinds", "listKinds"},
    {post, "/api/v1/source-preview", "source preview", "previewSource"},
    {get, "/api/v1/sources", "source list", "listSources"},
    {post, "/api/v1/sources", "source add", "addSource", 201},
    {get, "/api/v1/sources/{source}", "source show", "showSource", 200, false, true},
    {put, "/api/v1/sources/{source}", "source edit", "editSource", 200, false, true},
    {patch, "/api/v1/sources/{source}", "source set", "setSource"},
    {get, "/api/v1/sources/{source}/runs", "source runs", "listSourceRuns"},
    {get, "/api/v1/sources/{source}/runs/{run}/log", "source log", "showRunLog"},
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
    {get, "/api/v1/users/{user}/openid", "user identities", "listIdentities"},
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
    {get, "/api/v1/projects/{project}/classes", "label classes", "listClasses"},
    {get, "/api/v1/projects/{project}/members", "label members list", "listMembers"},
    {put, "/api/v1/projects/{project}/members/{user}", "label members add", "addMember"},
    {del, "/api/v1/projects/{project}/members/{user}", "label members remove", "removeMember"},
    {get, "/api/v1/labels/templates/{kind}", "label template", "showTemplate"},
    {post, "/api/v1/labels/convert", "label project convert", "convertProject"},
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
    {get, "/api/v1/projects/{project}/tasks", "label tasks list", "listTasks"},
    {get, "/api/v1/projects/{project}/tasks/{task}", "label tasks show", "showTask"},
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
    {put, "/api/v1/tasks/{task}/bookmark", "label bookmark", "bookmarkTask"},
    {put, "/api/v1/tasks/{task}/draft", "label draft", "saveDraft"},
    {post, "/api/v1/tasks/{task}/comment", "label comment", "commentTask"},
    {post, "/api/v1/tasks/{task}/correct", "label correct", "correctAnswer"},
    {post, "/api/v1/tasks/{task}/submit", "label submit", "submitTask"},
    {post, "/api/v1/tasks/{task}/skip", "label skip", "skipTask"},
    {post, "/api/v1/tasks/{task}/renew", "label renew", "renewTask"},

    {get, "/api/v1/sources/{source}/records", "records list", "listRecords"},
    {get, "/api/v1/sources/{source}/export", "records export", "exportRecords"},
    {get, "/api/v1/sources/{source}/search", "records search", "searchRecords"},
    {get, "/api/v1/sources/{source}/lineage", "records lineage", "showLineage"},
    {get, "/api/v1/records/{id}", "records show", "showRecord"},
    {get, "/api/v1/sources/{source}/record", "records show", "showRecordOfKey"},
    {get, "/api/v1/records/{id}/labels", "records labels", "listRecordLabels"},
    {get, "/api/v1/records", "records find", "findRecords"},
    {post, "/api/v1/records/purge", "records purge", "purgeRecords"},

    {get, "/api/v1/sources/{source}/quality/profile", "quality profile", "profileSource"},
    {get, "/api/v1/sources/{source}/quality/report", "quality report", "reportQuality"},
    {get, "/api/v1/sources/{source}/quality/bias", "quality bias", "reportBias"},
    {post, "/api/v1/sources/{source}/quality/pages", "quality pages", "judgePages"},
    {post, "/api/v1/sources/{source}/quality/check", "quality check", "checkRecords"},
    {post, "/api/v1/sources/{source}/quality/duplicates", "quality duplicates", "findDuplicates"},
    {post, "/api/v1/sources/{source}/quality/errors", "quality errors", "findErrors"},
    {post, "/api/v1/sources/{source}/quality/outliers", "quality outliers", "findOutliers"},
    {post, "/api/v1/sources/{source}/quality/queue", "quality queue", "queueExamination", 202},
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
    "model test",
    "model card",
    "model drift",
    "model promote",
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
    "records export",
    "records purge",
    "source delete",
    "disk",
    "source preview",
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

// Mostly quick, and of a lane with those: but some of it fits models first.
constexpr std::string_view sometimes_long = "label queue";

// Of the long ones: a destruction is finished once it began to show, and what machines said of some
// records, or how a test of a model went, is worth keeping.
constexpr std::string_view stepwise_ones[] = {
    "model test",
    "snapshot create",
    "snapshot verify",
    "records purge",
    "source delete",
    "label suggest model",
    "label suggest endpoint",
    "label rules run"};

bool is_among(std::span<const std::string_view> verbs, std::string_view verb) {
    return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

}  // namespace

std::span<const VerbRow> verb_table() {
    return rows;
}

bool takes_long(std::string_view verb) {
    return is_among(long_ones, verb);
}

bool ends_when_left(const Route& route) {
    return route.takes_long || route.method == get || route.verb->name == sometimes_long;
}

bool goes_by_steps(std::string_view verb) {
    return is_among(stepwise_ones, verb);
}

}  // namespace api
