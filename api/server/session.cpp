#include <algorithm>

#include "api/resources/resources.hpp"
#include "schema/people/audit_store.hpp"
#include "service/people/people.hpp"

namespace api {

namespace {

boost::json::object session_of(const Account& account, std::string_view csrf) {
    return {
        {"account", {{"id", account.id}, {"name", account.name}, {"role", name_of(account.role)}}},
        {"csrf_token", csrf}};
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

}  // namespace

Response show_session(Call& call) {
    bool browser = call.credentials.kind == Credentials::Kind::session;
    return json(session_of(call.account, browser ? csrf_token(call.credentials.secret) : ""));
}

// A one-time link or a bearer token becomes a session cookie. A refusal is an answer, not an
// exception, so that its audit entry stays; the server bounds how many an address can bring about.
Response open_session(Call& call) {
    auto token = required_text(call.body(), "token");
    auto user = schema::redeem_token(call.tx, hash_of(token), call.at);
    if (!user) {
        note(call, {.name = "nobody"}, "session.refused", "");
        return problem(
            {401,
             "Link not valid",
             "this sign-in link was used, revoked or is over; ask for a new one"},
            ""
        );
    }
    auto account = service::caller_of(*user);
    auto secret = new_secret();
    auto end = call.at + std::chrono::seconds(call.setting.session_seconds);
    if (user->until) end = std::min<base::Time>(end, *user->until);
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(end - call.at).count();
    schema::add_session(call.tx, hash_of(secret), *user, call.at, end);
    note(call, account, "session.open", account.name);
    auto response = json(session_of(account, csrf_token(secret)), 201);
    response.set("Set-Cookie", cookie_header(secret, seconds, secure(call)));
    return response;
}

Response close_session(Call& call) {
    if (call.credentials.kind == Credentials::Kind::session)
        schema::end_session(call.tx, hash_of(call.credentials.secret));
    auto response = no_content();
    response.set("Set-Cookie", cookie_header("", 0, secure(call)));
    return response;
}

}  // namespace api
