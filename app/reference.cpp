#include <array>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "base/error.hpp"
#include "base/words.hpp"
#include "quality/checks/checks.hpp"
#include "service/reference.hpp"
#include "training/models/model.hpp"
#include "training/preparation/preparation.hpp"

namespace app {

namespace {

struct Page {
    const char* name;
    std::string (*text)();
};

constexpr std::array pages{
    Page{"settings", service::settings_reference},
    Page{"skip-reasons", service::skip_reasons_reference},
    Page{"models", training::models_reference},
    Page{"checks", quality::checks_reference},
    Page{"preparation", training::preparation_reference},
};

std::string names_of_pages() {
    std::vector<std::string> names;
    for (const auto& page : pages) names.emplace_back(page.name);
    return base::one_of(names);
}

}  // namespace

void add_reference(CLI::App& cli) {
    auto name = std::make_shared<std::string>();
    auto* verb = cli.add_subcommand("reference", "A page of docs/reference, as Markdown");
    verb->group("");  // for whoever writes the docs
    verb->add_option("PAGE", *name, names_of_pages())->required();
    verb->callback([name] {
        for (const auto& page : pages)
            if (*name == page.name) {
                std::cout << page.text();
                return;
            }
        throw base::UsageError("page '" + *name + "'", "unknown", "use " + names_of_pages());
    });
}

}  // namespace app
