#include "service/people/identities.hpp"

#include "base/database/database.hpp"
#include "base/error.hpp"
#include "schema/people/audit_store.hpp"
#include "schema/people/sign_in_store.hpp"
#include "service/config.hpp"
#include "service/people/people.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

void check_issuer(const Work& work, const std::string& issuer) {
    if (!issuer.starts_with("https://") && !issuer.starts_with("http://"))
        throw base::UsageError(
            "'issuer'", "is no address", "write what the provider calls itself: https://.."
        );
    const auto& known = work.here.config.oidc.issuer;
    if (known.empty() || known == issuer) return;
    throw base::UsageError(
        "'issuer'", "is not the provider that this service asks", "use " + known
    );
}

void note_identity(Work& work, const LinkIdentity& request, const schema::User& user) {
    std::optional<std::int64_t> by;
    if (work.caller.id != 0) by = work.caller.id;
    schema::add_audit(
        work.tx,
        by,
        {.at = work.now,
         .actor = work.caller.name,
         .action = request.remove ? "oidc.unlink" : "oidc.link",
         .subject = user.name}
    );
}

}  // namespace

const base::Settings<LinkIdentity> LinkIdentity::settings{
    {"user", &LinkIdentity::user, "who is there already", {.required = true}},
    {"issuer", &LinkIdentity::issuer, "of the provider, an address", {.required = true}},
    {"subject", &LinkIdentity::subject, "what the provider calls them: 'sub'", {.required = true}},
    {"remove", &LinkIdentity::remove, "it signs in as them no more"},
};
const base::Settings<ListIdentities> ListIdentities::settings{
    {"user", &ListIdentities::user, "whose", {.required = true}},
};

LinkedIdentity link_identity(Work& work, const LinkIdentity& request) {
    auto user = known_user(work, request.user);
    check_issuer(work, request.issuer);
    if (request.subject.empty() || request.subject.size() > 255)
        throw base::UsageError("'subject'", "has 1 to 255 characters");
    LinkedIdentity linked{.user = user.name, .issuer = request.issuer, .subject = request.subject};
    auto holder = schema::user_of_identity(work.tx, request.issuer, request.subject);
    if (holder && holder->id != user.id)
        throw Refusal(
            Refusal::Kind::conflict,
            "this account",
            "signs in as user '" + holder->name + "'",
            "take it from there first, with --remove"
        );
    if (request.remove) {
        if (!holder)
            throw Refusal(
                Refusal::Kind::not_found,
                "this account",
                "does not sign in as user '" + user.name + "'"
            );
        schema::remove_identity(work.tx, request.issuer, request.subject);
        schema::end_sessions_of(work.tx, user.id);
    } else if (!holder) {
        schema::add_identity(work.tx, request.issuer, request.subject, user.id, work.now);
    }
    linked.linked = !request.remove;
    note_identity(work, request, user);
    return linked;
}

Identities list_identities(Work& work, const ListIdentities& request) {
    auto user = known_user(work, request.user);
    return {work.here.config.oidc.issuer, schema::identities_of(work.tx, user.id)};
}

}  // namespace service
