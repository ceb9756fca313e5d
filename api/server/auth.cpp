// Who is calling, by what a request shows, and whether another site made the browser ask.
//
// A cookie alone changes nothing: a request that does must also carry a token that only pages of
// this service can read. Guesses are told apart by what they are made with, a name or the session.
#include "api/server/auth.hpp"

#include <boost/json/parse.hpp>

#include "base/bytes/hash.hpp"
#include "base/text/ascii.hpp"
#include "schema/records/record.hpp"

namespace api {

namespace {

bool changes_something(Method method) {
    return method != Method::get && method != Method::head;
}

}  // namespace

Role role_of(std::string_view name) {
    if (auto role = base::parse<Role>(name)) return *role;
    throw Problem(
        422,
        "Unknown role",
        "'" + std::string(name) + "' is none of admin, operator, labeler, analyst"
    );
}

bool came_by_tls(const Request& request) {
    auto told = request.header("x-forwarded-proto");  // of several proxies the last is ours
    if (auto comma = told.rfind(','); comma != told.npos) told.remove_prefix(comma + 1);
    return base::equal_ignoring_case(base::trim(told), "https");
}

Credentials credentials_of(const Request& request, bool secure_only) {
    if (auto header = request.header("authorization"); !header.empty()) {
        constexpr std::string_view scheme = "bearer ";
        auto named = header.substr(0, scheme.size());
        bool bearer = named.size() == scheme.size();
        for (std::size_t i = 0; bearer && i < scheme.size(); ++i)
            bearer = (named[i] | 0x20) == scheme[i];
        if (!bearer) {
            Problem refused(
                401, "Not signed in", "the Authorization header must be 'Bearer <token>'"
            );
            refused.headers.emplace_back("WWW-Authenticate", "Bearer");
            throw refused;
        }
        return {Credentials::Kind::bearer, std::string(header.substr(scheme.size()))};
    }
    auto cookie = request.cookie(secure_session_cookie);
    if (cookie.empty() && !secure_only) cookie = request.cookie(session_cookie);
    if (cookie.empty()) return {};
    return {Credentials::Kind::session, std::string(cookie)};
}

void check_forgery(const Request& request, const Credentials& credentials) {
    if (credentials.kind != Credentials::Kind::session || !changes_something(request.method))
        return;
    auto site = request.header("sec-fetch-site");
    bool foreign = site == "cross-site" || site == "same-site";
    if (foreign || !base::equal_in_constant_time(
                       request.header("x-csrf-token"), csrf_token(credentials.secret)
                   ))
        throw Problem(
            403,
            "Forged request",
            "send the csrf_token of GET /api/v1/session in the X-CSRF-Token header"
        );
}

bool is_password_change(const Request& request) {
    return request.path == "/api/v1/password" && request.method == Method::put;
}

std::string name_to_sign_in(const Request& request) {
    if (is_password_change(request)) {
        auto proof = request.header("authorization");
        if (proof.empty()) proof = request.cookie(secure_session_cookie);
        if (proof.empty()) proof = request.cookie(session_cookie);
        return proof.empty() ? std::string() : "who holds " + base::sha256_hex(proof);
    }
    if (!request.path.ends_with("/password")) return {};
    boost::system::error_code error;
    auto body = boost::json::parse(request.body, error);
    if (error || !body.is_object()) return {};
    const auto* name = body.as_object().if_contains("name");
    if (!name || !name->is_string()) return {};
    return std::string(std::string_view(name->as_string()).substr(0, 64));
}

std::string csrf_token(std::string_view session_secret) {
    return base::sha256_hex("csrf token of " + std::string(session_secret));
}

std::string cookie_header(std::string_view secret, long seconds, bool secure) {
    std::string text(secure ? secure_session_cookie : session_cookie);
    text.append("=").append(secret).append("; Path=/; HttpOnly; SameSite=Lax; Max-Age=");
    text.append(std::to_string(secret.empty() ? 0 : seconds));
    if (secure) text.append("; Secure");
    return text;
}

}  // namespace api
