#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

#include "app/verbs.hpp"

// Commands whose project's name stands before the step, as people think of it: `label review NAME
// accept --key K`; so the steps take it from the command that holds them.
namespace app {

// A step on the project that `group` names.
template <auto function>
CLI::App& add_step(
    CLI::App& group,
    service::Context& context,
    const char* name,
    const std::function<void(const service::AnswerOf<function>&)>& show,
    FlagOptions options = {},
    const std::function<void(service::RequestOf<function>&)>& complete = {}
) {
    using Request = service::RequestOf<function>;
    options.without.emplace_back("project");
    auto& command = add_command(group, name);
    Flags<Request> flags(command, options);
    on_command(command, [flags, show, complete, &group, &context] {
        auto project = group.get_option("NAME")->as<std::string>();
        auto request = flags.read(base::Document::of(boost::json::object{{"project", project}}));
        if (complete) complete(request);
        auto answer = ask<function>(context, request);
        if (context.json) return print_answer(base::Answer(answer));
        show(answer);
    });
    return command;
}

}  // namespace app
