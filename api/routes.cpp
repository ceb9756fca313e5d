#include "api/resources/resources.hpp"
#include "api/verb_routes.hpp"

namespace api {

namespace {

constexpr auto get = Method::get;
constexpr auto post = Method::post;
constexpr auto patch = Method::patch;
constexpr auto del = Method::del;

// The whole HTTP interface. openapi.cpp describes it from here.
// clang-format off
constexpr Route table[] = {
    {get, "/api/v1/openapi.json", anyone, show_openapi, "describe", "This description", "", "", "*/*"},
    {get, "/api/v1/events", everyone, stream_events, "watch", "Progress as server-sent events", "", "", "*/*"},

    {get, "/api/v1/session", everyone, show_session, "showSession", "Who is signed in", "", "", "Session"},
    {post, "/api/v1/session", anyone, open_session, "openSession", "Sign in by a link's token", "", "SignIn", "Session", 201, true},
    {del, "/api/v1/session", everyone, close_session, "closeSession", "Sign out", "", "", "", 204},

    {get, "/api/v1/users", admins, list_users, "listUsers", "Users by name", "limit after", "", "[User]"},
    {post, "/api/v1/users", admins, create_user, "createUser", "Add a user", "", "NewUser", "User", 201},
    {patch, "/api/v1/users/{user}", admins, edit_user, "editUser", "Change a user's role, disable or enable", "", "UserEdit", "User"},
    {get, "/api/v1/tokens", everyone, list_tokens, "listTokens", "One's own tokens", "limit after", "", "[Token]"},
    {post, "/api/v1/tokens", everyone, create_token, "createToken", "Make a token or a sign-in link; the secret is shown once", "", "NewToken", "TokenSecret", 201, true},
    {del, "/api/v1/tokens/{id}", everyone, revoke_token, "revokeToken", "Revoke a token", "", "", "", 204},
    {get, "/api/v1/audit", admins, list_audit, "listAudit", "Who did what, newest first", "limit after", "", "[AuditEvent]"},

    {get, "/api/v1/sources", analysts, list_sources, "listSources", "Sources by name", "limit after", "", "[Source]"},
    {get, "/api/v1/sources/{source}", analysts, show_source, "showSource", "One source", "", "", "Source"},
    {get, "/api/v1/sources/{source}/runs", analysts, list_source_runs, "listSourceRuns", "Runs of a source, newest first", "limit after", "", "[SourceRun]"},
    {get, "/api/v1/sources/{source}/rejects", operators, list_rejects, "listRejects", "Inputs that became no record", "limit after", "", "[Reject]"},
    {post, "/api/v1/push/{source}", anyone, push, "push", "A webhook in the Standard Webhooks form; its signature is its proof", "", "AnyValue", "AnyValue"},

    {get, "/api/v1/records/{id}/image", everyone, show_image, "showImage", "Its picture; a labeler sees those of tasks handed out to him", "key", "", "*/*"},
    {get, "/api/v1/records/{id}/blob", analysts, show_blob, "showBlob", "Its bytes as received, for download", "key", "", "*/*"},

    {get, "/api/v1/projects", everyone, list_projects, "listProjects", "Label projects by name", "limit after", "", "[ProjectLine]"},
    {get, "/api/v1/projects/{project}", everyone, show_project, "showProject", "One project; its ETag goes with an edit", "", "", "Project"},
    {patch, "/api/v1/projects/{project}", operators, edit_project, "editProject", "Edit title, instructions, state, overlap; needs If-Match", "", "ProjectEdit", "Project"},
    {get, "/api/v1/projects/{project}/annotators", analysts, list_annotators, "listAnnotators", "Who answered how much, how fast, how rightly", "", "", "[Annotator]"},
    {get, "/api/v1/projects/{project}/agreement", analysts, show_agreement, "showAgreement", "How far annotators agree, with 95 % intervals", "", "", "Agreement"},
    {post, "/api/v1/projects/{project}/claim", labelers, claim_tasks, "claimTasks", "Take the next tasks, or get one's own again", "", "Claim", "Claimed"},
    {post, "/api/v1/projects/{project}/undo", labelers, undo_task, "undoTask", "Take back one's last answer or skip; its task comes back", "", "", "Task"},

    {post, "/api/v1/tasks/{task}/submit", labelers, submit_task, "submitTask", "Answer a task", "", "Answer", "Outcome"},
    {post, "/api/v1/tasks/{task}/skip", labelers, skip_task, "skipTask", "Skip a task, with a reason", "", "Skip", "Outcome"},
    {post, "/api/v1/tasks/{task}/renew", labelers, renew_task, "renewTask", "Hold a task longer", "", "Held", "Lease"},

    {get, "/api/v1/runs", analysts, list_runs, "listRuns", "Model runs, newest first", "limit after", "", "[RunLine]"},
    {get, "/api/v1/runs/{run}", analysts, show_run, "showRun", "One model run with its metrics", "", "", "Run"},
    {get, "/api/v1/runs/{run}/confusion", analysts, show_confusion, "showConfusion", "Confusion counts on the test split", "", "", "Confusion"},
    {get, "/api/v1/runs/{run}/report", analysts, show_report, "showReport", "A self-contained page with plots", "", "", "*/*"},

    {get, "/api/v1/snapshots", analysts, list_snapshots, "listSnapshots", "Snapshots, newest first", "limit after", "", "[Snapshot]"},
    {get, "/api/v1/snapshots/{snapshot}", analysts, show_snapshot, "showSnapshot", "One snapshot", "", "", "Snapshot"},

    {get, "/api/v1/models", analysts, list_models, "listModels", "Models by name and version", "limit after", "", "[Model]"},
    {post, "/api/v1/models/{model}/predict", analysts, predict, "predict", "Predictions for up to 1000 inputs", "", "Inputs", "Predictions"},
};
// clang-format on

}  // namespace

std::span<const Route> routes() {
    static const auto all = [] {
        std::vector<Route> list(std::begin(table), std::end(table));
        for (const auto& route : verb_routes()) list.push_back(route);
        return list;
    }();
    return all;
}

}  // namespace api
