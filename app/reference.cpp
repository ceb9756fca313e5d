#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "service/reference.hpp"

namespace app {

void add_reference(CLI::App& cli) {
    auto page = std::make_shared<std::string>();
    auto* verb = cli.add_subcommand("reference", "A page of docs/reference, as Markdown: settings");
    verb->group("");  // for whoever writes the docs
    verb->add_option("PAGE", *page, "settings")->required();
    verb->callback([page] {
        if (*page != "settings")
            throw base::UsageError("page '" + *page + "'", "unknown", "use settings");
        std::cout << service::settings_reference();
    });
}

}  // namespace app
