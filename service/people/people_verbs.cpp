#include <vector>

#include "service/areas.hpp"
#include "service/people/identities.hpp"
#include "service/people/password.hpp"
#include "service/people/people.hpp"

namespace service {

std::span<const Verb> people_verbs() {
    static const std::vector<Verb> verbs{
        verb<list_users>("user list", "Users by name", admins),
        verb<add_user>("user add", "Add a user", admins),
        verb<edit_user>("user edit", "Change a user's role, disable or enable", admins),
        verb<set_password>(
            "user password", "Set one's own password, or end signing in by it", everyone
        ),
        verb<link_identity>(
            "user openid",
            "Let an account of the OpenID Connect provider sign in as a user who is there",
            admins
        ),
        verb<list_identities>(
            "user identities", "By which accounts of the provider a user signs in", admins
        ),
        verb<list_tokens>("token list", "One's own tokens", everyone),
        verb<create_token>(
            "token create", "Make a token or a sign-in link; the secret is shown once", everyone
        ),
        verb<revoke_token>("token revoke", "Revoke a token", everyone),
        verb<list_sessions>("session list", "Browsers that are signed in", everyone),
        verb<end_session>("session end", "Sign a browser out", everyone),
        verb<list_audit>("audit", "Who did what, newest first", admins),
    };
    return verbs;
}

}  // namespace service
