// `tilth ingest`: its flags are the settings of a source of kind files, which is then gathered like
// any other. Only what differs from the defaults is written down, so that a default that improves
// later improves old sources too. Rules are copied into the settings as text: the file may change
// or go, the source must not.
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/gather/show.hpp"
#include "app/verbs.hpp"
#include "base/run/files.hpp"
#include "service/gather/gathering.hpp"
#include "service/gather/kinds/kind.hpp"

namespace app {

namespace json = boost::json;

namespace {

// A path means the same to a worker in another folder.
std::string lasting(const std::string& input) {
    if (input == "-" || input.find("://") != input.npos) return input;
    return std::filesystem::absolute(input).lexically_normal().string();
}

}  // namespace

void add_ingest(CLI::App& cli, service::Context& context) {
    auto& command = add_command(cli, "ingest");
    auto map = std::make_shared<std::string>();
    command.add_option("--map", *map, "What the fields mean: key, text, columns, group, time")
        ->type_name("RULES.toml");
    Flags<service::Ingest> flags(
        command,
        {.positionals = {{"inputs", "PATH"}}, .without = {"rules", "rules_name", "upload_format"}}
    );
    on_command(command, [map, flags, &context] {
        auto request = flags.read();
        auto& settings = request.settings_of_kind;
        for (auto& input : settings.inputs) input = lasting(input);
        if (!map->empty()) {
            settings.reading.mapping.rules.text =
                json::serialize(json::value(base::read_whole_file(*map)));
            settings.reading.mapping.rules_name = *map;
        }
        auto spec = service::FileSettings::settings.text(settings);
        gather_given(
            context,
            service::files_kind,
            {.source = request.source, .spec = spec, .save = request.save}
        );
    });
}

}  // namespace app
