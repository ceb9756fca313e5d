// People and what proves who they are.
//
// Who sits at the machine is an administrator, so that the first user can be made at all. `user
// add` and `token create` are more than their verbs: they also make the sign-in link, and the user
// whose token it is, since on the command line the next step is always that one.
#include <iostream>
#include <optional>
#include <string>

#include <termios.h>
#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "service/people/identities.hpp"
#include "service/people/password.hpp"
#include "service/people/people.hpp"

namespace app {

namespace json = boost::json;

namespace {

const FlagOptions by_id{.positionals = {{"id", "ID"}}};

// Makes the user if that is `wanted`, and a sign-in link.
void give_link(
    service::Context& context,
    const std::string& name,
    const std::optional<service::AddUser>& wanted = {}
) {
    schema::User user;
    service::TokenSecret link;
    service::run_locally(context.environment(), [&](service::Work& work) {
        user = wanted ? service::add_user(work, *wanted) : service::person(work, name);
        link = service::create_token(work, {.user = name, .kind = schema::TokenKind::link});
    });
    auto url = link.url.value_or("");
    if (context.json) {
        print_json(json::object{
            {"name", name},
            {"role", base::name_of(user.role)},
            {"link", "/sign-in#" + link.token},
            {"url", url}});
    } else {
        print_line(fmt::format(
            "user '{}' ({}); sign in once, within a day, at {}", name, base::name_of(user.role), url
        ));
    }
}

void edit(service::Context& context, const service::EditUser& request) {
    schema::User user;
    service::run_locally(context.environment(), [&](service::Work& work) {
        user = service::edit_user(work, request);
    });
    if (context.json) return print_answer(base::Answer(user));
    print_line(fmt::format(
        "user '{}' ({}){}",
        user.name,
        base::name_of(user.role),
        user.disabled_at ? ", disabled" : ""
    ));
}

// One setting of `user edit`, or a link, by a word of its own.
void add_short_forms(CLI::App& user, service::Context& context) {
    auto name = std::make_shared<service::EditUser>();
    auto role = std::make_shared<std::string>();
    auto* set_role = user.add_subcommand("role", "Change what a user may do");
    set_role->add_option("NAME", name->user)->required();
    set_role->add_option("ROLE", *role, base::one_of<service::Role>())->required();
    set_role->callback([name, role, &context] {
        auto request = *name;
        service::EditUser::settings.set(request, "role", *role, "ROLE");
        edit(context, request);
    });
    for (bool disabled : {true, false}) {
        auto* set = user.add_subcommand(
            disabled ? "disable" : "enable",
            disabled ? "Keep a user out from now on" : "Let a disabled user in again"
        );
        set->add_option("NAME", name->user)->required();
        set->callback([name, disabled, &context] {
            edit(context, {.user = name->user, .role = {}, .disabled = disabled});
        });
    }
    auto* link = user.add_subcommand("link", "Make another sign-in link for a user");
    link->add_option("NAME", name->user)->required();
    link->callback([name, &context] { give_link(context, name->user); });
}

// Never on the command line, where other users of the machine see it: from a terminal, asked for
// twice and not shown, or the first line of the input.
std::string asked_password() {
    std::string first, second;
    if (::isatty(STDIN_FILENO) == 0) {
        std::getline(std::cin, first);
        if (first.ends_with('\r')) first.pop_back();
        return first;
    }
    termios shown{};
    ::tcgetattr(STDIN_FILENO, &shown);
    auto hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    std::cerr << "new password: " << std::flush;
    std::getline(std::cin, first);
    std::cerr << "\nonce more: " << std::flush;
    std::getline(std::cin, second);
    std::cerr << "\n";
    ::tcsetattr(STDIN_FILENO, TCSANOW, &shown);
    if (first != second)
        throw base::Error("the passwords", "are not the same", "nothing was changed; try again");
    return first;
}

void set_password(CLI::App& user, service::Context& context) {
    auto& command = add_command(user, "user password");
    Flags<service::SetPassword> flags(
        command, {.positionals = {{"user", "NAME"}}, .without = {"password", "current"}}
    );
    on_command(command, [flags, &context] {
        auto request = flags.read();
        if (request.user.empty())
            throw base::UsageError("NAME", "is missing", "say whose password it is");
        if (!request.remove) request.password = asked_password();
        ask<service::set_password>(context, request);
        if (context.json) return;
        print_line(fmt::format(
            "user '{}' signs in by {}; all browsers of that user are signed out",
            request.user,
            request.remove ? "no password any more" : "the new password"
        ));
    });
}

void add_users(CLI::App& cli, service::Context& context) {
    auto* user = cli.add_subcommand("user", "People");
    user->require_subcommand(1);
    auto* add = user->add_subcommand("add", "Make a user and a one-time sign-in link");
    Flags<service::AddUser> flags(*add, {.positionals = {{"name", "NAME"}}});
    add->callback([flags, &context] {
        auto request = flags.read();
        give_link(context, request.name, request);
    });
    add_list<service::list_users>(*user, context, "user list");
    auto& command = add_command(*user, "user edit");
    Flags<service::EditUser> edits(command, {.positionals = {{"user", "NAME"}}});
    on_command(command, [edits, &context] { edit(context, edits.read()); });
    add_short_forms(*user, context);
    set_password(*user, context);
    add_verb<service::list_identities>(
        *user,
        context,
        "user identities",
        {.positionals = {{"user", "NAME"}}},
        [](const service::Identities& found) {
            for (const auto& each : found.items)
                print_line(fmt::format("{}  {}", each.issuer, each.subject));
        }
    );
    add_verb<service::link_identity>(
        *user,
        context,
        "user openid",
        {.positionals = {{"user", "NAME"}, {"issuer", "ISSUER"}, {"subject", "SUBJECT"}}},
        [](const service::LinkedIdentity& done) {
            print_line(fmt::format(
                "'{}' of {} {} user '{}'",
                done.subject,
                done.issuer,
                done.linked ? "signs in as" : "signs in no more as",
                done.user
            ));
        }
    );
}

void add_tokens(CLI::App& cli, service::Context& context) {
    auto* token = cli.add_subcommand("token", "Bearer tokens for the API");
    token->require_subcommand(1);
    auto& create = add_command(*token, "token create");
    Flags<service::CreateToken> flags(create);
    auto role = std::make_shared<std::string>();
    create.add_option("--role", *role, "Adds the user with this role, if there is none yet");
    on_command(create, [flags, role, &context] {
        auto request = flags.read();
        service::AddUser owner{.name = request.user};
        if (!role->empty()) service::AddUser::settings.set(owner, "role", *role, "--role");
        service::TokenSecret made;
        service::run_locally(context.environment(), [&](service::Work& work) {
            if (!role->empty()) {  // else a name that was mistyped would become somebody
                auto user = service::user_or_new(work.tx, owner.name, owner.role, work.now);
                if (user.role != owner.role) service::add_user(work, owner);
            }
            made = service::create_token(work, request);
        });
        if (!context.json) return print_line(made.token);
        auto answer = base::to_json(made).as_object();
        answer["user"] = request.user;
        print_json(answer);
    });
    add_list<service::list_tokens>(*token, context, "token list");
    add_verb<service::revoke_token>(
        *token,
        context,
        "token revoke",
        by_id,
        [](const service::Nothing&) { print_line("the token is good for nothing any more"); }
    );
}

void add_sessions(CLI::App& cli, service::Context& context) {
    auto* session = cli.add_subcommand("session", "Browsers that are signed in");
    session->require_subcommand(1);
    add_list<service::list_sessions>(*session, context, "session list");
    add_verb<service::end_session>(
        *session,
        context,
        "session end",
        by_id,
        [](const service::Nothing&) { print_line("the browser is signed out"); }
    );
}

}  // namespace

void add_people(CLI::App& cli, service::Context& context) {
    add_users(cli, context);
    add_tokens(cli, context);
    add_sessions(cli, context);
    add_list<service::list_audit>(cli, context, "audit");
}

}  // namespace app
