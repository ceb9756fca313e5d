#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/people/access_store.hpp"

namespace base {
class Tx;
}

// What people sign in by instead of links: passwords, and identities that a provider vouches for.
// Each function is one step inside the caller's transaction.
namespace schema {

struct Locked : Access {
    std::string hash;  // of the password
};
BOOST_DESCRIBE_STRUCT(Locked, (Access), (hash))
// A user of this name who has a password and is not disabled.
std::optional<Locked> user_with_password(base::Tx& tx, const std::string& name);
std::optional<std::string> password_of(base::Tx& tx, std::int64_t user_id);
void put_password(base::Tx& tx, std::int64_t user_id, const std::string& hash, Time now);
// False if there was none.
bool drop_password(base::Tx& tx, std::int64_t user_id);
// Whether anybody has one.
bool has_passwords(base::Tx& tx);

// A sign-in that is at the provider. `state` and `browser` are hashes of 32 bytes.
struct OpenIdAttempt {
    std::string state, browser;
    std::string nonce, verifier;
    std::string address;  // of this service, as the browser knows it
};
// False if too many are under way.
bool begin_openid(base::Tx& tx, const OpenIdAttempt& attempt, Time expires_at);
// Ends it. Nothing if there is none, or it is over.
std::optional<OpenIdAttempt> take_openid(base::Tx& tx, const std::string& state, Time now);
// Drops those that are over.
void sweep_openid(base::Tx& tx, Time now);

std::optional<User>
user_of_identity(base::Tx& tx, const std::string& issuer, const std::string& subject);
// An account at a provider by which a user signs in.
struct Identity {
    std::string issuer, subject;
    Time linked_at;
};
BOOST_DESCRIBE_STRUCT(Identity, (), (issuer, subject, linked_at))
std::vector<Identity> identities_of(base::Tx& tx, std::int64_t user_id);
void remove_identity(base::Tx& tx, const std::string& issuer, const std::string& subject);
// False if it is somebody's already.
bool add_identity(
    base::Tx& tx,
    const std::string& issuer,
    const std::string& subject,
    std::int64_t user_id,
    Time now
);

}  // namespace schema
