#pragma once

#include <string>

#include "service/gather/spec.hpp"
#include "crawler/fetch/fetch.hpp"

namespace app {

// Which private addresses may be asked: `allow_private = true`, or those of a list,
// `allow_private = ["10.1.0.0/16", "127.0.0.1"]`. Throws base::UsageError for what is no range.
void read_reach(const Spec& spec, crawler::FetchOptions& options);

// What a crawled source says of cookies, proxies, credentials and signing in, with references
// ("env:NAME", "file:PATH") where the secrets belong. Throws base::UsageError for what is not as it
// should be, above all for a secret that is written out; never repeats one.
//
//     cookies = true
//     ca_file = "/etc/ssl/ours.pem"
//     proxy = "http://proxy.example:3128"   # or a list of them
//     proxy_login = "env:PROXY_LOGIN"       # "user:password"
//     proxy_resolves = false
//
//     [[credentials]]
//     origin = "https://example.org"
//     basic = "env:LOGIN"                   # "user:password"; or bearer =
//     "file:/run/secrets/token" headers = { X-Api-Key = "env:KEY" }
//
//     [sign_in]
//     url = "https://example.org/login"
//     form = "form#login"                   # CSS; the first form with a password field
//     fields = { user = "env:NAME", password = "env:PASSWORD", stay = "1" }
//     logged_out = "Please sign in"
//     origins = ["https://login.example.org"]
void read_access(const Spec& spec, crawler::FetchOptions& options);

// Puts the secrets in the place of their references. Throws base::Error that names the reference if
// one is not there.
void resolve_secrets(crawler::FetchOptions& options);

}  // namespace app
