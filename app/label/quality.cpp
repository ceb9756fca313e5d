#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "service/labels/quality.hpp"

namespace app {

void add_label_quality(CLI::App& label, service::Context& context) {
    const FlagOptions by_name{.positionals = {{"project", "NAME"}}};
    auto* gold = label.add_subcommand("gold", "Tasks whose truth is known, mixed in unseen");
    gold->require_subcommand(1);
    add_verb<service::add_gold>(
        *gold,
        context,
        "label gold add",
        by_name,
        [](const labeling::GoldAdded& done) {
            print_line(fmt::format("{} more are gold; {} were before", done.added, done.there));
            if (done.no_truth > 0)
                print_line(
                    fmt::format("{} have no label that was imported or adjudicated", done.no_truth)
                );
            if (done.audited > 0)
                print_line(fmt::format("{} are being audited, and stay there", done.audited));
        }
    );
    add_verb<service::list_gold>(
        *gold,
        context,
        "label gold list",
        by_name,
        [](const service::Page<labeling::GoldItem>& page) { print_table(base::Answer(page.items)); }
    );
    add_verb<service::remove_gold>(
        *gold,
        context,
        "label gold remove",
        by_name,
        [](const service::GoldRemoved& done) {
            print_line(fmt::format("{} are gold no more", done.removed));
        }
    );
}

}  // namespace app
