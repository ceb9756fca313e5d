// Each kind of authentication is one case of apply(); only OAuth 2.0 has a state, the token and
// when it ends. Tokens are asked for 60 s before that, since the request that carries one takes
// time too.
//
// The token request follows RFC 6749: client_id and client_secret in the body or, percent-encoded
// first, as HTTP Basic (section 2.3.1). A server may give a new refresh token with each answer
// (section 6): it is saved at once, because the old one may be worthless from then on. A token with
// a line break is refused, or it could add headers to every request.
#include "ingest/sources/api/credentials.hpp"

#include <fmt/format.h>

#include "base/bytes/base64.hpp"
#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/bytes/percent.hpp"
#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "formats/json/json.hpp"
#include "ingest/sources/api/fill.hpp"
#include "ingest/sources/api/pointer.hpp"

namespace ingest::api {

namespace {

constexpr std::chrono::seconds early{60};  // a token is renewed before it is over

// Of an absolute address: from the path's slash on.
std::string path_of(const std::string& url) {
    auto start = url.find('/', url.find("://") + 3);
    return start == url.npos ? "/" : url.substr(start);
}

}  // namespace

const std::string& Credentials::secret() {
    if (secret_.empty()) secret_ = world_.secrets.load(auth_.secret);
    return secret_;
}

void Credentials::apply(Request& request) {
    switch (auth_.kind) {
        case Auth::Kind::none:
            return;
        case Auth::Kind::api_key:
            if (auth_.in_query()) {
                request.url += request.url.find('?') == std::string::npos ? '?' : '&';
                request.url += base::percent_encoded(auth_.name_sent()) + "=" +
                               base::percent_encoded(secret());
            } else {
                request.headers.emplace_back(auth_.name_sent(), secret());
            }
            return;
        case Auth::Kind::basic:
            request.headers.emplace_back(
                "Authorization", "Basic " + base::base64(auth_.user + ":" + secret())
            );
            return;
        case Auth::Kind::bearer:
            request.headers.emplace_back("Authorization", "Bearer " + secret());
            return;
        case Auth::Kind::oauth2:
            if (token_.empty() || (expires_ && world_.clock.now() + early >= *expires_))
                ask_token();
            request.headers.emplace_back("Authorization", "Bearer " + token_);
            return;
        case Auth::Kind::hmac:
            sign(request);
            return;
    }
}

void Credentials::sign(Request& request) {
    auto now =
        std::chrono::duration_cast<std::chrono::seconds>(world_.clock.now().time_since_epoch());
    auto timestamp = std::to_string(now.count());
    std::string message;
    for (std::size_t at = 0; at < auth_.message.size();) {
        auto rest = std::string_view(auth_.message).substr(at);
        auto put = [&](std::string_view name, const std::string& value) {
            if (!rest.starts_with(name)) return false;
            message += value;
            at += name.size();
            return true;
        };
        if (put("{method}", request.method) || put("{path}", path_of(request.url)) ||
            put("{url}", request.url) || put("{timestamp}", timestamp) ||
            put("{body}", request.body))
            continue;
        message += auth_.message[at++];
    }
    auto signature = base::hmac(
        auth_.hash == Auth::Hash::sha512 ? base::Digest::sha512 : base::Digest::sha256,
        secret(),
        message
    );
    if (!auth_.timestamp.empty()) request.headers.emplace_back(auth_.timestamp, timestamp);
    request.headers.emplace_back(
        auth_.name_sent(),
        auth_.encoding == Auth::Encoding::base64 ? base::base64(signature) : base::hex(signature)
    );
}

void Credentials::ask_token() {
    std::string client;
    if (!auth_.client_secret.empty()) client = world_.secrets.load(auth_.client_secret);
    if (!auth_.refresh_token.empty() && refresh_token_.empty())
        refresh_token_ = world_.secrets.load(auth_.refresh_token);
    Request request{"POST", auth_.token_url, {}, {}};
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.headers.emplace_back("Accept", "application/json");
    request.body = refresh_token_.empty() ? "grant_type=client_credentials"
                                          : "grant_type=refresh_token&refresh_token=" +
                                                base::percent_encoded(refresh_token_);
    if (auth_.client_in == Auth::Place::header) {
        request.headers.emplace_back(
            "Authorization",
            "Basic " +
                base::base64(
                    base::percent_encoded(auth_.client_id) + ":" + base::percent_encoded(client)
                )
        );
    } else {
        if (!auth_.client_id.empty())
            request.body += "&client_id=" + base::percent_encoded(auth_.client_id);
        if (!client.empty()) request.body += "&client_secret=" + base::percent_encoded(client);
    }
    if (!auth_.scope.empty()) request.body += "&scope=" + base::percent_encoded(auth_.scope);

    constexpr int attempts = 4;
    Response response;
    for (int attempt = 1; attempt <= attempts; ++attempt) {
        response = world_.send(request);
        bool passing = response.status == 0 || response.status == 429 || response.status >= 500;
        if (!passing || attempt == attempts) break;
        if (!world_.clock.sleep(std::chrono::seconds(1 << (attempt - 1)))) break;
    }
    auto token = response.status == 200 && !formats::check_json(response.body)
                     ? text_at(response.body, "/access_token")
                     : std::nullopt;
    if (!token || token->find_first_of("\r\n") != token->npos) {
        auto why =
            response.status == 0 ? response.error : fmt::format("status {}", response.status);
        if (response.status / 100 == 4 && !formats::check_json(response.body))
            why += ", " + text_at(response.body, "/error").value_or("no reason given");
        throw base::Error(
            auth_.token_url, "gives no access token: " + why, "check client_id and its secret"
        );
    }
    token_ = *token;
    expires_.reset();
    if (auto seconds = text_at(response.body, "/expires_in"))
        if (auto span = base::parse_number(*seconds); span && *span > 0 && *span < 1e9)
            expires_ = world_.clock.now() + std::chrono::seconds(static_cast<std::int64_t>(*span));
    if (auto next = text_at(response.body, "/refresh_token");
        next && !auth_.refresh_token.empty()) {
        if (*next != refresh_token_ && world_.secrets.replace)
            world_.secrets.replace(auth_.refresh_token, *next);
        refresh_token_ = *next;
    }
}

std::string Credentials::without_secret(const std::string& url) const {
    if (!auth_.in_query()) return url;
    auto name = base::percent_encoded(auth_.name_sent()) + "=";
    for (auto at = url.find(name); at != url.npos; at = url.find(name, at + 1)) {
        if (at == 0 || (url[at - 1] != '?' && url[at - 1] != '&')) continue;
        auto end = url.find_first_of("&#", at);
        auto rest = end == url.npos ? std::string() : url.substr(end);
        return without_secret(
            url.substr(0, at - 1) + (rest.empty() ? "" : url[at - 1] + rest.substr(1))
        );
    }
    return url;
}

}  // namespace ingest::api
