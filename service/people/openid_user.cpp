// From verified claims to a user of ours.
//
// A user is known by issuer and subject and nothing else: whoever may choose a name or an address
// of mail at the provider must not become somebody who has it here. So a name that is taken gets a
// number behind it, and an address counts only where the provider says that it was verified.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/database/database.hpp"
#include "base/text/ascii.hpp"
#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"
#include "schema/people/audit_store.hpp"
#include "schema/people/user_store.hpp"
#include "service/people/openid.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

namespace json = boost::json;
using schema::Role;
using OpenIdRules = Config::OpenId;

[[noreturn]] void keep_out(const std::string& reason) {
    throw Refusal(Refusal::Kind::denied, "this account", reason, "ask the administrator");
}

std::string claim_text(const json::object& claims, std::string_view name) {
    const auto* value = claims.if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string verified_mail(const json::object& claims) {
    const auto* verified = claims.if_contains("email_verified");
    bool is = verified && ((verified->is_bool() && verified->as_bool()) ||
                           (verified->is_string() && verified->as_string() == "true"));
    return is ? claim_text(claims, "email") : std::string();
}

void check_domain(const OpenIdRules& settings, const json::object& claims) {
    if (settings.domains.empty()) return;
    auto mail = verified_mail(claims);
    auto at = mail.rfind('@');
    auto domain = at == mail.npos ? std::string() : mail.substr(at + 1);
    for (const auto& one : settings.domains)
        if (!domain.empty() && base::equal_ignoring_case(domain, one)) return;
    keep_out("has no verified address of mail in a domain that is let in");
}

// The value at a path of claims; the whole path may also be one name with dots in it.
const json::value* claim_at(const json::object& claims, std::string_view path) {
    if (const auto* whole = claims.if_contains(path)) return whole;
    const json::object* at = &claims;
    for (;;) {
        auto dot = path.find('.');
        const auto* value = at->if_contains(path.substr(0, dot));
        if (!value || dot == path.npos) return value;
        if (!value->is_object()) return nullptr;
        at = &value->as_object();
        path.remove_prefix(dot + 1);
    }
}

std::optional<Role> claimed_role(const OpenIdRules& settings, const json::object& claims) {
    if (settings.role_claim.empty()) return std::nullopt;
    const auto* claim = claim_at(claims, settings.role_claim);
    if (!claim) return std::nullopt;
    auto says = [&](const std::string& name) {
        if (claim->is_string()) return claim->as_string() == name;
        if (!claim->is_array()) return false;
        const auto& all = claim->as_array();
        return std::find(all.begin(), all.end(), json::value(name)) != all.end();
    };
    for (auto role : {Role::admin, Role::operate, Role::analyse, Role::label})
        for (const auto& [name, given] : settings.roles)
            if (given == role && says(name)) return role;
    return std::nullopt;
}

// Fit for a user's name: no blanks, nothing that does not print, 60 bytes at most.
std::string name_from(const json::object& claims) {
    std::string wish = claim_text(claims, "preferred_username");
    if (wish.empty()) wish = verified_mail(claims);
    wish = base::tidy_name(wish.substr(0, wish.find('@')));
    std::string name;
    for (char c : wish)
        if (static_cast<unsigned char>(c) > ' ' && c != 0x7f) name += c;
    name = base::cut_at_character(name, 60);
    auto subject = claim_text(claims, "iss") + "\n" + claim_text(claims, "sub");
    return name.empty() ? "user-" + base::sha256_hex(subject).substr(0, 10) : name;
}

schema::User new_user(base::Tx& tx, const json::object& claims, Role role, schema::Time now) {
    auto name = name_from(claims);
    if (auto made = schema::add_user(tx, name, role, now)) return *made;
    for (int n = 2; n < 1000; ++n)
        if (auto made = schema::add_user(tx, fmt::format("{}-{}", name, n), role, now))
            return *made;
    throw Refusal(Refusal::Kind::conflict, "user '" + name + "'", "is there a thousand times");
}

// What the provider says from now on. The last administrator stays one, or nobody could mend it.
schema::User with_role(base::Tx& tx, const schema::User& user, Role role, schema::Time now) {
    if (user.role == role) return user;
    schema::lock_admins(tx);
    if (user.role == Role::admin && schema::active_admins(tx) < 2) return user;
    schema::add_audit(
        tx,
        user.id,
        {.at = now,
         .actor = user.name,
         .action = "oidc.role",
         .subject = fmt::format("{} -> {}", base::name_of(user.role), base::name_of(role))}
    );
    return schema::edit_user(tx, user.name, {.role = role}, now).value();
}

}  // namespace

schema::User user_of_claims(
    base::Tx& tx,
    const OpenIdRules& settings,
    const json::object& claims,
    schema::Time now
) {
    check_domain(settings, claims);
    auto issuer = claim_text(claims, "iss"), subject = claim_text(claims, "sub");
    auto claimed = claimed_role(settings, claims);
    auto role = claimed ? claimed : settings.role;
    if (!role) keep_out("was given no role here");
    auto user = schema::user_of_identity(tx, issuer, subject);
    if (user && user->disabled_at) keep_out("is kept out");
    if (user) return claimed ? with_role(tx, *user, *claimed, now) : *user;
    auto made = new_user(tx, claims, *role, now);
    if (!schema::add_identity(tx, issuer, subject, made.id, now))
        throw Refusal(Refusal::Kind::conflict, "this account", "signs in elsewhere just now");
    schema::add_audit(
        tx, made.id, {.at = now, .actor = made.name, .action = "oidc.user", .subject = issuer}
    );
    return made;
}

}  // namespace service
