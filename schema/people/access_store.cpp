// Tokens and sessions by their hashes.
//
// Whoever reads the database learns no secret: a hash does not lead back to 256 random bits, which
// is why plain SHA-256 is enough and no slow hash is needed. Each lookup judges expiry, revocation
// and whether the user is disabled in the query itself, so that no caller can forget one of them.
#include "schema/people/access_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

std::int64_t add_token(base::Tx& tx, const NewToken& token, Time now) {
    return *tx.value<std::int64_t>(
        sql::file["add_token"],
        base::bytes_of(token.hash),
        token.user_id,
        std::string(base::name_of(token.kind)),
        token.label,
        timestamp(now),
        timestamp(token.expires_at),
        std::string(base::name_of(token.scope)),
        token.parent
    );
}

std::vector<Token>
list_tokens(base::Tx& tx, std::optional<std::int64_t> user_id, std::int64_t after, int at_most) {
    return base::rows_as<Token>(tx.exec(sql::file["list_tokens"], user_id, after, at_most));
}

bool revoke_token(base::Tx& tx, std::int64_t id, std::optional<std::int64_t> of_user, Time now) {
    return tx.change(sql::file["revoke_token"], id, of_user, timestamp(now)) > 0;
}

std::optional<Access> user_of_token(base::Tx& tx, const std::string& hash, Time now) {
    auto bytes = base::bytes_of(hash);
    auto rows = tx.exec(sql::file["user_of_token"], bytes, timestamp(now));
    if (!rows.empty() && rows.front()["stale"].as<bool>())
        tx.exec(sql::file["touch_token"], bytes, timestamp(now));
    return base::first_as<Access>(rows);
}

std::optional<Access> user_of_session(base::Tx& tx, const std::string& hash, Time now) {
    return base::first_as<Access>(
        tx.exec(sql::file["user_of_session"], base::bytes_of(hash), timestamp(now))
    );
}

std::optional<Access> redeem_token(base::Tx& tx, const std::string& hash, Time now) {
    return base::first_as<Access>(
        tx.exec(sql::file["redeem_token"], base::bytes_of(hash), timestamp(now))
    );
}

void add_session(
    base::Tx& tx,
    const std::string& hash,
    const Access& access,
    Time now,
    Time expires_at
) {
    tx.exec(
        sql::file["add_session"],
        base::bytes_of(hash),
        access.id,
        timestamp(now),
        timestamp(expires_at),
        access.token,
        std::string(base::name_of(access.opened_by.value_or(OpenedBy::link)))
    );
}

std::vector<Session> list_sessions(
    base::Tx& tx,
    std::optional<std::int64_t> user_id,
    std::int64_t after,
    int at_most,
    Time now
) {
    return base::rows_as<Session>(
        tx.exec(sql::file["list_sessions"], user_id, after, at_most, timestamp(now))
    );
}

bool end_session(base::Tx& tx, std::int64_t id, std::optional<std::int64_t> of_user) {
    return tx.change(sql::file["end_session_of_id"], id, of_user) > 0;
}

void end_session(base::Tx& tx, const std::string& hash) {
    tx.exec(sql::file["end_session"], base::bytes_of(hash));
}

void end_sessions_of(base::Tx& tx, std::int64_t user_id, std::optional<std::int64_t> except) {
    tx.exec(sql::file["end_sessions_of"], user_id, except);
}

void sweep_sessions(base::Tx& tx, Time now) {
    tx.exec(sql::file["sweep_sessions"], timestamp(now));
}

}  // namespace schema
