#include "schema/people/sign_in_store.hpp"

#include "base/database/database.hpp"
#include "base/database/rows.hpp"
#include "schema/records/values.hpp"
#include "schema/sql.hpp"

namespace schema {

std::optional<Locked> user_with_password(base::Tx& tx, const std::string& name) {
    return base::first_as<Locked>(tx.exec(sql::file["user_with_password"], name));
}

std::optional<std::string> password_of(base::Tx& tx, std::int64_t user_id) {
    return tx.value<std::string>(sql::file["password_of"], user_id);
}

void put_password(base::Tx& tx, std::int64_t user_id, const std::string& hash, Time now) {
    tx.exec(sql::file["put_password"], user_id, hash, timestamp(now));
}

bool drop_password(base::Tx& tx, std::int64_t user_id) {
    return tx.change(sql::file["drop_password"], user_id) > 0;
}

bool has_passwords(base::Tx& tx) {
    return tx.value<bool>(sql::file["has_passwords"]).value_or(false);
}

bool begin_openid(base::Tx& tx, const OpenIdAttempt& attempt, Time expires_at) {
    return tx.change(
               sql::file["begin_openid"],
               base::bytes_of(attempt.state),
               base::bytes_of(attempt.browser),
               attempt.nonce,
               attempt.verifier,
               attempt.address,
               timestamp(expires_at)
           ) > 0;
}

std::optional<OpenIdAttempt> take_openid(base::Tx& tx, const std::string& state, Time now) {
    auto rows = tx.exec(sql::file["take_openid"], base::bytes_of(state), timestamp(now));
    if (rows.empty()) return std::nullopt;
    auto row = rows.front();
    return OpenIdAttempt{
        .state = state,
        .browser = base::bytes(row["browser"]),
        .nonce = row["nonce"].as<std::string>(),
        .verifier = row["verifier"].as<std::string>(),
        .address = row["address"].as<std::string>()};
}

void sweep_openid(base::Tx& tx, Time now) {
    tx.exec(sql::file["sweep_openid"], timestamp(now));
}

std::optional<User>
user_of_identity(base::Tx& tx, const std::string& issuer, const std::string& subject) {
    return base::first_as<User>(tx.exec(sql::file["user_of_identity"], issuer, subject));
}

std::vector<Identity> identities_of(base::Tx& tx, std::int64_t user_id) {
    return base::rows_as<Identity>(tx.exec(sql::file["identities_of"], user_id));
}

void remove_identity(base::Tx& tx, const std::string& issuer, const std::string& subject) {
    tx.exec(sql::file["remove_identity"], issuer, subject);
}

bool add_identity(
    base::Tx& tx,
    const std::string& issuer,
    const std::string& subject,
    std::int64_t user_id,
    Time now
) {
    return tx.change(sql::file["add_identity"], issuer, subject, user_id, timestamp(now)) > 0;
}

}  // namespace schema
