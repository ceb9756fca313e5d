#include "api/server/server.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "service/people/people.hpp"

namespace api {

namespace {

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
    schema::TokenKind kind,
    int days
) {
    auto wanted = known_role(role);
    return database.call([&](base::Tx& tx) {
        auto now = std::chrono::system_clock::now();
        service::CreateToken token{
            .user = user, .kind = kind, .label = "made on the command line", .days = days};
        return service::new_token(tx, service::user_or_new(tx, user, wanted, now), token, now)
            .token;
    });
}

}  // namespace

std::string
sign_in_link(base::Database& database, const std::string& user, const std::string& role) {
    return new_token(database, user, role, schema::TokenKind::link, 1);
}

std::string first_sign_in(base::Database& database) {
    return sign_in_link(database, "admin", "admin");
}

std::string
bearer_token(base::Database& database, const std::string& user, const std::string& role, int days) {
    return new_token(database, user, role, schema::TokenKind::bearer, days);
}

}  // namespace api
