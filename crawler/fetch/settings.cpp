// What sources say of how to reach servers: checked when it is read, made into options when a run
// begins.
//
// The two are apart because of the secrets: settings are stored, shown and checked without them,
// and whoever checks a source need not have them.
#include "crawler/fetch/settings.hpp"

#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "formats/url/url.hpp"

namespace crawler {

namespace {

std::optional<std::string> origin_of(const std::string& text) {
    auto url = formats::parse_url(text);
    if (!url || !url->is_web() || url->target() != "/" || !url->username.empty())
        return std::nullopt;
    return url->origin();
}

std::optional<base::Fault> check_origin(const std::string& text) {
    if (origin_of(text)) return std::nullopt;
    return base::Fault{"is no origin", "write it as https://example.org"};
}

std::optional<base::Fault> check_page(const std::string& text) {
    auto url = formats::parse_url(text);
    if (url && url->is_web() && url->username.empty()) return std::nullopt;
    return base::Fault{"is no address of a page", "write it as https://example.org/login"};
}

std::optional<base::Fault> check_range(const std::string& text) {
    if (AddressRange::parse(text)) return std::nullopt;
    return base::Fault{fmt::format("'{}' is no address", text), "write 10.1.0.0/16 or 127.0.0.1"};
}

std::optional<base::Fault> check_proxy(const std::string& text) {
    parse_proxy(text);
    return std::nullopt;
}

std::optional<base::Fault> check_credentials(CredentialSettings& given) {
    if (!given.basic.empty() && !given.bearer.empty())
        return base::Fault{"have both basic and bearer", "choose one"};
    if (given.basic.empty() && given.bearer.empty() && given.headers.empty())
        return base::Fault{"hold nothing", "add basic, bearer or headers"};
    for (const auto& [name, reference] : given.headers)
        if (!is_header(name + ": x"))
            return base::Fault{
                "has a name that no header can have", "use letters, digits and -", "headers"};
    given.origin = *origin_of(given.origin);
    return std::nullopt;
}

// A field whose name speaks of a secret must not have its value in the settings.
bool names_a_secret(std::string_view name) {
    std::string small;
    for (char c : name) small += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (std::string_view word : {"pass", "pwd", "secret", "token", "pin", "kennwort"})
        if (small.find(word) != small.npos) return true;
    return false;
}

std::optional<base::Fault> check_sign_in(SignInSettings& given) {
    for (const auto& [name, value] : given.fields)
        if (names_a_secret(name) && !base::is_secret_reference(value))
            return base::Fault{
                "is written out instead of referred to",
                "write env:NAME or file:PATH",
                "fields." + name};
    given.url = formats::parse_url(given.url)->href(false);
    for (auto& origin : given.origins) origin = *origin_of(origin);
    return std::nullopt;
}

std::optional<base::Fault> check_access(AccessSettings& given) {
    if (given.proxy.empty() && !given.proxy_login.empty())
        return base::Fault{"has no proxy", "add proxy = \"http://HOST:PORT\"", "proxy_login"};
    std::set<std::string> origins;
    for (const auto& one : given.credentials)
        if (!origins.insert(one.origin).second)
            return base::Fault{"name an origin twice", "put them together", "credentials"};
    return std::nullopt;
}

// What a secret must not hold where it goes.
std::string resolved(const Secrets& secrets, const std::string& reference) {
    auto secret = secrets(reference);
    if (!is_header("Name: " + secret))
        throw base::Error(
            "secret '" + reference + "'", "holds control characters", "write it as one line of text"
        );
    return secret;
}

std::string login_of(const Secrets& secrets, const std::string& reference) {
    auto login = resolved(secrets, reference);
    if (login.find(':') == login.npos)
        throw base::Error(
            "secret '" + reference + "'", "has no ':' in it", "write it as user:password"
        );
    return login;
}

Access access_of(const CredentialSettings& given, const Secrets& secrets) {
    Access access{given.origin, {}};
    if (!given.basic.empty())
        access.headers.push_back(basic_header(login_of(secrets, given.basic)));
    if (!given.bearer.empty())
        access.headers.push_back(bearer_header(resolved(secrets, given.bearer)));
    for (const auto& [name, reference] : given.headers)
        access.headers.push_back(name + ": " + resolved(secrets, reference));
    return access;
}

SignInPlan plan_of(const SignInSettings& given, const Secrets& secrets) {
    SignInPlan plan;
    plan.url = given.url;
    plan.form = given.form;
    plan.fields = given.fields;
    plan.logged_out = given.logged_out;
    plan.origins = given.origins;
    for (auto& [name, value] : plan.fields)
        if (base::is_secret_reference(value)) value = secrets(value);
    return plan;
}

}  // namespace

const base::Settings<ReachSettings> ReachSettings::settings{
    {"allow_private",
     &ReachSettings::allow_private,
     "also private and loopback addresses: all, or those of a list",
     {.check = &check_range}},
};

const base::Settings<CredentialSettings> CredentialSettings::settings{
    {{"origin",
      &CredentialSettings::origin,
      "whom they are for: https://example.org",
      {.required = true, .check = &check_origin}},
     {"basic", &CredentialSettings::basic, "user:password", {.secret = true}},
     {"bearer", &CredentialSettings::bearer, "a token", {.secret = true}},
     {"headers", &CredentialSettings::headers, "other headers", {.secret = true}}},
    &check_credentials};

const base::Settings<SignInSettings> SignInSettings::settings{
    {{"url",
      &SignInSettings::url,
      "the page with the form",
      {.required = true, .check = &check_page}},
     {"form", &SignInSettings::form, "CSS; the first form with a password field by default"},
     {"fields",
      &SignInSettings::fields,
      "names and values; secrets as env:NAME or file:PATH",
      {.required = true}},
     {"logged_out",
      &SignInSettings::logged_out,
      "a text that only visitors who are not signed in see"},
     {"origins",
      &SignInSettings::origins,
      "where the form may send its fields, beside the page's own",
      {.check = &check_origin}}},
    &check_sign_in};

const base::Settings<AccessSettings> AccessSettings::settings{
    {{"cookies", &AccessSettings::cookies, "keep cookies"},
     {"ca_file",
      &AccessSettings::ca_file,
      "trust these authorities instead of the system's",
      {.flag = "ca"}},
     {"proxy",
      &AccessSettings::proxy,
      "http://, https://, socks5:// or socks5h://HOST:PORT; of several each host keeps to one",
      {.check = &check_proxy}},
     {"proxy_login", &AccessSettings::proxy_login, "user:password", {.secret = true}},
     {"proxy_resolves", &AccessSettings::proxy_resolves, "let the proxy look names up"},
     {"credentials", &AccessSettings::credentials, "sent to one origin and no other"},
     {"sign_in", &AccessSettings::sign_in, "by the form that visitors use"}},
    &check_access};

void apply(const ReachSettings& settings, FetchOptions& options) {
    if (const auto* all = std::get_if<bool>(&settings.allow_private)) {
        options.allow_private = *all;
        return;
    }
    for (const auto& text : std::get<1>(settings.allow_private))
        options.allowed.push_back(*AddressRange::parse(text));
}

void apply(const AccessSettings& settings, const Secrets& secrets, FetchOptions& options) {
    options.cookies = settings.cookies;
    options.ca_file = settings.ca_file;
    options.proxy_resolves = settings.proxy_resolves;
    for (const auto& text : settings.proxy) {
        options.proxies.push_back(parse_proxy(text));
        if (!settings.proxy_login.empty())
            options.proxies.back().login = login_of(secrets, settings.proxy_login);
    }
    for (const auto& one : settings.credentials) options.access.push_back(access_of(one, secrets));
    if (settings.sign_in) options.sign_in = plan_of(*settings.sign_in, secrets);
}

}  // namespace crawler
