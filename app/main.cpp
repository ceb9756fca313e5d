// Whatever goes wrong ends here as one line on standard error and an exit code: 1 for what failed,
// 2 for wrong usage or settings, 130 when interrupted. Settings are applied once all flags are
// known, and before any command runs: file, then environment, then flags.
//
// CLI11 runs the commands' callbacks within parse(), so errors of parsing and of the work arrive in
// the same place; a word that is no command is named, since "a subcommand is required" would not
// help.
//
// Of several processes that mpirun started the first runs the command, which has to be a training;
// the others serve it and know neither flags nor the database.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/flags.hpp"
#include "base/database/database.hpp"
#include "base/error.hpp"
#include "base/run/log.hpp"
#include "base/run/log_format.hpp"
#include "base/run/progress.hpp"
#include "base/text/printable.hpp"
#include "service/version.hpp"
#include "training/company/mpi_company.hpp"
#include "training/numeric/aside.hpp"

namespace {

struct GlobalFlags {
    std::string config_file;
    std::optional<app::Flags<service::Config>> settings;
};

void add_flags(CLI::App& cli, service::Context& context, GlobalFlags& flags) {
    cli.add_option("--config", flags.config_file, "Settings file (tilth.toml here if there is one)")
        ->type_name("FILE");
    flags.settings.emplace(cli);
    cli.add_flag(
        "--json", context.json, "Output for machines: one JSON object, or JSON lines for lists"
    );
    cli.add_flag("--quiet", context.quiet, "No progress");
}

void apply_settings(service::Context& context, const GlobalFlags& flags) {
    auto& config = context.config;
    if (!flags.config_file.empty()) {
        service::read_file(config, flags.config_file);
    } else if (std::filesystem::exists("tilth.toml")) {
        service::read_file(config, "tilth.toml");
    }
    service::read_environment(config, [](const char* name) -> const char* {
        return std::getenv(name);
    });
    flags.settings->set(config);
    service::Config::settings.finish(config, base::Document::json("{}"));
    base::log::set_level(config.log.level);
    base::log::set_format(config.log.format);
    base::Progress::set_quiet(context.quiet);
}

int complain(int code, std::string_view text) {
    auto line = base::printable(text.substr(0, text.find('\n')));
    fmt::print(stderr, "tilth: {}\n", line);
    return code;
}

// Runs `work` and turns whatever it throws into one line and an exit code.
template <typename Work>
int guarded(Work work) {
    try {
        work();
        std::cout.flush();
        return 0;
    } catch (const base::UsageError& error) {
        return complain(2, error.what());
    } catch (const base::Error& error) {
        return complain(1, error.what());
    } catch (const base::Interrupted&) {
        return complain(
            130, "interrupted: what was done is stored; run the same command again to go on"
        );
    } catch (const pqxx::failure& error) {
        return complain(1, fmt::format("database: {}", error.what()));
    } catch (const std::bad_alloc&) {
        return complain(1, "memory: not enough for this; use a smaller batch or sample");
    } catch (const std::exception& error) {
        return complain(
            1, fmt::format("unexpected: {}; please report it with the command", error.what())
        );
    }
}

// The command that was given, as "tilth rejects list". Names the first word that is no command
// where one was wanted.
std::string given_command(const CLI::App& cli, int argc, char** argv) {
    const CLI::App* at = &cli;
    std::string given = "tilth";
    auto is_whole = [&] {
        return at->get_subcommands([](const CLI::App*) { return true; }).empty();
    };
    for (int i = 1; i < argc && !is_whole(); ++i) {
        std::string word = argv[i];
        if (word.starts_with("-")) {
            const auto* option = cli.get_option_no_throw(word);
            if (option && option->get_items_expected_max() > 0) ++i;
            continue;
        }
        auto subs =
            at->get_subcommands([&](const CLI::App* sub) { return sub->get_name() == word; });
        if (subs.empty())
            throw base::UsageError(
                fmt::format("'{}'", word), "no such command", fmt::format("see '{} --help'", given)
            );
        at = subs[0];
        given += " " + word;
    }
    return given;
}

// Processes that mpirun started are a company for a training. Any other command would be run by one
// of them while the others wait for it, and a server's would keep them for ever.
void join_others(const CLI::App& cli, int argc, char** argv) {
    if (!training::has_mpi_helpers()) return;
    const auto command = given_command(cli, argc, argv);
    if (command != "tilth train")
        throw base::UsageError(
            "mpirun",
            fmt::format("'{}' is not done by several processes", command),
            "leave mpirun out: it is for 'tilth train'"
        );
    training::join_mpi();
}

// Each subcommand takes the global flags too, wherever they stand.
void let_flags_fall_through(CLI::App& cli) {
    for (auto* sub : cli.get_subcommands([](CLI::App*) { return true; })) {
        sub->fallthrough();
        let_flags_fall_through(*sub);
    }
}

int run(int argc, char** argv) {
    base::StopOnSignal stop;
    service::Context context(stop);
    GlobalFlags flags;

    CLI::App cli("tilth: from data in the wild to a measured model", "tilth");
    cli.set_version_flag("--version", std::string("tilth ") + service::version);
    cli.require_subcommand(1);
    add_flags(cli, context, flags);
    cli.parse_complete_callback([&] { apply_settings(context, flags); });
    app::add_commands(cli, context);
    let_flags_fall_through(cli);

    return guarded([&] {
        join_others(cli, argc, argv);
        try {
            cli.parse(argc, argv);
        } catch (const CLI::Success& wanted) {  // --help, --version
            cli.exit(wanted);
        } catch (const CLI::RequiredError& error) {
            auto command = given_command(cli, argc, argv);
            if (command ==
                "tilth") {  // alone: whoever writes only that wants to know what there is
                std::cout << cli.help();
                return;
            }
            throw base::UsageError(
                "command line", error.what(), fmt::format("see '{} --help'", command)
            );
        } catch (const CLI::ParseError& error) {
            throw base::UsageError("command line", error.what(), "see 'tilth --help'");
        }
        context.close();
    });
}

}  // namespace

int main(int argc, char** argv) {
    if (training::is_mpi_helper()) {
        bool served = true;
        const int code = guarded([&] { served = training::serve_mpi(); });
        std::_Exit(served ? code : 1);
    }
    const int code = run(argc, argv);
    // What a library still does of a training that was stopped uses what exit() would destroy; and
    // processes that wait for this one in vain are ended when it ends as a failed one does.
    const bool ended = training::end_mpi();
    if (training::calls_left() > 0 || !ended) std::_Exit(code);
    return code;
}
