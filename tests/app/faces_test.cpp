// The faces of the service against each other: what one can do, the other can too.
#include <map>
#include <set>
#include <string>

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

#include "api/route.hpp"
#include "app/commands.hpp"
#include "base/run/stop.hpp"
#include "service/context.hpp"
#include "service/verb.hpp"

namespace {

void add_leaves(CLI::App& at, const std::string& path, std::set<std::string>& leaves) {
    auto within = at.get_subcommands([](CLI::App*) { return true; });
    bool alone = within.empty() || at.get_require_subcommand_min() == 0;
    if (alone && !path.empty()) leaves.insert(path);
    for (auto* one : within)
        add_leaves(*one, path.empty() ? one->get_name() : path + " " + one->get_name(), leaves);
}

const std::set<std::string>& commands() {
    static const auto leaves = [] {
        base::StopOnSignal stop;
        service::Context context(stop);
        CLI::App cli("tilth", "tilth");
        app::add_commands(cli, context);
        std::set<std::string> found;
        add_leaves(cli, "", found);
        return found;
    }();
    return leaves;
}

const std::set<std::string>& served_verbs() {
    static const auto names = [] {
        std::set<std::string> found;
        for (const auto& route : api::routes())
            if (route.verb) found.emplace(route.verb->name);
        return found;
    }();
    return names;
}

// Commands that are no verbs, by their beginnings, and why.
const std::map<std::string, std::string> apart{
    {"up", "starts the service"},
    {"serve", "starts the service"},
    {"worker", "starts a worker"},
    {"db", "is about the server itself, before there is a service"},
    {"inspect", "works on what it is given, without a database"},
    {"truth", "works on files, without a database"},
    {"agreement", "works on files, without a database"},
    {"reference", "prints pages of the documentation"},
    {"completion", "is for a shell"},
};

// Commands that are another way to say a verb.
const std::map<std::string, std::string> short_for{
    {"label project template", "label template"},
    {"label gold", "label gold list"},
    {"user role", "user edit"},
    {"user disable", "user edit"},
    {"user enable", "user edit"},
    {"user link", "token create"},
};

bool stands_apart(const std::string& command) {
    return apart.contains(command.substr(0, command.find(' ')));
}

}  // namespace

TEST_CASE("every verb is a command and has a route", "[app][faces]") {
    REQUIRE(service::verbs().size() >= 3);
    for (const auto& verb : service::verbs()) {
        INFO(verb.name);
        CHECK(commands().contains(std::string(verb.name)));
        CHECK(served_verbs().contains(std::string(verb.name)));
        CHECK_FALSE(verb.summary.empty());
    }
}

TEST_CASE("every command is a verb, or stands apart for a reason", "[app][faces]") {
    std::set<std::string> verbs;
    for (const auto& verb : service::verbs()) verbs.emplace(verb.name);
    std::set<std::string> bare;
    std::string listed;
    for (const auto& command : commands())
        if (!verbs.contains(command) && !stands_apart(command) && !short_for.contains(command)) {
            bare.insert(command);
            listed += "\n    " + command;
        }
    INFO("commands that HTTP can not do:" << listed);
    CHECK(bare.empty());
}

TEST_CASE("what is short for a verb is a command, and the verb is one", "[app][faces]") {
    for (const auto& [command, verb] : short_for) {
        INFO(command);
        CHECK(commands().contains(command));
        CHECK(served_verbs().contains(verb));
    }
}

TEST_CASE("no name of a verb stands for two", "[app][faces]") {
    std::set<std::string_view> names;
    for (const auto& verb : service::verbs()) CHECK(names.insert(verb.name).second);
}
