#include "api/server/server.hpp"
#include "api/store.hpp"
#include "api/time.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"

namespace api {

namespace {

std::int64_t user_id(base::Tx& tx, const std::string& name, Role role, const std::string& now) {
    store::add_user(tx, name, role, now);
    return store::user(tx, name)->at("id").as_int64();
}

Role known_role(const std::string& name) {
    try {
        return role_of(name);
    } catch (const Problem&) {
        throw base::UsageError(
            "role '" + name + "'", "unknown", "use admin, operator, labeler or analyst"
        );
    }
}

std::string new_token(
    base::Database& database,
    const std::string& user,
    const std::string& role,
    const std::string& kind,
    int days
) {
    auto now = rfc3339(std::chrono::system_clock::now());
    auto secret = new_secret();
    auto wanted = known_role(role);
    database.call([&](base::Tx& tx) {
        store::NewToken token{
            hash_of(secret),
            user_id(tx, user, wanted, now),
            kind,
            "made on the command line",
            later(now, std::chrono::hours(24 * days))};
        store::add_token(tx, token, now);
    });
    return secret;
}

}  // namespace

std::string
sign_in_link(base::Database& database, const std::string& user, const std::string& role) {
    return new_token(database, user, role, "link", 1);
}

std::string first_sign_in(base::Database& database) {
    return sign_in_link(database, "admin", "admin");
}

std::string
bearer_token(base::Database& database, const std::string& user, const std::string& role, int days) {
    return new_token(database, user, role, "bearer", days);
}

}  // namespace api
