#include <limits>

#include "api/resources/resources.hpp"
#include "api/store.hpp"
#include "api/time.hpp"

namespace api {

namespace {

// Names are the ones that the table's check allows.
void check_name(const std::string& name) {
    bool good = name.size() <= 64;
    for (unsigned char c : name) good = good && c > ' ' && c != 0x7f;
    if (!good) throw Problem(422, "Bad name", "a user's name has 1 to 64 characters and no blank");
}

std::string expiry(const boost::json::object& body, const std::string& now, bool link) {
    auto days = optional_number(body, "days").value_or(link ? 1 : 90);
    if (days < 1 || days > 3650) throw Problem(422, "Bad member", "'days' must be from 1 to 3650");
    return later(now, std::chrono::hours(24 * days));
}

}  // namespace

Response list_users(Call& call) {
    auto limit = call.limit();
    return page(store::users(call.tx, call.after(), limit), limit, "name");
}

Response create_user(Call& call) {
    auto body = call.body();
    auto name = required_text(body, "name");
    auto role = role_of(required_text(body, "role"));
    check_name(name);
    if (!store::add_user(call.tx, name, role, call.now))
        throw Problem(409, "Name taken", "there is a user '" + name + "' already");
    store::audit(call.tx, call.account, "user.create", name, {{"role", name_of(role)}}, call.now);
    return json(*store::user(call.tx, name), 201);
}

Response edit_user(Call& call) {
    const auto& name = call.segment("user");
    auto body = call.body();
    store::UserEdit edit;
    if (auto role = optional_text(body, "role")) edit.role = role_of(*role);
    edit.disabled = optional_flag(body, "disabled");
    auto user = store::edit_user(call.tx, name, edit, call.now);
    if (!user) not_found("user", name);
    if (store::active_admins(call.tx) == 0)
        throw Problem(409, "Last administrator", "one active administrator must remain");
    if (edit.disabled.value_or(false)) store::end_sessions_of(call.tx, user->at("id").as_int64());
    store::audit(call.tx, call.account, "user.edit", name, body, call.now);
    return json(*user);
}

Response list_tokens(Call& call) {
    auto limit = call.limit();
    auto after = call.after_number(0);
    return page(store::tokens(call.tx, call.account.id, after, limit), limit, "id");
}

// Everybody may make tokens of his own; an administrator also sign-in links and tokens for others.
Response create_token(Call& call) {
    auto body = call.body();
    auto kind = optional_text(body, "kind").value_or("bearer");
    if (kind != "bearer" && kind != "link")
        throw Problem(422, "Bad member", "'kind' must be 'bearer' or 'link'");
    auto name = optional_text(body, "user").value_or(call.account.name);
    if (name != call.account.name && call.account.role != Role::admin)
        throw Problem(403, "Not allowed", "only an administrator makes tokens for others");
    auto user = store::user(call.tx, name);
    if (!user) not_found("user", name);

    auto secret = new_secret();
    store::NewToken token{
        hash_of(secret),
        user->at("id").as_int64(),
        kind,
        optional_text(body, "label").value_or(""),
        expiry(body, call.now, kind == "link")};
    auto id = store::add_token(call.tx, token, call.now);
    store::audit(
        call.tx, call.account, "token.create", name, {{"kind", kind}, {"id", id}}, call.now
    );
    return json({{"id", id}, {"token", secret}, {"expires_at", *token.expires_at}}, 201);
}

Response revoke_token(Call& call) {
    auto id = call.number("id");
    if (!store::revoke_token(call.tx, id, call.account, call.now))
        not_found("token", std::to_string(id));
    store::audit(call.tx, call.account, "token.revoke", std::to_string(id), {}, call.now);
    return no_content();
}

Response list_audit(Call& call) {
    auto limit = call.limit();
    auto before = call.after_number(std::numeric_limits<std::int64_t>::max());
    return page(store::audit_events(call.tx, before, limit), limit, "id");
}

}  // namespace api
