#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/verbs.hpp"
#include "base/time/time.hpp"
#include "service/jobs.hpp"

namespace app {

namespace {

void show_job(const service::Job& job) {
    print_line(fmt::format(
        "job {}: {}, {}, tried {} times",
        job.id,
        base::name_of(job.kind),
        base::name_of(job.state),
        job.attempts
    ));
    if (job.worker) print_line("worker " + *job.worker);
    print_line("told   " + job.spec.text);
    if (!job.result.text.empty()) print_line("result " + job.result.text);
}

void show_jobs(const service::Page<service::Job>& page) {
    Table table({"job", "kind", "state", "worker", "tried", "due or ended", "told"});
    for (const auto& job : page.items) {
        auto time = job.ended_at ? job.ended_at : job.due_at;
        table.add(
            {std::to_string(job.id),
             std::string(base::name_of(job.kind)),
             std::string(base::name_of(job.state)),
             job.worker.value_or(""),
             std::to_string(job.attempts),
             time ? base::rfc3339(*time) : "",
             job.spec.text}
        );
    }
    table.print();
    if (page.next) print_line("more: --after " + *page.next);
}

}  // namespace

void add_jobs(CLI::App& cli, service::Context& context) {
    auto* jobs = cli.add_subcommand("jobs", "Work that waits for workers, or that they did");
    jobs->require_subcommand(1);
    FlagOptions by_number{.positionals = {{"job", "JOB"}}};
    add_verb<service::list_jobs>(*jobs, context, "jobs list", {}, show_jobs);
    add_verb<service::show_job>(*jobs, context, "jobs show", by_number, show_job);
    add_verb<service::cancel_job>(*jobs, context, "jobs cancel", by_number, show_job);
}

}  // namespace app
