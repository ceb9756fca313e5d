// `tilth runs watch`: the steps of a run as they come, until it ends; it ends as the run did.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/learn/runs.hpp"
#include "app/output.hpp"
#include "app/verbs.hpp"
#include "base/error.hpp"
#include "base/json/described.hpp"
#include "base/numbers/parse.hpp"
#include "base/run/stop.hpp"

namespace app {

namespace {

constexpr std::chrono::milliseconds look_every{300};

void print_step(const training::RunStep& step) {
    auto line = fmt::format("{} {}/{}", step.stage, step.done, step.total);
    if (step.loss > 0) line += fmt::format(", loss {:.4f}", step.loss);
    if (step.validation) line += fmt::format(", validation loss {:.4f}", *step.validation);
    print_line(line);
}

}  // namespace

void watch_run(CLI::App& runs, service::Context& context) {
    auto& command = add_command(runs, "runs watch");
    Flags<service::WatchRun> flags(command, {.positionals = {{"run", "RUN"}}});
    on_command(command, [flags, &context] {
        auto request = flags.read();
        for (;;) {
            auto news = ask<service::watch_run>(context, request);
            for (const auto& step : news.items) {
                if (context.json) {
                    print_answer(base::Answer(step));
                } else {
                    print_step(step);
                }
            }
            if (!news.next) {
                if (news.state == training::RunState::done) {
                    if (!context.json) print_line(fmt::format("run {}: done", news.run));
                    return;
                }
                if (news.state == training::RunState::interrupted && !news.error)
                    throw base::Interrupted();
                throw base::Error(
                    fmt::format("run {}", news.run),
                    news.error.value_or(std::string(base::name_of(news.state))),
                    "train again"
                );
            }
            request.after = base::whole_number<int>(*news.next).value_or(0);
            std::fflush(stdout);
            if (news.items.empty() && !base::rest(context.stop(), look_every))
                throw base::Interrupted();
        }
    });
}

}  // namespace app
