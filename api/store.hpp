#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "api/server/auth.hpp"

namespace base {
class Tx;
}

// What the service reads from and writes to the database, as verbs. Lists come as the API's JSON
// objects, named by the columns of queries.sql; `now` is a time in RFC 3339 form. A missing thing
// is std::nullopt.
namespace api::store {

using boost::json::array;
using boost::json::object;

// Users, tokens and sessions. Hashes are those of auth.hpp.
std::optional<std::int64_t>
add_user(base::Tx&, const std::string& name, Role, const std::string& now);
std::int64_t active_admins(base::Tx&);
std::optional<object> user(base::Tx&, const std::string& name);
array users(base::Tx&, const std::string& after, int limit);
struct UserEdit {
    std::optional<Role> role;
    std::optional<bool> disabled;
};
std::optional<object>
edit_user(base::Tx&, const std::string& name, const UserEdit&, const std::string& now);
struct NewToken {
    std::string hash;
    std::int64_t user_id = 0;
    std::string kind;  // "bearer" or "link"
    std::string label;
    std::optional<std::string> expires_at;
};
std::int64_t add_token(base::Tx&, const NewToken&, const std::string& now);
array tokens(base::Tx&, std::int64_t user_id, std::int64_t after, int limit);
bool revoke_token(base::Tx&, std::int64_t id, const Account& by, const std::string& now);
std::optional<Account> account_of(base::Tx&, const Credentials&, const std::string& now);
// Takes a one-time link, or uses a bearer token, to sign in.
std::optional<Account> redeem(base::Tx&, const std::string& hash, const std::string& now);
void add_session(
    base::Tx&,
    const std::string& hash,
    std::int64_t user_id,
    const std::string& now,
    const std::string& expires_at
);
void end_session(base::Tx&, const std::string& hash);
void end_sessions_of(base::Tx&, std::int64_t user_id);
void sweep(base::Tx&, const std::string& now);

void audit(
    base::Tx&,
    const Account&,
    std::string_view action,
    const std::string& subject,
    const object& detail,
    const std::string& now
);
array audit_events(base::Tx&, std::int64_t before, int limit);

// Idempotency keys: reserve() is false when the key was used before; then answer() tells what came
// of it.
bool reserve(
    base::Tx&,
    std::int64_t user_id,
    const std::string& key,
    const std::string& request_hash,
    const std::string& now
);
struct StoredAnswer {
    std::string request_hash;
    int status = 0;
    std::string media_type;
    std::string body;
};
std::optional<StoredAnswer> answer(base::Tx&, std::int64_t user_id, const std::string& key);
void keep_answer(base::Tx&, std::int64_t user_id, const std::string& key, const Response&);

// Sources.
array sources(base::Tx&, const std::string& after, int limit);
std::optional<object> source(base::Tx&, const std::string& name);
std::optional<object>
set_source_state(base::Tx&, const std::string& name, const std::string& state);
array source_runs(base::Tx&, std::int64_t source_id, std::int64_t before, int limit);
array rejects(base::Tx&, std::int64_t source_id, std::int64_t after, int limit);
// A labeler sees the records of the tasks that were handed to him, no others.
bool was_handed(base::Tx&, std::int64_t user_id, std::int64_t source_id, std::int64_t rk);

// Label projects.
struct ProjectEdit {
    std::optional<std::string> title;
    std::optional<std::string> instructions;
    std::optional<std::string> state;
    std::optional<int> overlap;
};
array projects(base::Tx&, const std::string& after, int limit);
std::optional<object> project(base::Tx&, const std::string& name);
// The new version, or nothing when `version` is no longer the present one.
std::optional<std::int64_t>
edit_project(base::Tx&, const std::string& name, std::int64_t version, const ProjectEdit&);
array annotators(base::Tx&, std::int64_t project_id);
// Tasks in a user's hands.
struct Held {
    std::int64_t task = 0;
    std::int64_t token = 0;
    int attempt = 1;
    std::string reason;
    object row;  // expires_at, record, key, title, body, language, width, height, payload, url,
                 // columns
};
std::vector<Held> tasks_in_hand(
    base::Tx&,
    std::int64_t user_id,
    std::int64_t project_id,
    const std::string& now,
    std::optional<std::int64_t> task,
    int limit
);
std::int64_t answers_of(base::Tx&, std::int64_t project_id, std::int64_t user_id);
std::optional<std::int32_t> class_of_task(base::Tx&, std::int64_t task, const std::string& name);

// Snapshots, model runs, models.
array snapshots(base::Tx&, std::int64_t before, int limit);
std::optional<object> snapshot(base::Tx&, const std::string& name);
array runs(base::Tx&, std::int64_t before, int limit);
std::optional<object> run(base::Tx&, std::int64_t id);
array confusion(base::Tx&, std::int64_t run_id);
array models(base::Tx&, const std::string& after_name, std::int64_t after_version, int limit);

std::string progress(base::Tx&, const std::string& now);
struct Figures {
    std::int64_t records = 0;
    std::int64_t rejected = 0;
    std::int64_t jobs = 0;
    std::int64_t open_tasks = 0;
    std::int64_t crawl_workers = 0, crawl_queued = 0, crawl_fetched = 0, crawl_bytes = 0;
    std::int64_t crawl_hosts = 0, crawl_failing = 0;
};
Figures figures(base::Tx&);

}  // namespace api::store
