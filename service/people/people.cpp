// What holds among people: names are fit for a line of text, an administrator remains, nobody but
// an administrator acts for another.
//
// These rules stand here and not in the faces, so that the command line, which is an administrator,
// and HTTP can not differ in them. Secrets are made here too: they leave in an answer, once, and
// only their hash is stored.
#include "service/people/people.hpp"

#include <algorithm>

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "service/config.hpp"
#include "service/people/secrets.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

constexpr std::size_t longest_name = 64;

std::optional<base::Fault> check_name(const std::string& name) {
    bool good = name.size() <= longest_name && std::all_of(name.begin(), name.end(), [](char c) {
                    return static_cast<unsigned char>(c) > ' ' && c != 0x7f;
                });
    if (good) return std::nullopt;
    return base::Fault{.reason = "has 1 to 64 characters and no blank", .mend = "shorten it"};
}

// Whose things are listed: of the one named, of the caller, or of all for who sits at the machine.
std::optional<std::int64_t> whose(Work& work, const std::string& name) {
    if (name.empty() && work.caller.id == 0) return std::nullopt;
    return person(work, name).id;
}

// Whose things the caller may end; nothing: everybody's.
std::optional<std::int64_t> own_only(const Work& work) {
    if (work.caller.role == Role::admin) return std::nullopt;
    return work.caller.id;
}

// Where browsers reach the service: as the configuration says, where it was last started, or where
// it would be.
std::string service_url(Work& work) {
    const auto& server = work.here.config.server;
    if (!server.public_url.empty()) return server.public_url;
    return schema::service_address(work.tx).value_or(local_url(server.address, server.port));
}

[[noreturn]] void no_user(const std::string& name) {
    throw Refusal(
        Refusal::Kind::not_found, "user '" + name + "'", "no such user", "see 'tilth user list'"
    );
}

[[noreturn]] void is_there(const schema::User& user) {
    throw Refusal(
        Refusal::Kind::conflict,
        "user '" + user.name + "'",
        "is there already, as " + std::string(base::name_of(user.role)),
        "change the role by 'tilth user role', or sign in by 'tilth user link'"
    );
}

}  // namespace

const base::Settings<ListUsers> ListUsers::settings{{&ListUsers::page}};
const base::Settings<AddUser> AddUser::settings{
    {"name", &AddUser::name, "without blanks", {.required = true, .check = &check_name}},
    {"role", &AddUser::role, "what the user may do"},
};
const base::Settings<EditUser> EditUser::settings{
    {"user", &EditUser::user, "who", {.required = true}},
    {"role", &EditUser::role, "what the user may do from now on"},
    {"disabled", &EditUser::disabled, "whether the user is kept out"},
};
const base::Settings<ListTokens> ListTokens::settings{
    {"user", &ListTokens::user, "whose; one's own by default"},
    {&ListTokens::page},
};
const base::Settings<CreateToken> CreateToken::settings{
    {"user", &CreateToken::user, "whose; one's own by default"},
    {"kind", &CreateToken::kind, "what it is good for"},
    {"scope", &CreateToken::scope, "what it may do"},
    {"label", &CreateToken::label, "to tell it from others"},
    {"days",
     &CreateToken::days,
     "how long it is good: 90 by default, a link 1",
     {.low = 1, .high = 3650}},
};
const base::Settings<RevokeToken> RevokeToken::settings{
    {"id", &RevokeToken::id, "its number", {.required = true}},
};
const base::Settings<ListSessions> ListSessions::settings{
    {"user", &ListSessions::user, "whose; one's own by default"},
    {&ListSessions::page},
};
const base::Settings<EndSession> EndSession::settings{
    {"id", &EndSession::id, "its number", {.required = true}},
};
const base::Settings<ListAudit> ListAudit::settings{{&ListAudit::page}};

Page<schema::User> list_users(Work& work, const ListUsers& request) {
    const auto& page = request.page;
    return page_of(
        schema::list_users(work.tx, page.after, page.limit),
        page,
        [](const schema::User& user) { return user.name; }
    );
}

schema::User add_user(Work& work, const AddUser& request) {
    auto user = schema::add_user(work.tx, request.name, request.role, work.now);
    if (!user) is_there(known_user(work, request.name));
    return *user;
}

schema::User edit_user(Work& work, const EditUser& request) {
    schema::lock_admins(work.tx);
    auto before = known_user(work, request.user);
    bool was_admin = before.role == Role::admin && !before.disabled_at;
    auto user = schema::edit_user(
        work.tx, request.user, {.role = request.role, .disabled = request.disabled}, work.now
    );
    if (was_admin && schema::active_admins(work.tx) == 0)
        throw Refusal(
            Refusal::Kind::conflict,
            "user '" + request.user + "'",
            "is the last administrator",
            "make another one first"
        );
    if (request.disabled.value_or(false)) schema::end_sessions_of(work.tx, user->id);
    return *user;
}

Page<schema::Token> list_tokens(Work& work, const ListTokens& request) {
    const auto& page = request.page;
    auto after = page.after_number().value_or(0);
    return page_of(
        schema::list_tokens(work.tx, whose(work, request.user), after, page.limit),
        page,
        [](const schema::Token& token) { return std::to_string(token.id); }
    );
}

TokenSecret create_token(Work& work, const CreateToken& request) {
    auto user = person(work, request.user);
    if (user.disabled_at)
        throw Refusal(
            Refusal::Kind::conflict,
            "user '" + user.name + "'",
            "is disabled, and could do nothing with it",
            "let them in again first, by 'tilth user enable'"
        );
    auto made = new_token(work.tx, user, request, work.now, work.caller);
    if (request.kind == schema::TokenKind::link)
        made.url = service_url(work) + "/sign-in#" + made.token;
    return made;
}

Nothing revoke_token(Work& work, const RevokeToken& request) {
    if (!schema::revoke_token(work.tx, request.id, own_only(work), work.now))
        throw Refusal(
            Refusal::Kind::not_found,
            "token " + std::to_string(request.id),
            "no such token in force",
            "see 'tilth token list'"
        );
    return {};
}

Page<schema::Session> list_sessions(Work& work, const ListSessions& request) {
    const auto& page = request.page;
    auto after = page.after_number().value_or(0);
    return page_of(
        schema::list_sessions(work.tx, whose(work, request.user), after, page.limit, work.now),
        page,
        [](const schema::Session& session) { return std::to_string(session.id); }
    );
}

Nothing end_session(Work& work, const EndSession& request) {
    if (!schema::end_session(work.tx, request.id, own_only(work)))
        throw Refusal(
            Refusal::Kind::not_found,
            "session " + std::to_string(request.id),
            "no such session",
            "see 'tilth session list'"
        );
    return {};
}

Page<schema::AuditEvent> list_audit(Work& work, const ListAudit& request) {
    const auto& page = request.page;
    return page_of(
        schema::list_audit(work.tx, page.after_number(), page.limit),
        page,
        [](const schema::AuditEvent& event) { return std::to_string(event.id); }
    );
}

std::string local_url(const std::string& address, std::uint16_t port) {
    auto host = address;
    if (host == "0.0.0.0" || host == "::") host = "localhost";  // everywhere is no place to go to
    if (host.find(':') != host.npos) host = "[" + host + "]";
    return "http://" + host + ":" + std::to_string(port);
}

schema::User known_user(Work& work, const std::string& name) {
    auto user = schema::find_user(work.tx, name);
    if (!user) no_user(name);
    return *user;
}

schema::User person(Work& work, const std::string& name) {
    base::Batch batch(work.tx);
    return *PersonAsked(work, batch, name);
}

PersonAsked::PersonAsked(const Work& work, base::Batch& batch, const std::string& name)
    : name_(name.empty() ? work.caller.name : name), found_(schema::find_user(batch, name_)) {
    const auto& caller = work.caller;
    if (name.empty() && caller.id == 0)
        throw base::UsageError("'user'", "is missing", "name whose it is");
    if (name_ != caller.name && caller.role != Role::admin)
        throw Refusal(
            Refusal::Kind::forbidden,
            "user '" + name_ + "'",
            "is somebody else",
            "ask an administrator to do it"
        );
}

schema::User PersonAsked::operator*() const {
    auto found = *found_;
    if (!found) no_user(name_);
    return *std::move(found);
}

schema::User user_or_new(base::Tx& tx, const std::string& name, Role role, base::Time now) {
    if (auto fault = check_name(name); fault || name.empty())
        throw base::UsageError("user '" + name + "'", "has 1 to 64 characters and no blank");
    if (auto made = schema::add_user(tx, name, role, now)) return *made;
    return schema::find_user(tx, name).value();
}

TokenSecret new_token(
    base::Tx& tx,
    const schema::User& user,
    const CreateToken& request,
    base::Time now,
    const Caller& maker
) {
    auto secret = new_secret();
    auto usual = request.kind == schema::TokenKind::link ? 1 : 90;
    auto expires_at = now + std::chrono::hours(24) * request.days.value_or(usual);
    if (maker.until) expires_at = std::min<base::Time>(expires_at, *maker.until);
    auto id = schema::add_token(
        tx,
        {.hash = hash_of(secret),
         .user_id = user.id,
         .kind = request.kind,
         .label = request.label,
         .expires_at = expires_at,
         .scope = request.scope,
         .parent = maker.token},
        now
    );
    return {.id = id, .token = secret, .expires_at = expires_at};
}

}  // namespace service
