// Passwords: 10 to 1000 bytes, in normal form C, so that the same keys are the same password on
// every machine (NIST SP 800-63B, section 5.1.1.2). No rules about which characters are in them:
// those make people write worse ones. What bounds guessing is the server, by name and by address.
#include "service/people/password.hpp"

#include "base/bytes/password.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/text/unicode.hpp"
#include "schema/people/audit_store.hpp"
#include "schema/people/sign_in_store.hpp"
#include "service/people/people.hpp"
#include "service/people/secrets.hpp"
#include "service/refusal.hpp"

namespace service {

namespace {

constexpr std::size_t shortest_password = 10, longest_password = 1000;

void check_password(const std::string& password, const std::string& user) {
    constexpr auto mend = "use a sentence, or let a program make one";
    if (password.size() < shortest_password || password.size() > longest_password)
        throw base::UsageError("'password'", "has 10 to 1000 characters", mend);
    if (base::folded(password) == base::folded(user))
        throw base::UsageError("'password'", "is the user's name", mend);
}

void check_current(Work& work, const schema::User& user, const std::string& current) {
    bool own = work.caller.id == user.id;
    if (own && work.caller.until)  // nothing that a token makes is good for longer than the token
        throw Refusal(
            Refusal::Kind::forbidden,
            "a token",
            "sets no password for its user",
            "sign in by a link, or ask an administrator"
        );
    auto present = schema::password_of(work.tx, user.id);
    if (!own || !present || base::is_password_of(*present, base::nfc(current))) return;
    throw Refusal(
        Refusal::Kind::forbidden,
        "'current'",
        "is not the present password",
        "an administrator can set another one"
    );
}

}  // namespace

const base::Settings<SetPassword> SetPassword::settings{
    {"user", &SetPassword::user, "whose; one's own by default"},
    {"password", &SetPassword::password, "the new one, 10 to 1000 characters"},
    {"current", &SetPassword::current, "the present one, of who changes his own"},
    {"remove", &SetPassword::remove, "sign in by no password from now on"},
};

Nothing set_password(Work& work, const SetPassword& request) {
    auto user = person(work, request.user);
    if (request.remove == !request.password.empty())
        throw base::UsageError("'password'", "is missing, or stands beside 'remove'");
    if (!request.remove) check_password(request.password, user.name);
    check_current(work, user, request.current);
    if (request.remove) {
        schema::drop_password(work.tx, user.id);
    } else {
        auto hash = base::password_hash(base::nfc(request.password));
        schema::put_password(work.tx, user.id, hash, work.now);
    }
    bool own = work.caller.id == user.id;
    schema::end_sessions_of(work.tx, user.id, own ? work.caller.session : std::nullopt);
    std::optional<std::int64_t> by;
    if (work.caller.id != 0) by = work.caller.id;
    schema::add_audit(
        work.tx,
        by,
        {.at = work.now,
         .actor = work.caller.name,
         .action = request.remove ? "password.remove" : "password.set",
         .subject = user.name}
    );
    return {};
}

std::optional<schema::Access>
user_of_password(base::Tx& tx, const std::string& name, const std::string& password) {
    static const auto nobodys = base::password_hash(new_secret());
    auto user = schema::user_with_password(tx, name);
    bool right = base::is_password_of(user ? user->hash : nobodys, base::nfc(password));
    if (!user || !right) return std::nullopt;
    return *user;
}

}  // namespace service
