#include "app/verbs.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace app {

CLI::App& add_command(CLI::App& parent, std::string_view verb_name) {
    const auto& verb = service::verb_named(verb_name);
    auto blank = verb_name.rfind(' ');
    auto word = blank == verb_name.npos ? verb_name : verb_name.substr(blank + 1);
    return *parent.add_subcommand(std::string(word), std::string(verb.summary));
}

std::shared_ptr<const int> add_limit(CLI::App& command, int usual) {
    auto limit = std::make_shared<int>(usual);
    command.add_option("--limit", *limit, "At most so many (" + std::to_string(usual) + ")");
    return limit;
}

void on_command(CLI::App& command, std::function<void()> run) {
    // A command may hold others: `label review NAME accept ..`.
    command.callback([&command, run = std::move(run)] {
        if (command.get_subcommands().empty()) run();
    });
}

void print_answer(const base::Answer& answer) {
    auto json = answer.json();
    const auto* list = json.is_array() ? &json.as_array() : nullptr;
    if (json.is_object() && json.as_object().size() == 2 && json.as_object().contains("next"))
        if (const auto* items = json.as_object().if_contains("items")) list = &items->as_array();
    if (!list) return print_json(json);
    for (const auto& item : *list) print_json(item);
}

void print_table(const base::Answer& answer) {
    auto made = answer.table();
    Table table(std::move(made.header));
    for (auto& row : made.rows) table.add(std::move(row));
    table.print();
}

}  // namespace app
