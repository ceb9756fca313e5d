// The scripts are made from the command tree itself, so they know each command and flag as soon as
// it exists. Choices come from an option's type name ("host|domain|any"). Bash walks the words
// typed so far down to the deepest command it knows; zsh runs the same script through bashcompinit;
// fish has a condition on each line.
#include <algorithm>
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "base/error.hpp"

namespace app {

namespace {

using Visit = std::function<void(const std::string& path, const CLI::App& command)>;

void each_command(const CLI::App& command, const std::string& path, const Visit& visit) {
    visit(path, command);
    for (const auto* sub : command.get_subcommands([](const CLI::App*) { return true; }))
        each_command(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), visit);
}

// Subcommands and long options of a command, apart by spaces.
std::string words_of(const CLI::App& command, const CLI::App& root) {
    std::string words;
    for (const auto* sub : command.get_subcommands([](const CLI::App*) { return true; }))
        words += sub->get_name() + " ";
    auto add_options = [&](const CLI::App& of) {
        for (const auto* option : of.get_options())
            for (const auto& name : option->get_lnames()) words += "--" + name + " ";
    };
    add_options(command);
    if (&command != &root) add_options(root);
    return words;
}

// The choices of an option, apart by blanks, as its type names them ("host|domain"); empty: any
// text.
std::string choices_of(const CLI::Option& option) {
    auto type = option.get_type_name();
    if (type.find('|') == type.npos) return {};
    std::replace(type.begin(), type.end(), '|', ' ');
    return type;
}

// One line of a case for each option of a command whose values are known.
void write_choices(const std::string& path, const CLI::App& command) {
    for (const auto* option : command.get_options())
        for (const auto& name : option->get_lnames())
            if (auto choices = choices_of(*option); !choices.empty())
                std::cout << fmt::format(
                    "        {}\" --{}\") words=\"{}\" ;;\n",
                    path.empty() ? "*" : "\"" + path + "\"",
                    name,
                    choices
                );
}

void write_bash(const CLI::App& root) {
    std::cout << "_tilth() {\n    local path=\"\" word words\n    for word in "
                 "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                 "        case $word in -*) ;; *) path=\"${path:+$path }$word\" ;; esac\n    "
                 "done\n    while :; do\n        case $path in\n";
    each_command(root, "", [&](const std::string& path, const CLI::App& command) {
        std::cout << fmt::format(
            "            \"{}\") words=\"{}\"; break ;;\n", path, words_of(command, root)
        );
    });
    std::cout << "            *) case $path in *\" \"*) path=${path% *} ;; *) path=\"\" ;; esac "
                 ";;\n        esac\n    done\n"
                 "    case \"$path ${COMP_WORDS[COMP_CWORD-1]}\" in\n";
    each_command(root, "", write_choices);
    std::cout << "    esac\n"
                 "    COMPREPLY=($(compgen -W \"$words\" -- "
                 "\"${COMP_WORDS[COMP_CWORD]}\"))\n}\ncomplete -o default -F _tilth tilth\n";
}

void write_zsh(const CLI::App& root) {
    std::cout << "#compdef tilth\nautoload -U +X bashcompinit && bashcompinit\n";
    write_bash(root);
}

std::string with_choices(const CLI::Option& option) {
    auto choices = choices_of(option);
    return choices.empty() ? "" : fmt::format(" -x -a '{}'", choices);
}

void write_fish(const CLI::App& root) {
    each_command(root, "", [&](const std::string& path, const CLI::App& command) {
        std::string condition = path.empty() ? "__fish_use_subcommand" : "";
        for (std::size_t at = 0; at < path.size();) {
            auto space = std::min(path.find(' ', at), path.size());
            condition += fmt::format(
                "{}__fish_seen_subcommand_from {}", at ? "; and " : "", path.substr(at, space - at)
            );
            at = space + 1;
        }
        for (const auto* sub : command.get_subcommands([](const CLI::App*) { return true; }))
            std::cout << fmt::format(
                "complete -c tilth -n '{}' -a {} -f\n", condition, sub->get_name()
            );
        for (const auto* option : command.get_options())
            for (const auto& name : option->get_lnames())
                std::cout << fmt::format("complete -c tilth -n '{}' -l {}", condition, name)
                          << with_choices(*option) << "\n";
    });
}

}  // namespace

void add_completion(CLI::App& cli) {
    auto shell = std::make_shared<std::string>();
    auto* completion = cli.add_subcommand(
        "completion", "A script that teaches a shell to complete: source <(tilth completion bash)"
    );
    completion->add_option("SHELL", *shell, "bash, zsh or fish")->required();
    completion->callback([shell, &cli] {
        if (*shell == "bash") return write_bash(cli);
        if (*shell == "zsh") return write_zsh(cli);
        if (*shell == "fish") return write_fish(cli);
        throw base::UsageError(
            fmt::format("shell '{}'", *shell), "unknown", "use bash, zsh or fish"
        );
    });
}

}  // namespace app
