// Signing in by a provider: the browser goes there and comes back here.
//
// A sign-in that comes back must be one that this browser began: its cookie is the other half of
// the state, or anybody could sign somebody else in as himself by a link. It counts once, also when
// what follows fails, so it is ended in a transaction of its own. What went wrong stands in the
// audit log and the program's log; the page is told a word for it, since an address that carried
// text would show whatever its author likes.
#include "service/people/openid.hpp"
#include "api/resources/resources.hpp"
#include "api/resources/session.hpp"
#include "base/bytes/hash.hpp"
#include "base/bytes/percent.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "formats/url/url.hpp"
#include "schema/people/audit_store.hpp"
#include "service/people/people.hpp"
#include "service/refusal.hpp"
#include "service/verb.hpp"

namespace api {

namespace {

constexpr std::string_view browser_cookie = "tilth_oidc";
constexpr auto attempt_time = std::chrono::minutes(10);
constexpr std::string_view callback = "/api/v1/session/oidc/callback";

Response redirect(std::string where) {
    Response response;
    response.status = 302;
    response.media_type.clear();
    response.set("Location", std::move(where));
    response.set("Cache-Control", "no-store");
    return response;
}

Response back_to_page(Call& call, std::string_view word, const std::string& why) {
    base::log::warning("api: sign-in by the provider: {}", why);
    schema::add_audit(
        call.tx,
        std::nullopt,
        {.at = call.at, .actor = "nobody", .action = "session.refused", .subject = why}
    );
    return redirect("/sign-in?trouble=" + std::string(word));
}

service::OpenIdProvider& provider_of(const Call& call) {
    if (!call.setting.openid)
        throw Problem(404, "Not offered", "there is no provider to sign in by");
    return *call.setting.openid;
}

// How the browser reaches this service. Without a public address only on this machine: the Host
// header is whatever a client says.
std::string address_of(const Call& call) {
    const auto& known = call.here.config.server.public_url;
    if (!known.empty()) return known;
    auto url = formats::parse_url("http://" + std::string(call.request.header("host")));
    auto host = url ? url->host.value_or("") : "";
    if (host != "localhost" && host != "127.0.0.1" && host != "[::1]")
        throw Problem(
            409, "Not possible", "set server.public_url, so that the provider can send you back"
        );
    return url->origin();
}

std::string attempt_cookie(const Call& call, std::string_view secret, long seconds) {
    std::string text(browser_cookie);
    text.append("=").append(secret).append("; Path=/api/v1/session/oidc; HttpOnly; SameSite=Lax");
    text.append("; Max-Age=").append(std::to_string(seconds));
    if (call.setting.secure_cookies || came_by_tls(call.request)) text.append("; Secure");
    return text;
}

// The sign-in that this browser began and the provider sends back; nothing if there is none.
std::optional<schema::OpenIdAttempt> taken(const Call& call) {
    auto state = call.request.parameter("state").value_or("");
    std::optional<schema::OpenIdAttempt> attempt;
    call.here.database.call([&](base::Tx& tx) {
        attempt = schema::take_openid(tx, hash_of(state), call.at);
    });
    auto browser = hash_of(call.request.cookie(browser_cookie));
    if (attempt && !base::equal_in_constant_time(attempt->browser, browser)) return std::nullopt;
    return attempt;
}

}  // namespace

Response begin_openid(Call& call) {
    auto& provider = provider_of(call);
    auto state = new_secret(), browser = new_secret();
    schema::OpenIdAttempt attempt{
        .state = hash_of(state),
        .browser = hash_of(browser),
        .nonce = new_secret(),
        .verifier = new_secret() + new_secret(),
        .address = address_of(call)};
    std::string page;
    try {
        page = provider.begin(attempt, state, attempt.address + std::string(callback));
    } catch (const base::Error& error) {
        return back_to_page(call, "provider", error.what());
    }
    if (!schema::begin_openid(call.tx, attempt, call.at + attempt_time))
        throw busy(503, "Busy", "too many sign-ins are under way; try again in a while", 60);
    auto response = redirect(page);
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(attempt_time).count();
    response.set("Set-Cookie", attempt_cookie(call, browser, seconds));
    return response;
}

Response leave_openid(Call& call) {
    auto& provider = provider_of(call);
    try {
        auto page = provider.end_page(address_of(call) + "/");
        return redirect(page.empty() ? "/" : page);
    } catch (const base::Error& error) {
        base::log::warning("api: the provider's way out: {}", error.what());
        return redirect("/");
    }
}

Response end_openid(Call& call) {
    auto& provider = provider_of(call);
    auto attempt = taken(call);
    if (!attempt) return back_to_page(call, "late", "no sign-in of this browser is under way");
    auto code = call.request.parameter("code").value_or("");
    if (code.empty()) {
        auto why = call.request.parameter("error").value_or("no code").substr(0, 100);
        return back_to_page(call, "refused", "the provider says: " + why);
    }
    try {
        auto claims =
            provider.end(*attempt, code, attempt->address + std::string(callback), call.at);
        auto user = service::user_of_claims(call.tx, call.here.config.oidc, claims, call.at);
        schema::Access access;
        static_cast<schema::User&>(access) = user;
        access.opened_by = schema::OpenedBy::oidc;
        auto response = redirect("/");
        response.set("Set-Cookie", attempt_cookie(call, "", 0));
        response.set("Set-Cookie", start_session(call, access).cookie);
        return response;
    } catch (const service::Refusal& refusal) {
        return back_to_page(call, "account", refusal.what());
    } catch (const base::Error& error) {
        return back_to_page(call, "refused", error.what());
    }
}

}  // namespace api
