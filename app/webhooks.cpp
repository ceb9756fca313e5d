#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/time/time.hpp"
#include "service/webhooks/webhooks.hpp"

namespace app {

namespace {

void show_log(const service::Page<schema::WebhookMessage>& page) {
    Table table({"message", "event", "state", "tried", "made", "answer", "error"});
    for (const auto& message : page.items)
        table.add(
            {std::to_string(message.id),
             std::string(base::name_of(message.event)),
             std::string(base::name_of(message.state)),
             std::to_string(message.attempts),
             base::rfc3339(message.made_at),
             message.status ? std::to_string(*message.status) : "",
             message.error}
        );
    table.print();
    if (page.next) print_line("more: --after " + *page.next);
}

}  // namespace

void add_webhooks(CLI::App& cli, service::Context& context) {
    auto* webhook = cli.add_subcommand("webhook", "Servers that are told of what happens here");
    webhook->require_subcommand(1);
    FlagOptions by_name{.positionals = {{"name", "NAME"}}};
    add_verb<service::add_webhook>(
        *webhook,
        context,
        "webhook add",
        by_name,
        [](const schema::Webhook& added) {
            print_line("webhook " + added.name + " is told of " + added.events.text);
        }
    );
    add_verb<service::list_webhooks>(
        *webhook,
        context,
        "webhook list",
        {},
        [](const service::Webhooks& all) { print_table(base::Answer(all.items)); }
    );
    auto silent = [](const service::Nothing&) {};
    add_verb<service::pause_webhook>(*webhook, context, "webhook pause", by_name, silent);
    add_verb<service::resume_webhook>(*webhook, context, "webhook resume", by_name, silent);
    add_verb<service::remove_webhook>(*webhook, context, "webhook remove", by_name, silent);
    add_verb<service::test_webhook>(
        *webhook,
        context,
        "webhook test",
        by_name,
        [](const service::Nothing&) {
            print_line("a worker sends it; see 'tilth webhook log NAME'");
        }
    );
    add_verb<service::webhook_log>(*webhook, context, "webhook log", by_name, show_log);
    add_verb<service::retry_messages>(
        *webhook,
        context,
        "webhook retry",
        by_name,
        [](const service::MessagesRetried& done) {
            print_line(fmt::format("{} messages are sent again", done.messages));
        }
    );
}

}  // namespace app
