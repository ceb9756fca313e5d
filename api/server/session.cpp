#include "api/resources/resources.hpp"
#include "api/store.hpp"
#include "api/time.hpp"

namespace api {

namespace {

boost::json::object session_of(const Account& account, std::string_view csrf) {
    return {
        {"account", {{"id", account.id}, {"name", account.name}, {"role", name_of(account.role)}}},
        {"csrf_token", csrf}};
}

}  // namespace

Response show_session(Call& call) {
    bool browser = call.credentials.kind == Credentials::Kind::session;
    return json(session_of(call.account, browser ? csrf_token(call.credentials.secret) : ""));
}

// A one-time link or a bearer token becomes a session cookie. A refusal is an answer, not an
// exception, so that its audit entry stays.
Response open_session(Call& call) {
    auto token = required_text(call.body(), "token");
    auto account = store::redeem(call.tx, hash_of(token), call.now);
    if (!account) {
        Account nobody;
        nobody.name = "nobody";
        store::audit(call.tx, nobody, "session.refused", "", {}, call.now);
        return problem(
            {401,
             "Link not valid",
             "this sign-in link was used, revoked or is over; ask for a new one"},
            ""
        );
    }
    auto secret = new_secret();
    auto seconds = call.setting.session_seconds;
    store::sweep(call.tx, call.now);
    store::add_session(
        call.tx,
        hash_of(secret),
        account->id,
        call.now,
        later(call.now, std::chrono::seconds(seconds))
    );
    store::audit(call.tx, *account, "session.open", account->name, {}, call.now);
    auto response = json(session_of(*account, csrf_token(secret)), 201);
    response.set("Set-Cookie", cookie_header(secret, seconds, call.setting.secure_cookies));
    return response;
}

Response close_session(Call& call) {
    if (call.credentials.kind == Credentials::Kind::session)
        store::end_session(call.tx, hash_of(call.credentials.secret));
    auto response = no_content();
    response.set("Set-Cookie", cookie_header("", 0, call.setting.secure_cookies));
    return response;
}

}  // namespace api
