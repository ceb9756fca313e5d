#include "tests/api/roles_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace test {

namespace {

// clang-format off
const RoleRow table[] = {
    // route, then for nobody, labeler, analyst, operator, admin
    {"GET /api/v1/openapi.json", 200, 200, 200, 200, 200},
    {"GET /api/v1/events", 401, 200, 200, 200, 200},
    {"GET /api/v1/session", 401, 200, 200, 200, 200},
    {"POST /api/v1/session", 422, 422, 422, 422, 422},
    {"POST /api/v1/session/password", 422, 422, 422, 422, 422},
    {"GET /api/v1/session/oidc", 404, 404, 404, 404, 404},
    {"GET /api/v1/session/oidc/callback", 404, 404, 404, 404, 404},
    {"GET /api/v1/session/oidc/end", 404, 404, 404, 404, 404},
    {"GET /api/v1/sign-in", 200, 200, 200, 200, 200},
    {"DELETE /api/v1/session", 401, 204, 204, 204, 204},
    {"POST /api/v1/push/{source}", 501, 501, 501, 501, 501},
    {"GET /api/v1/records/{id}/image", 401, 404, 404, 404, 404},
    {"GET /api/v1/records/{id}/blob", 401, 403, 404, 404, 404},
    {"GET /api/v1/jobs", 401, 403, 200, 200, 200},
    {"GET /api/v1/jobs/{job}", 401, 403, 404, 404, 404},
    {"DELETE /api/v1/jobs/{job}", 401, 403, 403, 404, 404},
    {"GET /api/v1/models", 401, 403, 200, 200, 200},
    {"GET /api/v1/models/{model}", 401, 403, 404, 404, 404},
    {"POST /api/v1/models/{model}/promote", 401, 403, 404, 404, 404},
    {"GET /api/v1/models/{model}/export", 401, 403, 404, 404, 404},
    {"POST /api/v1/models/{model}/predict", 401, 403, 422, 422, 422},
    {"GET /api/v1/runs", 401, 403, 200, 200, 200},
    {"GET /api/v1/runs/{run}", 401, 403, 404, 404, 404},
    {"GET /api/v1/runs/{run}/confusion", 401, 403, 404, 404, 404},
    {"GET /api/v1/runs/{run}/report", 401, 403, 404, 404, 404},
    {"POST /api/v1/runs/{run}/errors", 401, 403, 409, 409, 409},
    {"GET /api/v1/runs/{a}/compare/{b}", 401, 403, 404, 404, 404},
    {"POST /api/v1/runs", 401, 403, 422, 422, 422},
    {"POST /api/v1/snapshots", 401, 403, 422, 422, 422},
    {"GET /api/v1/snapshots", 401, 403, 200, 200, 200},
    {"GET /api/v1/snapshots/{snapshot}", 401, 403, 404, 404, 404},
    {"GET /api/v1/snapshots/{snapshot}/export", 401, 403, 404, 404, 404},
    {"GET /api/v1/snapshots/{snapshot}/diff/{other}", 401, 403, 404, 404, 404},
    {"POST /api/v1/snapshots/{snapshot}/verify", 401, 403, 404, 404, 404},
    {"POST /api/v1/crawl", 401, 403, 403, 422, 422},
    {"POST /api/v1/ingest", 401, 403, 403, 422, 422},
    {"POST /api/v1/sources/{source}/upload", 401, 403, 403, 422, 422},
    {"GET /api/v1/sources", 401, 403, 200, 200, 200},
    {"POST /api/v1/sources", 401, 403, 403, 422, 422},
    {"GET /api/v1/sources/{source}", 401, 403, 404, 404, 404},
    {"PUT /api/v1/sources/{source}", 401, 403, 403, 404, 404},
    {"PATCH /api/v1/sources/{source}", 401, 403, 403, 422, 422},
    {"GET /api/v1/sources/{source}/runs", 401, 403, 404, 404, 404},
    {"POST /api/v1/sources/{source}/check", 401, 403, 403, 404, 404},
    {"POST /api/v1/sources/{source}/run", 401, 403, 403, 404, 404},
    {"POST /api/v1/sources/{source}/schedule", 401, 403, 403, 422, 422},
    {"GET /api/v1/sources/{source}/urls", 401, 403, 404, 404, 404},
    {"GET /api/v1/sources/{source}/hosts", 401, 403, 404, 404, 404},
    {"POST /api/v1/sources/{source}/rules", 401, 403, 403, 404, 404},
    {"GET /api/v1/sources/{source}/fields", 401, 403, 404, 404, 404},
    {"POST /api/v1/sources/{source}/accept", 401, 403, 403, 404, 404},
    {"GET /api/v1/sources/{source}/rejects", 401, 403, 403, 404, 404},
    {"GET /api/v1/sources/{source}/rejects/{id}", 401, 403, 403, 404, 404},
    {"POST /api/v1/sources/{source}/rejects/replay", 401, 403, 403, 404, 404},
    {"POST /api/v1/sources/{source}/rejects/expire", 401, 403, 403, 404, 404},
    {"POST /api/v1/sources/{source}/pause", 401, 403, 403, 404, 404},
    {"POST /api/v1/sources/{source}/resume", 401, 403, 403, 404, 404},
    {"GET /api/v1/sources/{source}/settings", 401, 403, 404, 404, 404},
    {"POST /api/v1/sources/{source}/revert", 401, 403, 403, 404, 404},
    {"POST /api/v1/sources/{source}/archive", 401, 403, 403, 404, 404},
    {"POST /api/v1/sources/{source}/remove", 401, 403, 403, 404, 404},
    {"POST /api/v1/sources/{source}/restore", 401, 403, 403, 404, 404},
    {"DELETE /api/v1/sources/{source}", 401, 403, 403, 403, 404},
    {"GET /api/v1/users", 401, 403, 403, 403, 200},
    {"POST /api/v1/users", 401, 403, 403, 403, 422},
    {"PATCH /api/v1/users/{user}", 401, 403, 403, 403, 404},
    {"PUT /api/v1/password", 401, 422, 422, 422, 422},
    {"GET /api/v1/tokens", 401, 200, 200, 200, 200},
    {"POST /api/v1/tokens", 401, 201, 201, 201, 201},
    {"DELETE /api/v1/tokens/{id}", 401, 404, 404, 404, 404},
    {"GET /api/v1/sessions", 401, 200, 200, 200, 200},
    {"DELETE /api/v1/sessions/{id}", 401, 404, 404, 404, 404},
    {"GET /api/v1/audit", 401, 403, 403, 403, 200},
    {"GET /api/v1/webhooks", 401, 403, 403, 200, 200},
    {"POST /api/v1/webhooks", 401, 403, 403, 422, 422},
    {"DELETE /api/v1/webhooks/{name}", 401, 403, 403, 404, 404},
    {"POST /api/v1/webhooks/{name}/pause", 401, 403, 403, 404, 404},
    {"POST /api/v1/webhooks/{name}/resume", 401, 403, 403, 404, 404},
    {"POST /api/v1/webhooks/{name}/test", 401, 403, 403, 404, 404},
    {"GET /api/v1/webhooks/{name}/log", 401, 403, 403, 404, 404},
    {"POST /api/v1/webhooks/{name}/retry", 401, 403, 403, 404, 404},
    {"GET /api/v1/projects", 401, 200, 200, 200, 200},
    {"POST /api/v1/projects", 401, 403, 403, 422, 422},
    {"GET /api/v1/projects/{project}", 401, 404, 404, 404, 404},
    {"PATCH /api/v1/projects/{project}", 401, 403, 403, 404, 404},
    {"GET /api/v1/projects/{project}/guidelines", 401, 404, 404, 404, 404},
    {"GET /api/v1/projects/{project}/members", 401, 403, 404, 404, 404},
    {"PUT /api/v1/projects/{project}/members/{user}", 401, 403, 403, 404, 404},
    {"DELETE /api/v1/projects/{project}/members/{user}", 401, 403, 403, 404, 404},
    {"GET /api/v1/labels/templates/{kind}", 401, 403, 403, 400, 400},
    {"GET /api/v1/projects/{project}/schema", 401, 403, 404, 404, 404},
    {"POST /api/v1/projects/{project}/schema/rename", 401, 403, 403, 422, 422},
    {"POST /api/v1/projects/{project}/schema/merge", 401, 403, 403, 422, 422},
    {"POST /api/v1/projects/{project}/schema/split", 401, 403, 403, 422, 422},
    {"POST /api/v1/projects/{project}/schema/add", 401, 403, 403, 422, 422},
    {"POST /api/v1/projects/{project}/schema/retire", 401, 403, 403, 422, 422},
    {"POST /api/v1/projects/{project}/schema/undo", 401, 403, 403, 404, 404},
    {"POST /api/v1/projects/{project}/import", 401, 403, 403, 422, 422},
    {"GET /api/v1/projects/{project}/export", 401, 403, 404, 404, 404},
    {"POST /api/v1/projects/{project}/queue", 401, 403, 403, 404, 404},
    {"GET /api/v1/projects/{project}/annotators", 401, 403, 404, 404, 404},
    {"GET /api/v1/projects/{project}/gold", 401, 403, 403, 404, 404},
    {"POST /api/v1/projects/{project}/gold", 401, 403, 403, 422, 422},
    {"POST /api/v1/projects/{project}/gold/remove", 401, 403, 403, 422, 422},
    {"POST /api/v1/projects/{project}/suggestions", 401, 403, 403, 422, 422},
    {"GET /api/v1/projects/{project}/suggestions", 401, 403, 404, 404, 404},
    {"POST /api/v1/projects/{project}/suggestions/model", 401, 403, 403, 422, 422},
    {"POST /api/v1/projects/{project}/suggestions/endpoint", 401, 403, 403, 422, 422},
    {"GET /api/v1/projects/{project}/suggestions/report", 401, 403, 404, 404, 404},
    {"GET /api/v1/projects/{project}/machines", 401, 403, 404, 404, 404},
    {"POST /api/v1/projects/{project}/machines/test", 401, 403, 403, 422, 422},
    {"GET /api/v1/projects/{project}/answers", 401, 403, 404, 404, 404},
    {"GET /api/v1/projects/{project}/agreement", 401, 403, 404, 404, 404},
    {"POST /api/v1/projects/{project}/truth", 401, 403, 403, 404, 404},
    {"POST /api/v1/projects/{project}/simulate", 401, 403, 403, 422, 422},
    {"POST /api/v1/projects/{project}/claim", 401, 404, 403, 404, 404},
    {"POST /api/v1/projects/{project}/undo", 401, 404, 403, 404, 404},
    {"GET /api/v1/projects/{project}/mine", 401, 404, 403, 404, 404},
    {"GET /api/v1/projects/{project}/progress", 401, 404, 403, 404, 404},
    {"GET /api/v1/projects/{project}/comments", 401, 403, 404, 404, 404},
    {"PUT /api/v1/tasks/{task}/draft", 401, 422, 403, 422, 422},
    {"POST /api/v1/tasks/{task}/comment", 401, 422, 403, 422, 422},
    {"POST /api/v1/tasks/{task}/correct", 401, 404, 403, 404, 404},
    {"POST /api/v1/tasks/{task}/submit", 401, 422, 403, 422, 422},
    {"POST /api/v1/tasks/{task}/skip", 401, 422, 403, 422, 422},
    {"POST /api/v1/tasks/{task}/renew", 401, 422, 403, 422, 422},
    {"GET /api/v1/sources/{source}/records", 401, 403, 404, 404, 404},
    {"GET /api/v1/sources/{source}/search", 401, 403, 400, 400, 400},
    {"GET /api/v1/sources/{source}/lineage", 401, 403, 400, 400, 400},
    {"GET /api/v1/records/{id}", 401, 403, 404, 404, 404},
    {"POST /api/v1/records/purge", 401, 403, 403, 403, 422},
    {"GET /api/v1/sources/{source}/quality/profile", 401, 403, 404, 404, 404},
    {"GET /api/v1/sources/{source}/quality/report", 401, 403, 404, 404, 404},
    {"GET /api/v1/sources/{source}/quality/bias", 401, 403, 400, 400, 400},
    {"POST /api/v1/sources/{source}/quality/pages", 401, 403, 404, 404, 404},
    {"POST /api/v1/sources/{source}/quality/check", 401, 403, 422, 422, 422},
    {"POST /api/v1/sources/{source}/quality/duplicates", 401, 403, 404, 404, 404},
    {"POST /api/v1/sources/{source}/quality/errors", 401, 403, 404, 404, 404},
    {"POST /api/v1/sources/{source}/quality/outliers", 401, 403, 404, 404, 404},
    {"GET /api/v1/quality/drift", 401, 403, 400, 400, 400},
    {"GET /api/v1/sources/{source}/preparations", 401, 403, 404, 404, 404},
    {"POST /api/v1/sources/{source}/preparations", 401, 403, 422, 422, 422},
    {"POST /api/v1/sources/{source}/preparations/undo", 401, 403, 404, 404, 404},
    {"GET /api/v1/sources/{source}/preparation", 401, 403, 404, 404, 404},
    {"POST /api/v1/sources/{source}/preparation/apply", 401, 403, 422, 422, 422},
    {"POST /api/v1/sources/{source}/preparation/preview", 401, 403, 422, 422, 422},
};
// clang-format on

}  // namespace

std::span<const RoleRow> role_rows() {
    return table;
}

std::optional<RoleRow> find_role_row(const std::string& route) {
    auto all = role_rows();
    auto found = std::find_if(all.begin(), all.end(), [&](const RoleRow& row) {
        return row.route == route;
    });
    if (found == all.end()) return std::nullopt;
    return *found;
}

std::string text_of(const RoleRow& row) {
    return fmt::format(
        "{{\"{}\", {}, {}, {}, {}, {}}},",
        row.route,
        row.nobody,
        row.labeler,
        row.analyst,
        row.operate,
        row.admin
    );
}

}  // namespace test
