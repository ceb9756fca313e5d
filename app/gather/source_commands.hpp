#pragma once

#include <string>
#include <vector>

#include "app/flags.hpp"
#include "service/context.hpp"
#include "service/gather/sources.hpp"

// What the files of `tilth source` share.
namespace app {

inline const FlagOptions source_by_name{.positionals = {{"source", "NAME"}}};

void print_source(const service::ShownSource& source);
void print_runs(const std::vector<schema::SourceRun>& runs);

// A source as a TOML file describes it: name, kind, schedule, and the settings of the kind. What
// the file leaves out is as in `known`. Throws base::UsageError with the line of what is wrong.
service::AddSource read_description(const std::string& file, const service::AddSource& known = {});

// set, edit, settings, revert; archive, restore, remove, delete.
void add_source_editing(CLI::App& source, service::Context& context);
void add_source_ending(CLI::App& source, service::Context& context);

}  // namespace app
