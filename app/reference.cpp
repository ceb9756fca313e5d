#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "quality/checks/checks.hpp"
#include "service/reference.hpp"

namespace app {

void add_reference(CLI::App& cli) {
    auto page = std::make_shared<std::string>();
    auto* verb = cli.add_subcommand("reference", "A page of docs/reference, as Markdown");
    verb->group("");  // for whoever writes the docs
    verb->add_option("PAGE", *page, "settings, skip-reasons or checks")->required();
    verb->callback([page] {
        if (*page == "settings") {
            std::cout << service::settings_reference();
        } else if (*page == "skip-reasons") {
            std::cout << service::skip_reasons_reference();
        } else if (*page == "checks") {
            std::cout << quality::checks_reference();
        } else {
            throw base::UsageError(
                "page '" + *page + "'", "unknown", "use settings, skip-reasons or checks"
            );
        }
    });
}

}  // namespace app
