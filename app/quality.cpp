#include <CLI/CLI.hpp>

#include "app/commands.hpp"

namespace app {

void add_quality(CLI::App& cli, Context& context) {
    auto* quality = cli.add_subcommand("quality", "How good the records of a source are");
    quality->require_subcommand(1);
    add_quality_findings(*quality, context);
}

}  // namespace app
