#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "api/server/server.hpp"
#include "app/commands.hpp"
#include "app/output.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"

namespace app {

namespace json = boost::json;

void add_people(CLI::App& cli, service::Context& context) {
    struct Options {
        std::string name, role = "labeler";
        int days = 90;
    };
    auto options = std::make_shared<Options>();
    auto* user = cli.add_subcommand("user", "People");
    user->require_subcommand(1);
    auto* add = user->add_subcommand("add", "Make a user and a one-time sign-in link");
    add->add_option("NAME", options->name)->required();
    add->add_option("--role", options->role, "admin, operator, labeler or analyst (labeler)");
    add->callback([options, &context] {
        auto link = api::sign_in_link(context.database(), options->name, options->role);
        if (context.json) {
            print_json(json::object{
                {"name", options->name}, {"role", options->role}, {"link", "/sign-in#" + link}});
        } else {
            print_line(fmt::format(
                "user '{}' ({}); sign in once, within a day, at http://{}:{}/sign-in#{}",
                options->name,
                options->role,
                context.config.server.address,
                context.config.server.port,
                link
            ));
        }
    });
    auto* token = cli.add_subcommand("token", "Bearer tokens for the API");
    token->require_subcommand(1);
    auto* create = token->add_subcommand("create", "Make a token; it is shown this once");
    create->add_option("--user", options->name, "Whose; made with --role if there is none")
        ->required();
    create->add_option("--role", options->role, "admin, operator, labeler or analyst (labeler)");
    create->add_option("--days", options->days, "How long it is good (90)");
    create->callback([options, &context] {
        auto secret =
            api::bearer_token(context.database(), options->name, options->role, options->days);
        if (context.json) {
            print_json(json::object{
                {"user", options->name}, {"token", secret}, {"days", options->days}});
        } else {
            print_line(secret);
        }
    });
}

}  // namespace app
