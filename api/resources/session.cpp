// Who is signed in, and how one comes to be: by a link or token, by a password.
#include "api/resources/session.hpp"

#include <algorithm>

#include "api/resources/resources.hpp"
#include "schema/people/audit_store.hpp"
#include "schema/people/sign_in_store.hpp"
#include "schema/people/user_store.hpp"
#include "service/config.hpp"
#include "service/people/password.hpp"
#include "service/people/people.hpp"
#include "service/verb.hpp"

namespace api {

namespace {

// Whether the page offers to set a password, and asks for the present one.
std::string_view password_state(Call& call, const Account& account) {
    if (!call.here.config.server.passwords) return "off";
    return schema::password_of(call.tx, account.id) ? "set" : "none";
}

boost::json::object session_of(Call& call, const Account& account, std::string_view csrf) {
    boost::json::value by;
    if (account.opened_by) by = base::name_of(*account.opened_by);
    return {
        {"account", {{"id", account.id}, {"name", account.name}, {"role", name_of(account.role)}}},
        {"csrf_token", csrf},
        {"opened_by", std::move(by)},
        {"password", password_state(call, account)}};
}

void note(Call& call, const Account& who, const std::string& action, const std::string& subject) {
    std::optional<std::int64_t> id;
    if (who.id != 0) id = who.id;
    schema::add_audit(
        call.tx, id, {.at = call.at, .actor = who.name, .action = action, .subject = subject}
    );
}

bool secure(const Call& call) {
    return call.setting.secure_cookies || came_by_tls(call.request);
}

// A refusal is an answer, not an exception, so that its audit entry stays; the server bounds how
// many an address can bring about.
Response refused_sign_in(Call& call, const std::string& subject, const Problem& problem_) {
    note(call, {.name = "nobody"}, "session.refused", subject);
    return problem(problem_, "");
}

Response opened(Call& call, const schema::Access& access) {
    auto account = service::caller_of(access);
    auto secret = start_session(call, access);
    auto response = json(session_of(call, account, csrf_token(secret.value)), 201);
    response.set("Set-Cookie", secret.cookie);
    return response;
}

}  // namespace

NewSession start_session(Call& call, const schema::Access& access) {
    auto secret = new_secret();
    auto end = call.at + std::chrono::seconds(call.setting.session_seconds);
    if (access.until) end = std::min<base::Time>(end, *access.until);
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(end - call.at).count();
    schema::add_session(call.tx, hash_of(secret), access, call.at, end);
    note(call, service::caller_of(access), "session.open", access.name);
    return {.value = secret, .cookie = cookie_header(secret, seconds, secure(call))};
}

Response show_session(Call& call) {
    bool browser = call.credentials.kind == Credentials::Kind::session;
    return json(session_of(call, call.account, browser ? csrf_token(call.credentials.secret) : ""));
}

// A one-time link or a bearer token becomes a session cookie.
Response open_session(Call& call) {
    auto token = required_text(call.body(), "token");
    auto user = schema::redeem_token(call.tx, hash_of(token), call.at);
    if (user) return opened(call, *user);
    return refused_sign_in(
        call,
        "",
        {401, "Link not valid", "this sign-in link was used, revoked or is over; ask for a new one"}
    );
}

// Whoever guesses learns nothing from the answer: neither whether there is such a user, nor whether
// they have a password, or are disabled.
Response open_password_session(Call& call) {
    if (!call.here.config.server.passwords)
        throw Problem(404, "Not offered", "nobody signs in by a password here");
    auto body = call.body();
    for (const auto& member : body)
        if (member.key() != "name" && member.key() != "password")
            throw Problem(422, "Bad member", "there is no '" + std::string(member.key()) + "'");
    auto name = required_text(body, "name");
    auto user = service::user_of_password(call.tx, name, required_text(body, "password"));
    if (user) return opened(call, *user);
    // A name that nobody has may be a password that was typed into the wrong field.
    auto known = schema::find_user(call.tx, name);
    return refused_sign_in(
        call, known ? name : "", {401, "Not signed in", "the name or the password is wrong"}
    );
}

Response show_ways(Call& call) {
    const auto& config = call.here.config;
    boost::json::value oidc;
    if (call.setting.openid) oidc = config.oidc.title;
    return json(
        {{"password", config.server.passwords && schema::has_passwords(call.tx)},
         {"oidc", std::move(oidc)}}
    );
}

Response close_session(Call& call) {
    if (call.credentials.kind == Credentials::Kind::session)
        schema::end_session(call.tx, hash_of(call.credentials.secret));
    auto response = no_content();
    response.set("Set-Cookie", cookie_header("", 0, secure(call)));
    return response;
}

}  // namespace api
