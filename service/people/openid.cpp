// The provider, as a client of it: discovery, keys, and the code that is changed for a token.
//
// All goes by the crawler's fetcher, with its check of addresses when a connection is opened: the
// provider's own description says where its endpoints are, and must not lead into a private network
// unless the configuration says that the provider is there. Redirects are not followed: an endpoint
// that moves is to be said anew in the description.
#include "service/people/openid.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "base/bytes/base64.hpp"
#include "base/bytes/hash.hpp"
#include "base/bytes/percent.hpp"
#include "base/error.hpp"
#include "crawler/fetch/fetch.hpp"
#include "service/gather/secret.hpp"

namespace service {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto kept_for = 1h;
constexpr std::size_t largest_answer = 1U << 20U;

[[noreturn]] void bad_provider(const std::string& url, const std::string& reason) {
    throw base::Error(url, reason, "check [oidc] in the configuration, and the provider");
}

std::string form_of(const std::vector<std::pair<std::string_view, std::string>>& members) {
    std::string form;
    for (const auto& [name, value] : members) {
        if (!form.empty()) form += '&';
        form.append(name).append("=").append(base::percent_encoded(value));
    }
    return form;
}

std::string
text_of_answer(const json::object& answer, std::string_view name, const std::string& url) {
    const auto* value = answer.if_contains(name);
    if (!value || !value->is_string() || value->as_string().empty())
        bad_provider(url, fmt::format("answers without '{}'", name));
    return std::string(value->as_string());
}

bool takes_basic(const json::object& described) {
    const auto* methods = described.if_contains("token_endpoint_auth_methods_supported");
    if (!methods || !methods->is_array()) return true;
    const auto& all = methods->as_array();
    auto has = [&](const char* name) {
        return std::find(all.begin(), all.end(), json::value(name)) != all.end();
    };
    return has("client_secret_basic") || !has("client_secret_post");
}

}  // namespace

OpenIdProvider::OpenIdProvider(const Config& config)
    : settings_(config.oidc),
      user_agent_(config.crawl.user_agent),
      secret_(settings_.client_secret.empty() ? "" : secret_of(settings_.client_secret)) {}

json::object OpenIdProvider::fetch(
    const std::string& url,
    const std::optional<std::string>& form,
    const std::string& authorization
) const {
    if (!settings_.allow_private && !url.starts_with("https://"))
        bad_provider(url, "is no https address");
    boost::asio::io_context io;
    crawler::FetchOptions options;
    options.user_agent = user_agent_;
    options.allow_private = settings_.allow_private;
    options.limits.connect = 5s;
    options.limits.total = 10s;
    options.limits.body = largest_answer;
    crawler::Response response;
    std::exception_ptr failure;
    {
        crawler::Fetcher fetcher(io.get_executor(), options);
        crawler::Request request;
        request.url = url;
        request.headers = {"Accept: application/json"};
        request.post = form;
        if (!authorization.empty()) request.headers.push_back("Authorization: " + authorization);
        boost::asio::co_spawn(
            io,
            fetcher.get(std::move(request)),
            [&](std::exception_ptr thrown, crawler::Response got) {
                failure = std::move(thrown);
                response = std::move(got);
            }
        );
        io.run();
    }
    if (failure) std::rethrow_exception(failure);
    if (response.status == 0)
        bad_provider(url, fmt::format("can not be reached: {}", response.message));
    json::error_code error;
    auto answer = json::parse(response.body, error);
    if (response.status != 200) {
        const auto* why =
            !error && answer.is_object() ? answer.as_object().if_contains("error") : nullptr;
        bad_provider(
            url,
            fmt::format(
                "answers {}{}",
                response.status,
                why && why->is_string() ? ": " + std::string(why->as_string()) : ""
            )
        );
    }
    if (error || !answer.is_object()) bad_provider(url, "answers no JSON object");
    return std::move(answer.as_object());
}

OpenIdProvider::Metadata OpenIdProvider::metadata(bool anew) {
    auto now = std::chrono::system_clock::now();
    {
        std::lock_guard lock(mutex_);
        if (!anew && known_ && now - known_->read_at < kept_for) return *known_;
    }
    auto url = settings_.issuer;
    if (url.ends_with('/')) url.pop_back();
    url += "/.well-known/openid-configuration";
    auto described = fetch(url);
    if (text_of_answer(described, "issuer", url) != settings_.issuer)
        bad_provider(url, "is the description of another issuer");
    const auto* end = described.if_contains("end_session_endpoint");
    Metadata found{
        .authorization = text_of_answer(described, "authorization_endpoint", url),
        .token = text_of_answer(described, "token_endpoint", url),
        .keys = text_of_answer(described, "jwks_uri", url),
        .end = end && end->is_string() ? std::string(end->as_string()) : "",
        .basic = takes_basic(described),
        .jwks = {},
        .read_at = now};
    auto keys = fetch(found.keys);
    const auto* list = keys.if_contains("keys");
    if (!list || !list->is_array()) bad_provider(found.keys, "answers without 'keys'");
    found.jwks = list->as_array();
    std::lock_guard lock(mutex_);
    known_ = found;
    return found;
}

// OpenID Connect RP-Initiated Logout 1.0; the provider asks the person, since no token is kept here
// that would say who it is.
std::string OpenIdProvider::end_page(const std::string& redirect) {
    auto page = metadata(false).end;
    if (page.empty()) return page;
    return page + (page.find('?') == page.npos ? "?" : "&") +
           form_of({{"client_id", settings_.client_id}, {"post_logout_redirect_uri", redirect}});
}

std::string OpenIdProvider::begin(
    const schema::OpenIdAttempt& attempt,
    std::string_view state,
    const std::string& redirect
) {
    auto page = metadata(false).authorization;
    auto scopes = settings_.scopes;
    if (std::find(scopes.begin(), scopes.end(), "openid") == scopes.end())
        scopes.insert(scopes.begin(), "openid");
    auto query = form_of(
        {{"response_type", "code"},
         {"client_id", settings_.client_id},
         {"redirect_uri", redirect},
         {"scope", fmt::format("{}", fmt::join(scopes, " "))},
         {"state", std::string(state)},
         {"nonce", attempt.nonce},
         {"code_challenge", base::base64_url(base::sha256(attempt.verifier))},
         {"code_challenge_method", "S256"}}
    );
    return page + (page.find('?') == page.npos ? "?" : "&") + query;
}

json::object OpenIdProvider::end(
    const schema::OpenIdAttempt& attempt,
    const std::string& code,
    const std::string& redirect,
    schema::Time now
) {
    auto known = metadata(false);
    std::vector<std::pair<std::string_view, std::string>> members{
        {"grant_type", "authorization_code"},
        {"code", code},
        {"redirect_uri", redirect},
        {"code_verifier", attempt.verifier}};
    std::string authorization;
    if (!secret_.empty() && known.basic) {  // RFC 6749, section 2.3.1
        authorization = "Basic " + base::base64(
                                       base::percent_encoded(settings_.client_id) + ":" +
                                       base::percent_encoded(secret_)
                                   );
    } else {
        members.emplace_back("client_id", settings_.client_id);
        if (!secret_.empty()) members.emplace_back("client_secret", secret_);
    }
    auto answer = fetch(known.token, form_of(members), authorization);
    auto token = text_of_answer(answer, "id_token", known.token);
    if (!is_signed_by(token, known.jwks)) known = metadata(true);
    return checked_claims(
        token,
        known.jwks,
        {.issuer = settings_.issuer,
         .client_id = settings_.client_id,
         .nonce = attempt.nonce,
         .now = now}
    );
}

}  // namespace service
