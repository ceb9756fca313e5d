#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/settings/fwd.hpp"
#include "crawler/fetch/fetch.hpp"

// What sources say of how to reach servers. Secrets stand as references, env:NAME or file:PATH; one
// that is written out is refused and never repeated.
namespace crawler {

// Which private addresses may be asked: all, none, or those of a list, such as "10.1.0.0/16".
struct ReachSettings {
    std::variant<bool, std::vector<std::string>> allow_private = false;

    static const base::Settings<ReachSettings> settings;
};

// Sent to one origin and no other.
struct CredentialSettings {
    std::string origin;  // once read: as Url::origin() writes it
    std::string basic;   // "user:password"
    std::string bearer;
    std::vector<std::pair<std::string, std::string>> headers;

    static const base::Settings<CredentialSettings> settings;
};

// Signing in by the form that visitors use; see SignInPlan.
struct SignInSettings {
    std::string url;
    std::string form;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string logged_out;
    std::vector<std::string> origins;

    static const base::Settings<SignInSettings> settings;
};

struct AccessSettings {
    bool cookies = true;
    std::string ca_file;
    std::vector<std::string> proxy;
    std::string proxy_login;  // "user:password"
    bool proxy_resolves = false;
    std::vector<CredentialSettings> credentials;
    std::optional<SignInSettings> sign_in;

    static const base::Settings<AccessSettings> settings;
};

// What a reference leads to. Throws base::Error that names the reference if nothing is there.
using Secrets = std::function<std::string(const std::string& reference)>;

void apply(const ReachSettings& settings, FetchOptions& options);
// With the secrets in the place of their references. Throws base::Error for one that is not there
// or cannot be sent.
void apply(const AccessSettings& settings, const Secrets& secrets, FetchOptions& options);

}  // namespace crawler
