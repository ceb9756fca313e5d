#include "service/gather/credentials.hpp"

#include <set>

#include "service/gather/secret.hpp"
#include "formats/url/url.hpp"

namespace app {

namespace {

// Until they are resolved, headers hold references behind these marks; no header's name can.
constexpr std::string_view basic_mark = "\nbasic:", bearer_mark = "\nbearer:",
                           header_mark = "\nheader:";

[[noreturn]] void wrong(const std::string& thing, const char* reason, const char* mend) {
    throw base::UsageError(fmt::format("setting '{}'", thing), reason, mend);
}

std::string text_at(const json::object& object, std::string_view key, const std::string& place) {
    const auto* found = object.if_contains(key);
    if (!found) return {};
    if (!found->is_string()) wrong(place, "has a wrong value", "give it a string");
    return std::string(found->as_string());
}

void check_keys(
    const json::object& object,
    const std::set<std::string_view>& known,
    const std::string& place
) {
    for (const auto& item : object)
        if (!known.contains(item.key()))
            throw base::UsageError(
                fmt::format("setting '{}.{}'", place, std::string_view(item.key())),
                "is not known",
                "remove it or mend its name"
            );
}

const std::string& referred(const std::string& reference, const std::string& place) {
    if (!is_secret_reference(reference))
        wrong(place, "is written out instead of referred to", "write env:NAME or file:PATH");
    return reference;
}

std::string origin_of(const std::string& text, const std::string& place) {
    auto url = crawler::parse_url(text);
    if (!url || !url->is_web() || url->target() != "/" || !url->username.empty())
        wrong(place, "is no origin", "write it as https://example.org");
    return url->origin();
}

crawler::Access access_of(const json::value& value) {
    const std::string place = "credentials";
    if (!value.is_object()) wrong(place, "is no table", "write [[credentials]]");
    const auto& object = value.as_object();
    check_keys(object, {"origin", "basic", "bearer", "headers"}, place);
    auto origin = text_at(object, "origin", place + ".origin");
    if (origin.empty())
        wrong(place, "have no origin", "say whom they are for: origin = \"https://..\"");
    crawler::Access access{origin_of(origin, place + ".origin"), {}};
    auto add = [&](const char* key, std::string_view mark) {
        auto reference = text_at(object, key, place + "." + key);
        if (!reference.empty())
            access.headers.push_back(std::string(mark) + referred(reference, place + "." + key));
    };
    add("basic", basic_mark);
    add("bearer", bearer_mark);
    if (access.headers.size() > 1) wrong(place, "have both basic and bearer", "choose one");
    if (const auto* headers = object.if_contains("headers")) {
        if (!headers->is_object())
            wrong(place + ".headers", "is no table", "write { Name = \"env:VALUE\" }");
        for (const auto& [name, reference] : headers->as_object()) {
            if (!reference.is_string())
                wrong(place + ".headers", "has a wrong value", "give it references");
            if (!crawler::is_header(std::string(name) + ": x"))
                wrong(
                    place + ".headers",
                    "has a name that no header can have",
                    "use letters, digits and -"
                );
            std::string text(reference.as_string());
            access.headers.push_back(
                std::string(header_mark) + std::string(name) + ": " +
                referred(text, place + ".headers")
            );
        }
    }
    if (access.headers.empty()) wrong(place, "hold nothing", "add basic, bearer or headers");
    return access;
}

// A field whose name speaks of a secret must not have its value in the settings.
bool names_a_secret(std::string_view name) {
    std::string small;
    for (char c : name) small += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (std::string_view word : {"pass", "pwd", "secret", "token", "pin", "kennwort"})
        if (small.find(word) != small.npos) return true;
    return false;
}

crawler::SignInPlan sign_in_of(const json::value& value) {
    const std::string place = "sign_in";
    if (!value.is_object()) wrong(place, "is no table", "write [sign_in]");
    const auto& object = value.as_object();
    check_keys(object, {"url", "form", "fields", "logged_out", "origins"}, place);
    crawler::SignInPlan plan;
    auto url = crawler::parse_url(text_at(object, "url", place + ".url"));
    if (!url || !url->is_web() || !url->username.empty())
        wrong(place + ".url", "is no address of a page", "write it as https://example.org/login");
    plan.url = url->href(false);
    plan.form = text_at(object, "form", place + ".form");
    plan.logged_out = text_at(object, "logged_out", place + ".logged_out");
    const auto* fields = object.if_contains("fields");
    if (!fields || !fields->is_object() || fields->as_object().empty())
        wrong(
            place + ".fields",
            "is missing",
            "write { user = \"env:NAME\", password = \"env:PASSWORD\" }"
        );
    for (const auto& [name, given] : fields->as_object()) {
        if (!given.is_string()) wrong(place + ".fields", "has a wrong value", "give it strings");
        std::string text(given.as_string());
        if (names_a_secret(name))
            referred(text, fmt::format("{}.fields.{}", place, std::string_view(name)));
        plan.fields.emplace_back(std::string(name), text);
    }
    if (const auto* origins = object.if_contains("origins")) {
        if (!origins->is_array())
            wrong(place + ".origins", "is no list", "write [\"https://login.example.org\"]");
        for (const auto& origin : origins->as_array()) {
            if (!origin.is_string())
                wrong(place + ".origins", "has a wrong value", "give it strings");
            plan.origins.push_back(origin_of(std::string(origin.as_string()), place + ".origins"));
        }
    }
    return plan;
}

// What a secret must not hold where it goes.
std::string resolved(const std::string& reference) {
    auto secret = secret_of(reference);
    if (!crawler::is_header("Name: " + secret))
        throw base::Error(
            "secret '" + reference + "'", "holds control characters", "write it as one line of text"
        );
    return secret;
}

std::string login_of(const std::string& reference) {
    auto login = resolved(reference);
    if (login.find(':') == login.npos)
        throw base::Error(
            "secret '" + reference + "'", "has no ':' in it", "write it as user:password"
        );
    return login;
}

}  // namespace

void read_reach(const Spec& spec, crawler::FetchOptions& options) {
    const auto* given = spec.find("allow_private");
    if (!given || given->is_bool()) {
        options.allow_private = spec.truth("allow_private", false);
        return;
    }
    for (const auto& text : spec.texts("allow_private")) {
        auto range = crawler::AddressRange::parse(text);
        if (!range)
            wrong(
                "allow_private: '" + text + "'", "is no address", "write 10.1.0.0/16 or 127.0.0.1"
            );
        options.allowed.push_back(*range);
    }
}

void read_access(const Spec& spec, crawler::FetchOptions& options) {
    options.cookies = spec.truth("cookies", true);
    options.ca_file = spec.text("ca_file");
    options.proxy_resolves = spec.truth("proxy_resolves", false);
    auto login = spec.text("proxy_login");
    if (!login.empty()) referred(login, "proxy_login");
    for (const auto& text : spec.texts("proxy")) {
        options.proxies.push_back(crawler::parse_proxy(text));
        options.proxies.back().login = login;
    }
    if (options.proxies.empty() && !login.empty())
        wrong("proxy_login", "has no proxy", "add proxy = \"http://HOST:PORT\"");
    if (const auto* list = spec.find("credentials")) {
        if (!list->is_array())
            wrong("credentials", "is no list of tables", "write [[credentials]]");
        std::set<std::string> origins;
        for (const auto& value : list->as_array()) {
            options.access.push_back(access_of(value));
            if (!origins.insert(options.access.back().origin).second)
                wrong("credentials", "name an origin twice", "put them together");
        }
    }
    if (const auto* plan = spec.find("sign_in")) options.sign_in = sign_in_of(*plan);
}

void resolve_secrets(crawler::FetchOptions& options) {
    for (auto& proxy : options.proxies)
        if (!proxy.login.empty()) proxy.login = login_of(proxy.login);
    for (auto& access : options.access)
        for (auto& header : access.headers) {
            auto after = [&](std::string_view mark) { return header.substr(mark.size()); };
            if (header.starts_with(basic_mark)) {
                header = crawler::basic_header(login_of(after(basic_mark)));
            } else if (header.starts_with(bearer_mark)) {
                header = crawler::bearer_header(resolved(after(bearer_mark)));
            } else if (header.starts_with(header_mark)) {
                auto line = after(header_mark);
                auto colon = line.find(": ");
                header = line.substr(0, colon + 2) + resolved(line.substr(colon + 2));
            }
        }
    if (options.sign_in)
        for (auto& [name, value] : options.sign_in->fields)
            if (is_secret_reference(value)) value = secret_of(value);
}

}  // namespace app
