// Column aliases of queries.sql are the members of the API's JSON, so a list needs no struct and no
// second list of names. Secrets are looked up by their hashes; who reads this database cannot sign
// in with what is in it. touch_token runs only when the last use is old enough, or each request
// would write.
#include "api/store.hpp"

#include <boost/json/serialize.hpp>

#include "api/rows.hpp"
#include "api/sql.hpp"
#include "base/database/database.hpp"

namespace api::store {

using sql::file;

namespace {

std::optional<object> only(const pqxx::result& rows) {
    if (rows.empty()) return std::nullopt;
    return object_of(rows[0]);
}

std::optional<Account> account(const pqxx::result& rows) {
    if (rows.empty()) return std::nullopt;
    return Account{
        rows[0][0].as<std::int64_t>(), rows[0][1].as<std::string>(), role_of(rows[0][2].c_str())};
}

}  // namespace

std::optional<std::int64_t>
add_user(base::Tx& tx, const std::string& name, Role role, const std::string& now) {
    return tx.value<std::int64_t>(file["insert_user"], name, std::string(name_of(role)), now);
}

std::int64_t active_admins(base::Tx& tx) {
    return tx.value<std::int64_t>(file["count_admins"]).value_or(0);
}

std::optional<object> user(base::Tx& tx, const std::string& name) {
    return only(tx.exec(file["user_by_name"], name));
}

array users(base::Tx& tx, const std::string& after, int limit) {
    return array_of(tx.exec(file["list_users"], after, limit));
}

std::optional<object>
edit_user(base::Tx& tx, const std::string& name, const UserEdit& edit, const std::string& now) {
    std::optional<std::string> role;
    if (edit.role) role = std::string(name_of(*edit.role));
    return only(tx.exec(file["update_user"], name, role, edit.disabled, now));
}

std::int64_t add_token(base::Tx& tx, const NewToken& token, const std::string& now) {
    return *tx.value<std::int64_t>(
        file["insert_token"],
        base::bytes_of(token.hash),
        token.user_id,
        token.kind,
        token.label,
        now,
        token.expires_at
    );
}

array tokens(base::Tx& tx, std::int64_t user_id, std::int64_t after, int limit) {
    return array_of(tx.exec(file["list_tokens"], user_id, after, limit));
}

bool revoke_token(base::Tx& tx, std::int64_t id, const Account& by, const std::string& now) {
    return tx.change(file["revoke_token"], id, by.id, now, by.role == Role::admin) > 0;
}

std::optional<Account>
account_of(base::Tx& tx, const Credentials& credentials, const std::string& now) {
    auto hash = base::bytes_of(hash_of(credentials.secret));
    if (credentials.kind == Credentials::Kind::session)
        return account(tx.exec(file["account_of_session"], hash, now));
    auto rows = tx.exec(file["account_of_token"], hash, now);
    if (!rows.empty() && rows[0][3].as<bool>()) tx.exec(file["touch_token"], hash, now);
    return account(rows);
}

std::optional<Account> redeem(base::Tx& tx, const std::string& hash, const std::string& now) {
    return account(tx.exec(file["redeem_token"], base::bytes_of(hash), now));
}

void add_session(
    base::Tx& tx,
    const std::string& hash,
    std::int64_t user_id,
    const std::string& now,
    const std::string& expires_at
) {
    tx.exec(file["insert_session"], base::bytes_of(hash), user_id, now, expires_at);
}

void end_session(base::Tx& tx, const std::string& hash) {
    tx.exec(file["delete_session"], base::bytes_of(hash));
}

void end_sessions_of(base::Tx& tx, std::int64_t user_id) {
    tx.exec(file["delete_sessions_of"], user_id);
}

void sweep(base::Tx& tx, const std::string& now) {
    tx.exec(file["sweep_sessions"], now);
    tx.exec(file["sweep_answers"], now);
}

void audit(
    base::Tx& tx,
    const Account& who,
    std::string_view action,
    const std::string& subject,
    const object& detail,
    const std::string& now
) {
    std::optional<std::int64_t> id;
    if (who.id != 0) id = who.id;
    auto text = boost::json::serialize(detail);
    tx.exec(file["insert_audit"], now, id, who.name, std::string(action), subject, text);
}

array audit_events(base::Tx& tx, std::int64_t before, int limit) {
    return array_of(tx.exec(file["list_audit"], before, limit));
}

bool reserve(
    base::Tx& tx,
    std::int64_t user_id,
    const std::string& key,
    const std::string& request_hash,
    const std::string& now
) {
    return tx.change(file["reserve_answer"], user_id, key, base::bytes_of(request_hash), now) > 0;
}

std::optional<StoredAnswer> answer(base::Tx& tx, std::int64_t user_id, const std::string& key) {
    auto rows = tx.exec(file["stored_answer"], user_id, key);
    if (rows.empty() || rows[0][1].is_null()) return std::nullopt;
    return StoredAnswer{
        base::bytes(rows[0][0]),
        rows[0][1].as<int>(),
        rows[0][2].as<std::string>(),
        rows[0][3].as<std::string>()};
}

void keep_answer(
    base::Tx& tx,
    std::int64_t user_id,
    const std::string& key,
    const Response& response
) {
    tx.exec(
        file["store_answer"], user_id, key, response.status, response.media_type, response.body
    );
}

array projects(base::Tx& tx, const std::string& after, int limit) {
    return array_of(tx.exec(file["list_projects"], after, limit));
}

std::optional<object> project(base::Tx& tx, const std::string& name) {
    return only(tx.exec(file["project_by_name"], name));
}

std::optional<std::int64_t>
edit_project(base::Tx& tx, const std::string& name, std::int64_t version, const ProjectEdit& edit) {
    return tx.value<std::int64_t>(
        file["edit_project"], name, version, edit.title, edit.instructions, edit.state, edit.overlap
    );
}

array annotators(base::Tx& tx, std::int64_t project_id) {
    return array_of(tx.exec(file["project_annotators"], project_id));
}

std::vector<Held> tasks_in_hand(
    base::Tx& tx,
    std::int64_t user_id,
    std::int64_t project_id,
    const std::string& now,
    std::optional<std::int64_t> task,
    int limit
) {
    std::vector<Held> out;
    for (const auto& row : tx.exec(file["tasks_in_hand"], user_id, project_id, now, task, limit))
        out.push_back(
            {row["task_id"].as<std::int64_t>(),
             row["token"].as<std::int64_t>(),
             row["attempt"].as<int>(),
             row["reason"].as<std::string>(),
             object_of(row)}
        );
    return out;
}

std::int64_t answers_of(base::Tx& tx, std::int64_t project_id, std::int64_t user_id) {
    return tx.value<std::int64_t>(file["answers_of_user"], project_id, user_id).value_or(0);
}

std::optional<std::int32_t>
class_of_task(base::Tx& tx, std::int64_t task, const std::string& name) {
    return tx.value<std::int32_t>(file["class_of_task"], task, name);
}

array snapshots(base::Tx& tx, std::int64_t before, int limit) {
    return array_of(tx.exec(file["list_snapshots"], before, limit));
}

std::optional<object> snapshot(base::Tx& tx, const std::string& name) {
    return only(tx.exec(file["snapshot_by_name"], name));
}

array runs(base::Tx& tx, std::int64_t before, int limit) {
    return array_of(tx.exec(file["list_runs"], before, limit));
}

std::optional<object> run(base::Tx& tx, std::int64_t id) {
    return only(tx.exec(file["run_by_id"], id));
}

array confusion(base::Tx& tx, std::int64_t run_id) {
    return array_of(tx.exec(file["confusion_of_run"], run_id));
}

array models(base::Tx& tx, const std::string& after_name, std::int64_t after_version, int limit) {
    return array_of(tx.exec(file["list_models"], after_name, after_version, limit));
}

std::string progress(base::Tx& tx, const std::string& now) {
    return tx.value<std::string>(file["progress"], now).value_or("{}");
}

Figures figures(base::Tx& tx) {
    auto row = tx.exec(file["figures"])[0];
    return {
        row[0].as<std::int64_t>(),
        row[1].as<std::int64_t>(),
        row[2].as<std::int64_t>(),
        row[3].as<std::int64_t>(),
        row[4].as<std::int64_t>(),
        row[5].as<std::int64_t>(),
        row[6].as<std::int64_t>(),
        row[7].as<std::int64_t>(),
        row[8].as<std::int64_t>(),
        row[9].as<std::int64_t>()};
}

}  // namespace api::store
