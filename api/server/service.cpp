// The order is the security of it: who is calling, whether the request was forged by another site,
// whether the role may, and only then whether this write was done before. All of it and the handler
// share one transaction, so that a request that fails leaves nothing, not even its Idempotency-Key.
//
// A key is bound to the hash of method, path and body: the same key with another request is a
// client's mistake and must not be answered with an old answer. Answers with secrets in them are
// never kept.
#include "api/server/service.hpp"

#include <boost/json/serialize.hpp>

#include "api/openapi.hpp"
#include "api/resources/resources.hpp"
#include "base/bytes/hash.hpp"
#include "base/text/utf8.hpp"
#include "schema/people/kept_answer_store.hpp"
#include "service/people/openid.hpp"
#include "service/people/people.hpp"
#include "service/refusal.hpp"
#include "service/verb.hpp"

namespace api {

namespace {

// Whether the caller's role suffices, or the one he has in the project that the path is about.
bool admitted(const Call& call, Roles roles) {
    if (may(call.account.role, roles)) return true;
    for (const auto& [name, value] : call.segments) {
        if (name == "project") return service::may_in_project(call.tx, call.account, roles, value);
        if (name == "task")
            return service::may_in_task(call.tx, call.account, roles, call.number(name));
    }
    return false;
}

void sign_in(Call& call, Roles roles) {
    call.credentials = credentials_of(call.request, call.setting.secure_cookies);
    if (call.credentials.kind == Credentials::Kind::none) {
        Problem refused(401, "Not signed in", "send a bearer token or open a session");
        refused.headers.emplace_back("WWW-Authenticate", "Bearer");
        throw refused;
    }
    auto hash = hash_of(call.credentials.secret);
    auto user = call.credentials.kind == Credentials::Kind::session
                    ? schema::user_of_session(call.tx, hash, call.at)
                    : schema::user_of_token(call.tx, hash, call.at);
    if (!user) {
        Problem refused(401, "Not signed in", "the token or session is unknown, revoked or over");
        refused.headers.emplace_back("WWW-Authenticate", "Bearer");
        throw refused;
    }
    check_forgery(call.request, call.credentials);
    call.account = service::caller_of(*user);
    if (user->scope == schema::TokenScope::read && call.route.method != Method::get)
        throw Problem(403, "Not allowed", "this token only reads");
    if (!admitted(call, roles))
        throw Problem(
            403,
            "Not allowed",
            "the role '" + std::string(name_of(user->role)) +
                "' may not do this; ask an administrator"
        );
}

// Nothing if the key is new: then the handler runs, and its answer is kept in the same transaction.
std::optional<Response> earlier_answer(Call& call, const std::string& key) {
    if (key.size() > 200 || !base::is_utf8(key))
        throw Problem(400, "Bad header", "an Idempotency-Key has at most 200 characters, in UTF-8");
    std::string what(name_of(call.request.method));
    what.append(" ").append(call.request.path).append("\n").append(call.request.body);
    auto hash = base::sha256(what);
    if (schema::take_key(call.tx, call.account.id, key, hash, call.at)) return std::nullopt;
    auto stored = schema::kept_answer(call.tx, call.account.id, key);
    if (!stored)
        throw Problem(409, "Under way", "a request with this Idempotency-Key is under way");
    if (stored->request_hash != hash)
        throw Problem(422, "Key used before", "this Idempotency-Key belongs to another request");
    Response response;
    response.status = stored->status;
    response.media_type = stored->media_type;
    response.body = stored->body;
    response.set("Idempotent-Replayed", "true");
    return response;
}

}  // namespace

Service::Service(Setting setting, const service::Environment& here)
    : setting_(std::move(setting)), here_(here) {
    if (!here.config.oidc.issuer.empty())
        setting_.openid = std::make_shared<service::OpenIdProvider>(here.config);
}

std::optional<Response> Service::refused(const Match& match, const Request& request) {
    if (match.route) return std::nullopt;
    if (match.allowed.empty())
        return problem({404, "Not found", "there is nothing at " + request.path}, "");
    Problem wrong(405, "Wrong method", "this path takes " + match.allowed);
    wrong.headers.emplace_back("Allow", match.allowed);
    return problem(wrong, "");
}

void Service::admit(base::Tx& tx, const Match& match, const Request& request, Time now) const {
    const auto& route = *match.route;
    Call call{tx, request, setting_, here_, route, {}, {}, match.segments, rfc3339(now), now};
    if (route.roles != anyone) sign_in(call, route.roles);
}

std::vector<Watcher> Service::still(base::Tx& tx, const std::vector<Watcher>& watchers, Time now)
    const {
    std::vector<Watcher> found;
    for (const auto& one : watchers) {
        auto user = one.by_session ? schema::user_of_session(tx, one.hash, now)
                                   : schema::user_of_token(tx, one.hash, now);
        if (user && user->role == one.role) found.push_back(one);
    }
    return found;
}

Response Service::answer(base::Tx& tx, const Match& match, const Request& request, Time now) const {
    const auto& route = *match.route;
    const service::Environment here{here_.database, here_.blobs, here_.config, request.left};
    Call call{tx, request, setting_, here, route, {}, {}, match.segments, rfc3339(now), now};
    if (route.roles != anyone) sign_in(call, route.roles);

    std::string key(request.header("idempotency-key"));
    bool keeps =
        !key.empty() && route.method != Method::get && route.roles != anyone && !route.secret;
    if (keeps)
        if (auto earlier = earlier_answer(call, key)) return *earlier;
    auto response = route.handler(call);
    if (keeps)
        schema::keep_answer(
            tx,
            call.account.id,
            key,
            {.status = response.status, .media_type = response.media_type, .body = response.body}
        );
    return response;
}

Response stream_events(Call& call) {
    Response response;
    response.media_type = "text/event-stream";
    response.stream = {
        .user = call.account.id,
        .role = call.account.role,
        .by_session = call.credentials.kind == Credentials::Kind::session,
        .hash = hash_of(call.credentials.secret),
        .tab = call.request.parameter("tab").value_or("").substr(0, 64)};
    return response;
}

Response stream_project(Call& call) {
    service::Work work{call.tx, call.here, call.account, call.at};
    auto last = call.request.header("last-event-id");
    auto response = stream_events(call);
    try {
        response.stream->project = service::watch_project(work, call.segment("project"), last);
    } catch (const service::Refusal& refusal) {
        throw problem_of(refusal);
    }
    return response;
}

Response show_openapi(Call&) {
    static const auto text =
        std::make_shared<const std::string>(boost::json::serialize(openapi_of(routes())));
    Response response;
    response.shared = text;
    response.set("Cache-Control", "no-cache");
    return response;
}

}  // namespace api
