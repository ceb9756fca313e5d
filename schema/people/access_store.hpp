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

struct Token {
    std::int64_t id = 0;
    TokenKind kind = TokenKind::bearer;
    std::string label;
    Time created_at;
    std::optional<Time> expires_at, used_at, revoked_at;
};
BOOST_DESCRIBE_STRUCT(Token, (), (id, kind, label, created_at, expires_at, used_at, revoked_at))

struct NewToken {
    std::string hash;
    std::int64_t user_id = 0;
    TokenKind kind = TokenKind::bearer;
    std::string label;
    Time expires_at;
};
// Returns its id.
std::int64_t add_token(base::Tx& tx, const NewToken& token, Time now);
// Of a user, by id, those behind `after`.
std::vector<Token> list_tokens(base::Tx& tx, std::int64_t user_id, std::int64_t after, int at_most);
// False if there is no such token in force, or not of this user, where one is named.
bool revoke_token(base::Tx& tx, std::int64_t id, std::optional<std::int64_t> of_user, Time now);

// Whose token in force this is; notes that it was used, once a minute at most.
std::optional<User> user_of_token(base::Tx& tx, const std::string& hash, Time now);
std::optional<User> user_of_session(base::Tx& tx, const std::string& hash, Time now);
// Uses up a link, or takes a bearer token, to sign in.
std::optional<User> redeem_token(base::Tx& tx, const std::string& hash, Time now);

void add_session(
    base::Tx& tx,
    const std::string& hash,
    std::int64_t user_id,
    Time now,
    Time expires_at
);
void end_session(base::Tx& tx, const std::string& hash);
void end_sessions_of(base::Tx& tx, std::int64_t user_id);
// Drops sessions that are over.
void sweep_sessions(base::Tx& tx, Time now);

}  // namespace schema
