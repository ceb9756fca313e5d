#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include "app/verbs.hpp"
#include "base/settings/settings.hpp"
#include "service/quality/examination.hpp"

// Examinations of quality that are left to a worker.
namespace app {

void queue_examination(service::Context& context, const service::QueueExamination& request);

// The flag --queue.
inline std::shared_ptr<const bool> add_queue_flag(CLI::App& command) {
    auto queue = std::make_shared<bool>(false);
    command.add_flag("--queue", *queue, "Leave it to a worker");
    return queue;
}

// Queues what the verb of that word is asked.
template <typename Request>
void queue_examination(
    service::Context& context,
    service::Examination examination,
    const Request& request
) {
    auto given = Request::settings.write(request).as_object();
    given.erase("source");
    queue_examination(context, {examination, request.source, std::move(given)});
}

// As add_verb(), with --queue.
template <auto function>
void add_examination(
    CLI::App& parent,
    service::Context& context,
    service::Examination examination,
    std::function<void(const service::AnswerOf<function>&)> show
) {
    auto& command = add_command(parent, fmt::format("quality {}", base::name_of(examination)));
    Flags<service::RequestOf<function>> flags(
        command, {.positionals = {{"source", "SOURCE,--source"}}}
    );
    auto queue = add_queue_flag(command);
    on_command(command, [flags, queue, examination, show = std::move(show), &context] {
        auto request = flags.read();
        if (*queue) return queue_examination(context, examination, request);
        auto answer = ask<function>(context, request);
        if (context.json) return print_answer(base::Answer(answer));
        show(answer);
    });
}

}  // namespace app
