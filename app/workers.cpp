#include <CLI/CLI.hpp>

#include "app/commands.hpp"
#include "app/verbs.hpp"
#include "base/time/time.hpp"
#include "service/workers.hpp"

namespace app {

namespace {

void show_workers(const service::Page<schema::WorkerLine>& page) {
    Table table({"worker", "does", "about", "job", "since", "last heard of", "version"});
    for (const auto& worker : page.items)
        table.add(
            {worker.name,
             std::string(base::name_of(worker.doing)),
             worker.about,
             worker.job ? std::to_string(*worker.job) : "",
             base::rfc3339(worker.since),
             base::rfc3339(worker.seen_at),
             worker.version}
        );
    table.print();
    if (page.next) print_line("more: --after " + *page.next);
}

}  // namespace

void add_workers(CLI::App& cli, service::Context& context) {
    add_verb<service::list_workers>(cli, context, "workers", {}, show_workers);
}

}  // namespace app
