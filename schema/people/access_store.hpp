#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/people/user.hpp"

namespace base {
class Tx;
}

// What proves who somebody is: tokens and sessions. The database keeps hashes of 32 bytes, never a
// secret. Each function is one step inside the caller's transaction.
namespace schema {

enum class TokenKind : std::uint8_t { bearer, link };

constexpr auto words_of(TokenKind) {
    return std::to_array<base::Word<TokenKind>>({
        {TokenKind::bearer, "bearer", "is sent with every request, until it is over"},
        {TokenKind::link, "link", "signs in once"},
    });
}

enum class TokenScope : std::uint8_t { all, read };

constexpr auto words_of(TokenScope) {
    return std::to_array<base::Word<TokenScope>>({
        {TokenScope::all, "all", "may do whatever its user may"},
        {TokenScope::read, "read", "may read what its user may read, and change nothing"},
    });
}

enum class OpenedBy : std::uint8_t { link, token, password, oidc };

constexpr auto words_of(OpenedBy) {
    return std::to_array<base::Word<OpenedBy>>({
        {OpenedBy::link, "link", "a link that signs in once"},
        {OpenedBy::token, "token", "a bearer token"},
        {OpenedBy::password, "password", "the user's name and password"},
        {OpenedBy::oidc, "oidc", "the OpenID Connect provider"},
    });
}

struct Token {
    std::int64_t id = 0;
    std::string user;
    TokenKind kind = TokenKind::bearer;
    TokenScope scope = TokenScope::all;
    std::string label;
    Time created_at;
    std::optional<Time> expires_at, used_at, revoked_at;
};
BOOST_DESCRIBE_STRUCT(
    Token,
    (),
    (id, user, kind, scope, label, created_at, expires_at, used_at, revoked_at)
)

struct NewToken {
    std::string hash;
    std::int64_t user_id = 0;
    TokenKind kind = TokenKind::bearer;
    std::string label;
    Time expires_at;
    TokenScope scope = TokenScope::all;
    std::optional<std::int64_t> parent = std::nullopt;  // that it was made with
};
// Returns its id.
std::int64_t add_token(base::Tx& tx, const NewToken& token, Time now);
// Of a user, or of all; by id, those behind `after`.
std::vector<Token>
list_tokens(base::Tx& tx, std::optional<std::int64_t> user_id, std::int64_t after, int at_most);
// With what its user made with it, and the sessions that these opened. False if there is no such
// token in force, or not of this user, where one is named.
bool revoke_token(base::Tx& tx, std::int64_t id, std::optional<std::int64_t> of_user, Time now);

// A user, and by what he is known.
struct Access : User {
    std::optional<std::int64_t> token, session;
    std::optional<OpenedBy> opened_by;  // the session, or the one that this is to open
    TokenScope scope = TokenScope::all;
    std::optional<Time> until;  // nothing made by it is good for longer
};
BOOST_DESCRIBE_STRUCT(Access, (User), (token, session, opened_by, scope, until))

// Whose token in force this is; notes that it was used, once a minute at most.
std::optional<Access> user_of_token(base::Tx& tx, const std::string& hash, Time now);
std::optional<Access> user_of_session(base::Tx& tx, const std::string& hash, Time now);
// Uses up a link, or takes a bearer token, to sign in.
std::optional<Access> redeem_token(base::Tx& tx, const std::string& hash, Time now);

void add_session(
    base::Tx& tx,
    const std::string& hash,
    const Access& access,
    Time now,
    Time expires_at
);
struct Session {
    std::int64_t id = 0;
    std::string user;
    OpenedBy opened_by = OpenedBy::link;
    std::optional<std::int64_t> token;  // that opened it
    Time created_at;
    Time expires_at;
};
BOOST_DESCRIBE_STRUCT(Session, (), (id, user, opened_by, token, created_at, expires_at))
// Open ones of a user, or of all; by id, those behind `after`.
std::vector<Session> list_sessions(
    base::Tx& tx,
    std::optional<std::int64_t> user_id,
    std::int64_t after,
    int at_most,
    Time now
);
// False if there is none, or not of this user, where one is named.
bool end_session(base::Tx& tx, std::int64_t id, std::optional<std::int64_t> of_user);
void end_session(base::Tx& tx, const std::string& hash);
// All of a user's, but the one that is excepted.
void end_sessions_of(
    base::Tx& tx,
    std::int64_t user_id,
    std::optional<std::int64_t> except = std::nullopt
);
// Drops sessions that are over.
void sweep_sessions(base::Tx& tx, Time now);

}  // namespace schema
