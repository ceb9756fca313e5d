#pragma once

#include "api/route.hpp"

// The handlers of routes.cpp, a file per resource.
namespace api {

// session.cpp
Response show_session(Call&);
Response open_session(Call&);
Response close_session(Call&);

// accounts.cpp
Response list_users(Call&);
Response create_user(Call&);
Response edit_user(Call&);
Response list_tokens(Call&);
Response create_token(Call&);
Response revoke_token(Call&);
Response list_audit(Call&);

// sources.cpp
Response list_sources(Call&);
Response show_source(Call&);
Response list_source_runs(Call&);
Response list_rejects(Call&);
Response push(Call&);

// records.cpp
Response show_image(Call&);
Response show_blob(Call&);

// projects.cpp
Response list_projects(Call&);
Response show_project(Call&);
Response edit_project(Call&);
Response list_annotators(Call&);
Response show_agreement(Call&);

// tasks.cpp
Response claim_tasks(Call&);
Response submit_task(Call&);
Response skip_task(Call&);
Response renew_task(Call&);
Response undo_task(Call&);

// runs.cpp
Response list_runs(Call&);
Response show_run(Call&);
Response show_confusion(Call&);
Response show_report(Call&);

// snapshots.cpp
Response list_snapshots(Call&);
Response show_snapshot(Call&);

// models.cpp
Response list_models(Call&);
Response predict(Call&);

// service.cpp
Response stream_events(Call&);
Response show_openapi(Call&);

}  // namespace api
