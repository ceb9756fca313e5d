#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/database/batch.hpp"
#include "schema/people/access_store.hpp"
#include "schema/people/audit_store.hpp"
#include "schema/people/user_store.hpp"
#include "service/paging.hpp"

// People, what proves who they are, and what they did.
namespace service {

struct ListUsers {
    Paging page;
    static const base::Settings<ListUsers> settings;
};
Page<schema::User> list_users(Work& work, const ListUsers& request);

struct AddUser {
    std::string name;
    Role role = Role::label;
    static const base::Settings<AddUser> settings;
};
// Refused if the name is taken.
schema::User add_user(Work& work, const AddUser& request);

struct EditUser {
    std::string user;
    std::optional<Role> role{};
    std::optional<bool> disabled{};
    static const base::Settings<EditUser> settings;
};
// Whoever is disabled is signed out at once. One active administrator must remain.
schema::User edit_user(Work& work, const EditUser& request);

struct ListTokens {
    std::string user;  // empty: the caller
    Paging page;
    static const base::Settings<ListTokens> settings;
};
// An administrator may ask for those of others; who sits at the machine sees those of all.
Page<schema::Token> list_tokens(Work& work, const ListTokens& request);

struct CreateToken {
    std::string user{};  // empty: the caller
    schema::TokenKind kind = schema::TokenKind::bearer;
    schema::TokenScope scope = schema::TokenScope::all;
    std::string label{};
    std::optional<int> days{};  // 90, or 1 of a link
    static const base::Settings<CreateToken> settings;
};
struct TokenSecret {
    std::int64_t id = 0;
    std::string token;  // told this once
    base::Time expires_at;
    std::optional<std::string> url{};  // of a link: where it signs in
};
BOOST_DESCRIBE_STRUCT(TokenSecret, (), (id, token, expires_at, url))
// Everybody may make tokens of his own; an administrator also for others. One that is made by a
// token is good no longer than that one.
TokenSecret create_token(Work& work, const CreateToken& request);

struct RevokeToken {
    std::int64_t id = 0;
    static const base::Settings<RevokeToken> settings;
};
// One of the caller's own; an administrator may revoke all.
Nothing revoke_token(Work& work, const RevokeToken& request);

struct ListSessions {
    std::string user;  // empty: the caller
    Paging page;
    static const base::Settings<ListSessions> settings;
};
// Browsers that are signed in. An administrator may ask for those of others.
Page<schema::Session> list_sessions(Work& work, const ListSessions& request);

struct EndSession {
    std::int64_t id = 0;
    static const base::Settings<EndSession> settings;
};
// One of the caller's own; an administrator may end all.
Nothing end_session(Work& work, const EndSession& request);

struct ListAudit {
    Paging page;
    static const base::Settings<ListAudit> settings;
};
Page<schema::AuditEvent> list_audit(Work& work, const ListAudit& request);

// Where a browser on this machine reaches a service that listens there.
std::string local_url(const std::string& address, std::uint16_t port);

// The user, or a refusal that says where to look.
schema::User known_user(Work& work, const std::string& name);
// For verbs that people do for themselves and an administrator for others: the one named, or the
// caller where `name` is empty. Refused to others; base::UsageError where nobody is named by nobody
// that signed in.
schema::User person(Work& work, const std::string& name);
// The same, asked for beside other things.
class PersonAsked {
public:
    PersonAsked(const Work& work, base::Batch& batch, const std::string& name);
    schema::User operator*() const;

private:
    std::string name_;
    base::Later<std::optional<schema::User>> found_;
};

// The user of this name, made with `role` if there is none; one who is there keeps his.
schema::User user_or_new(base::Tx& tx, const std::string& name, Role role, base::Time now);

// A new token or link, without asking whether `maker` may.
TokenSecret new_token(
    base::Tx& tx,
    const schema::User& user,
    const CreateToken& request,
    base::Time now,
    const Caller& maker = {}
);

inline Caller caller_of(const schema::Access& access) {
    return {
        .id = access.id,
        .name = access.name,
        .role = access.role,
        .token = access.token,
        .session = access.session,
        .opened_by = access.opened_by,
        .scope = access.scope,
        .until = access.until};
}

}  // namespace service
